// Command outputs writes the outputs of an environment's stacks flat into cfn-outputs/flat-outputs.json: one JSON object
// with snake_case keys, for scripts and integration tests that want vpc_id and not a stack's name.
//
// They come from the file that cdk deploy --outputs-file wrote, or, for what somebody else deployed, from CloudFormation
// itself: -assembly names the folder of cdk synth, which knows the stacks and their region.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

const flatFile = "cfn-outputs/flat-outputs.json"

// required are the keys that others rely on.
var required = []string{
	"vpc_id", "private_subnet_ids", "public_subnet_ids", "alb_security_group_id", "app_security_group_id",
	"ecs_cluster_name", "ecs_cluster_arn", "ecs_service_name", "ecr_repository_url", "ecr_repository_uri",
	"load_balancer_dns", "alb_arn", "alb_listener_arn", "target_group_arn", "log_group_name",
	"task_definition_arn", "db_secret_arn",
}

// stackOutputs are the outputs by stack name and output name, as the CDK CLI writes them.
type stackOutputs map[string]map[string]string

// describer reads a stack of a region.
type describer func(ctx context.Context, region, stack string) (*cloudformation.DescribeStacksOutput, error)

var exit = os.Exit // replaced in tests

func main() {
	if err := run(context.Background(), os.Args[1:], describe, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		exit(1)
	}
}

func run(ctx context.Context, args []string, describe describer, out io.Writer) error {
	flags := flag.NewFlagSet("outputs", flag.ContinueOnError)
	file := flags.String("file", "cfn-outputs/outputs.json", "what cdk deploy --outputs-file wrote")
	assembly := flags.String("assembly", "", "folder of a synthesized app; read its deployed stacks instead of -file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var outputs stackOutputs
	var err error
	if *assembly == "" {
		err = readJSON(*file, &outputs)
	} else {
		outputs, err = deployed(ctx, *assembly, describe)
	}
	if err != nil {
		return err
	}
	flat := flatten(outputs)
	if err := write(flatFile, flat); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d outputs in %s\n", len(flat), flatFile)
	return complete(flat)
}

// deployed asks CloudFormation for the outputs of each stack of an assembly.
func deployed(ctx context.Context, assembly string, describe describer) (stackOutputs, error) {
	var manifest struct {
		Artifacts map[string]struct{ Type, Environment string }
	}
	if err := readJSON(filepath.Join(assembly, "manifest.json"), &manifest); err != nil {
		return nil, err
	}
	outputs := stackOutputs{}
	for name, artifact := range manifest.Artifacts {
		if artifact.Type != "aws:cloudformation:stack" {
			continue
		}
		// The environment of a stack reads aws://account/region.
		region := artifact.Environment[strings.LastIndex(artifact.Environment, "/")+1:]
		answer, err := describe(ctx, region, name)
		if err != nil {
			return nil, err
		}
		outputs[name] = map[string]string{}
		for _, stack := range answer.Stacks {
			for _, output := range stack.Outputs {
				outputs[name][*output.OutputKey] = *output.OutputValue
			}
		}
	}
	return outputs, nil
}

func describe(ctx context.Context, region, stack string) (*cloudformation.DescribeStacksOutput, error) {
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return nil, err
	}
	return cloudformation.NewFromConfig(settings).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
}

// flatten gives each output its snake_case key. What the CDK exports for its own references is left out.
func flatten(outputs stackOutputs) map[string]string {
	flat := map[string]string{}
	for _, stack := range outputs {
		for name, value := range stack {
			if !strings.HasPrefix(name, "ExportsOutput") {
				flat[snakeCase(name)] = value
			}
		}
	}
	return flat
}

// snakeCase turns an output's name, which CloudFormation wants alphanumeric, into its flat key: VpcId is vpc_id.
func snakeCase(name string) string {
	var key strings.Builder
	for i, letter := range name {
		if i > 0 && unicode.IsUpper(letter) {
			key.WriteByte('_')
		}
		key.WriteRune(unicode.ToLower(letter))
	}
	return key.String()
}

// complete tells which keys are missing, because a stack is not deployed yet or was deployed by an older version.
func complete(flat map[string]string) error {
	var missing []error
	for _, key := range required {
		if flat[key] == "" {
			missing = append(missing, fmt.Errorf("output %s is missing: is the environment deployed completely, and by this version", key))
		}
	}
	return errors.Join(missing...)
}

func readJSON(file string, into any) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func write(file string, flat map[string]string) error {
	text, _ := json.MarshalIndent(flat, "", "  ") // a map of strings always encodes
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o750), os.WriteFile(file, append(text, '\n'), 0o600))
}
