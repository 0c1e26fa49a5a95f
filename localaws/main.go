// Command localaws is AWS on one machine, as far as this app needs it: one port on 127.0.0.1 for the CDK CLI and every
// SDK. CloudFormation, ECS services, CodeDeploy and Lambda are its own, the rest is moto's. docs/localaws.md tells what is
// true to AWS and what is not.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"payment-processor/lambda/bundle"
)

var exit = os.Exit // replaced in tests

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "localaws:", err)
		exit(1)
	}
}

// options are what the commands have in common.
type options struct {
	port   int
	url    string // of the endpoint, if it is not ours
	speed  float64
	suffix string
	root   string // of this module
	state  string // folder of logs and functions
	args   []string
}

// commands by name.
var commands = map[string]func(ctx context.Context, o options, out io.Writer) error{
	"serve":    func(ctx context.Context, o options, _ io.Writer) error { return serve(ctx, o) },
	"start":    start,
	"stop":     stop,
	"status":   report,
	"account":  account,
	"summary":  summarize,
	"push":     push,
	"rehearse": rehearse,
	"leftover": leftover,
}

const usage = `localaws COMMAND [-port N] [-speed N] [-suffix NAME] [ARGUMENT …]
  start      start the endpoint in the background, if it does not run
  stop       stop it, and everything that it has started
  status     tell whether it runs
  account    print the account that everything is in
  summary    tell what is deployed
  push TAG   push an image under a tag into the environment's repository
  rehearse   release, fail, cancel and roll back; tell how it ended
  leftover   fail if the environment has left something behind
  serve      run in the foreground`

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || commands[args[0]] == nil {
		return fmt.Errorf("want one of its commands\n%s", usage)
	}
	root, err := bundle.ModuleRoot()
	if err != nil {
		return err
	}
	o := options{root: root}
	flags := flag.NewFlagSet("localaws", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.IntVar(&o.port, "port", 4566, "the port on 127.0.0.1")
	flags.StringVar(&o.url, "endpoint", "", "an emulator to use instead; empty: the port's")
	flags.Float64Var(&o.speed, "speed", 120, "by how much AWS's waiting is shorter here")
	flags.StringVar(&o.state, "state", "", "folder for logs and functions; empty: build/localaws")
	flags.StringVar(&o.suffix, "suffix", "dev", "the environment")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	o.args = flags.Args()
	o.state = cmp.Or(o.state, filepath.Join(root, "build", "localaws"))
	return commands[args[0]](ctx, o, out)
}
