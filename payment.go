// Command payment-processor synthesizes the CloudFormation templates of one environment.
package main

import (
	"context"
	"fmt"
	"os"

	"payment-processor/gates/policy"
	"payment-processor/internal/clicontext"
	"payment-processor/internal/stderr"
	"payment-processor/lambda/bundle"
	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	flush := stderr.Calm(os.Pipe)
	code := 0
	if err := run(context.Background(), os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	jsii.Close()
	flush()
	exit(code)
}

// Tests put others here.
var (
	exit    = os.Exit
	enforce = policy.Enforce
)

// run writes the templates where the CLI wants them. A bad configuration writes nothing: it is refused before the
// first construct, and the CDK's own synthesis at exit, which would leave an empty assembly behind, is off.
func run(ctx context.Context, getenv func(string) string) error {
	settings, err := clicontext.Read(getenv)
	if err != nil {
		return err
	}
	config, err := stacks.LoadConfig(settings, getenv)
	if err != nil {
		return err
	}
	root, err := bundle.ModuleRoot()
	if err != nil {
		return err
	}
	functions, err := bundle.Build(ctx, root, config.Task.Architecture)
	if err != nil {
		return err
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir: new(getenv("CDK_OUTDIR")), PostCliContext: &settings, AutoSynth: new(false),
	})
	stacks.New(app, config, functions)
	if getenv("CDK_VALIDATION") != "false" {
		enforce(app)
	}
	app.Synth(nil)
	return nil
}
