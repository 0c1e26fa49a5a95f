package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// names are the outputs as the stacks declare them; each key that others rely on comes from one.
var names = []string{
	"VpcId", "PrivateSubnetIds", "PublicSubnetIds", "AlbSecurityGroupId", "AppSecurityGroupId",
	"EcsClusterName", "EcsClusterArn", "EcsServiceName", "EcrRepositoryUrl", "EcrRepositoryUri",
	"LoadBalancerDns", "AlbArn", "AlbListenerArn", "TargetGroupArn", "LogGroupName",
	"TaskDefinitionArn", "DbSecretArn",
}

func writeJSON(t *testing.T, name string, content any) {
	t.Helper()
	raw, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func flatOutputs(t *testing.T) map[string]string {
	t.Helper()
	flat := map[string]string{}
	if err := readJSON(flatFile, &flat); err != nil {
		t.Fatal(err)
	}
	return flat
}

// A script that reads vpc_id must find it, whichever stack the output stands in.
func TestFromTheOutputsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	outputs := stackOutputs{"payment-processor-network-dev": {"ExportsOutputRefVpc8378EB38": "vpc-0"}, "payment-processor-platform-dev": {}}
	for i, name := range names {
		stack := "payment-processor-network-dev"
		if i > 2 {
			stack = "payment-processor-platform-dev"
		}
		outputs[stack][name] = "value of " + name
	}
	writeJSON(t, "outputs.json", outputs)
	var out strings.Builder
	if err := run(t.Context(), []string{"-file", "outputs.json"}, nil, &out); err != nil {
		t.Fatal(err)
	}
	flat := flatOutputs(t)
	for i, key := range required {
		if flat[key] != "value of "+names[i] {
			t.Errorf("%s is %q, want the value of %s", key, flat[key], names[i])
		}
	}
	if len(flat) != len(required) || !strings.HasPrefix(out.String(), "17 outputs") {
		t.Errorf("%s%v", out.String(), flat)
	}
}

// Reading somebody else's deployment asks each stack of the assembly, in the region the assembly names.
func TestFromTheDeployedStacks(t *testing.T) {
	t.Chdir(t.TempDir())
	writeJSON(t, "manifest.json", map[string]any{"artifacts": map[string]any{
		"payment-processor-network-dev":        map[string]any{"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1"},
		"payment-processor-network-dev.assets": map[string]any{"type": "cdk:asset-manifest"},
	}})
	fake := func(_ context.Context, region, stack string) (*cloudformation.DescribeStacksOutput, error) {
		if region != "eu-west-1" || stack != "payment-processor-network-dev" {
			t.Errorf("asked for %s in %s", stack, region)
		}
		output := types.Output{OutputKey: new("VpcId"), OutputValue: new("vpc-1")}
		return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{{Outputs: []types.Output{output}}}}, nil
	}
	err := run(t.Context(), []string{"-assembly", "."}, fake, &strings.Builder{})
	if flatOutputs(t)["vpc_id"] != "vpc-1" {
		t.Errorf("got %v", flatOutputs(t))
	}
	if err == nil || strings.Contains(err.Error(), "output vpc_id") || !strings.Contains(err.Error(), "output db_secret_arn is missing") {
		t.Errorf("want exactly what is missing named, got %v", err)
	}

	refused := errors.New("access denied")
	fake = func(context.Context, string, string) (*cloudformation.DescribeStacksOutput, error) {
		return nil, refused
	}
	if err := run(t.Context(), []string{"-assembly", "."}, fake, &strings.Builder{}); !errors.Is(err, refused) {
		t.Errorf("got %v, want %v", err, refused)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("bad.json", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-unknown"}, {"-file", "absent.json"}, {"-file", "bad.json"}, {"-assembly", "absent"}} {
		if run(t.Context(), args, nil, &strings.Builder{}) == nil {
			t.Errorf("%v was accepted", args)
		}
	}
	writeJSON(t, "cfn-outputs", "a file where the folder should be")
	writeJSON(t, "outputs.json", stackOutputs{})
	if run(t.Context(), []string{"-file", "outputs.json"}, nil, &strings.Builder{}) == nil {
		t.Error("an unwritable folder went unnoticed")
	}
}

// The real client needs neither network nor credentials to refuse a profile that does not exist, or a cancelled call.
func TestDescribe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	if _, err := describe(ctx, "us-east-2", "any"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	t.Setenv("AWS_PROFILE", "no-such-profile")
	if _, err := describe(t.Context(), "us-east-2", "any"); err == nil || !strings.Contains(err.Error(), "no-such-profile") {
		t.Errorf("got %v, want the missing profile named", err)
	}
}

func TestMainExitsWithFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	os.Args = []string{"outputs", "-file", "absent.json"}
	code := 0
	exit = func(c int) { code = c }
	main()
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
