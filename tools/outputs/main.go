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

	"payment-processor/internal/outputs"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

const flatFile = "cfn-outputs/flat-outputs.json"

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
	flags.SetOutput(out)
	file := flags.String("file", "cfn-outputs/outputs.json", "what cdk deploy --outputs-file wrote")
	assembly := flags.String("assembly", "", "folder of a synthesized app; read its deployed stacks instead of -file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var stacks stackOutputs
	var err error
	if *assembly == "" {
		err = readJSON(*file, &stacks)
	} else {
		stacks, err = deployed(ctx, *assembly, describe)
	}
	if err != nil {
		return err
	}
	flat, err := outputs.Flat(stacks)
	if err != nil {
		return fmt.Errorf("%w; is the environment deployed completely, and by this version", err)
	}
	if err := write(flatFile, flat); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d outputs in %s\n", len(flat), flatFile)
	return nil
}

// deployed asks CloudFormation for the outputs of each stack of an assembly.
func deployed(ctx context.Context, assembly string, describe describer) (stackOutputs, error) {
	var manifest struct {
		Artifacts map[string]struct{ Type, Environment string }
	}
	if err := readJSON(filepath.Join(assembly, "manifest.json"), &manifest); err != nil {
		return nil, err
	}
	stacks := stackOutputs{}
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
		stacks[name] = map[string]string{}
		for _, stack := range answer.Stacks {
			for _, output := range stack.Outputs {
				stacks[name][*output.OutputKey] = *output.OutputValue
			}
		}
	}
	return stacks, nil
}

func describe(ctx context.Context, region, stack string) (*cloudformation.DescribeStacksOutput, error) {
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return nil, err
	}
	return cloudformation.NewFromConfig(settings).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
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
