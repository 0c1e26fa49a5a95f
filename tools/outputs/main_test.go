package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"payment-processor/internal/outputs"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

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

// everyOutput holds each output of the network stack and each of the platform stack.
func everyOutput() stackOutputs {
	all := stackOutputs{"payment-processor-network-dev": {"ExportsOutputRefVpc8378EB38": "vpc-0"}, "payment-processor-platform-dev": {}}
	for _, name := range outputs.Network {
		all["payment-processor-network-dev"][name] = "value of " + name
	}
	for _, name := range outputs.Platform {
		all["payment-processor-platform-dev"][name] = "value of " + name
	}
	return all
}

// A script that reads vpc_id must find it, whichever stack the output stands in.
func TestFromTheOutputsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	writeJSON(t, "outputs.json", everyOutput())
	var out strings.Builder
	if err := run(t.Context(), []string{"-file", "outputs.json"}, nil, &out); err != nil {
		t.Fatal(err)
	}
	flat := flatOutputs(t)
	if len(flat) != 17 || flat["vpc_id"] != "value of VpcId" || flat["db_secret_arn"] != "value of DbSecretArn" {
		t.Errorf("got %v", flat)
	}
	if !strings.HasPrefix(out.String(), "17 outputs in cfn-outputs/flat-outputs.json") {
		t.Errorf("printed %q", out.String())
	}
}

// Reading somebody else's deployment asks each stack of the assembly, in the region the assembly names.
func TestFromTheDeployedStacks(t *testing.T) {
	t.Chdir(t.TempDir())
	artifacts := map[string]any{"payment-processor-network-dev.assets": map[string]any{"type": "cdk:asset-manifest"}}
	for stack := range everyOutput() {
		artifacts[stack] = map[string]any{"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1"}
	}
	writeJSON(t, "manifest.json", map[string]any{"artifacts": artifacts})
	deployed := everyOutput()
	fake := func(_ context.Context, region, stack string) (*cloudformation.DescribeStacksOutput, error) {
		if region != "eu-west-1" || deployed[stack] == nil {
			t.Errorf("asked for %s in %s", stack, region)
		}
		answer := types.Stack{}
		for name, value := range deployed[stack] {
			answer.Outputs = append(answer.Outputs, types.Output{OutputKey: &name, OutputValue: &value})
		}
		return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{answer}}, nil
	}
	if err := run(t.Context(), []string{"-assembly", "."}, fake, &strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	if flatOutputs(t)["vpc_id"] != "value of VpcId" {
		t.Errorf("got %v", flatOutputs(t))
	}

	delete(deployed["payment-processor-platform-dev"], "DbSecretArn")
	err := run(t.Context(), []string{"-assembly", "."}, fake, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "DbSecretArn") || strings.Contains(err.Error(), "VpcId") {
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
	writeJSON(t, "outputs.json", everyOutput())
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
	os.Stderr = nil
	code := 0
	exit = func(c int) { code = c }
	main()
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
