// Command payment-processor synthesizes the CloudFormation templates of one environment.
package main

import (
	"fmt"
	"os"

	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()
	if err := run(awscdk.NewApp(nil)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		jsii.Close()
		os.Exit(1)
	}
}

func run(app awscdk.App) error {
	context, _ := app.Node().GetAllContext(nil).(map[string]any)
	config, err := stacks.LoadConfig(context, os.Getenv)
	if err != nil {
		return err
	}
	stacks.New(app, config)
	app.Synth(nil)
	return nil
}
