// Package integration checks a deployed environment through the AWS APIs: the same tests for the local endpoint (make
// integration) and for a real account (make integration-live). What they expect, they read in the deployed templates:
// what was approved is what must be there.
package integration

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var (
	target  = flag.String("target", "", "what to check: local, or live for a real account; empty: nothing")
	suffix  = flag.String("suffix", "", "environment to check; live wants it said, local takes dev")
	outputs = flag.String("outputs", "../cfn-outputs/flat-outputs.json", "the flat outputs of the environment")
)

// env is the environment under test.
var env struct {
	aws     aws.Config
	outputs map[string]string
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *target == "" {
		fmt.Println("integration: no -target, nothing is deployed to check; make integration says how")
		os.Exit(0)
	}
	if err := prepare(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		os.Exit(1)
	}
	code := m.Run()
	summary()
	os.Exit(code)
}

// prepare refuses to guess which account and environment are meant.
func prepare(ctx context.Context) error {
	switch {
	case *target != "local" && *target != "live":
		return fmt.Errorf("-target is %q, want local or live", *target)
	case *target == "live" && *suffix == "":
		return errors.New("-suffix is missing: a real account is only touched when the environment is named, as in make integration-live SUFFIX=dev")
	case *target == "live" && os.Getenv("AWS_ENDPOINT_URL") != "":
		return errors.New("AWS_ENDPOINT_URL is set: a live run asks AWS itself; unset it, or use make integration")
	case *target == "local" && os.Getenv("AWS_ENDPOINT_URL") == "":
		return errors.New("AWS_ENDPOINT_URL is not set: a local run must not reach a real account; use make integration")
	case *suffix == "":
		*suffix = "dev"
	}
	raw, err := os.ReadFile(*outputs)
	if err != nil {
		return fmt.Errorf("%w: deploy the environment first, make local or make outputs writes it", err)
	}
	if err := json.Unmarshal(raw, &env.outputs); err != nil {
		return fmt.Errorf("%s: %w", *outputs, err)
	}
	if name := "payment-processor-" + *suffix; env.outputs["ecs_cluster_name"] != name {
		return fmt.Errorf("%s describes cluster %q, want %q: it is from another environment", *outputs, env.outputs["ecs_cluster_name"], name)
	}
	region := strings.Split(env.outputs["ecs_cluster_arn"], ":")[3]
	if env.aws, err = config.LoadDefaultConfig(ctx, config.WithRegion(region)); err != nil {
		return err
	}
	who, err := sts.NewFromConfig(env.aws).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Errorf("asking who we are: %w", err)
	}
	fmt.Printf("account %s, region %s, environment %s (%s)\n", *who.Account, region, *suffix, *target)
	if err := findParts(ctx); err != nil {
		return err
	}
	if account := strings.Split(env.outputs["ecs_cluster_arn"], ":")[4]; account != *who.Account {
		return fmt.Errorf("%s is from account %s and the credentials are of %s", *outputs, account, *who.Account)
	}
	return nil
}

var skipped struct {
	sync.Mutex
	reasons []string
}

// onlyLive skips what a local run cannot show.
func onlyLive(t *testing.T, reason string) {
	t.Helper()
	if *target != "live" {
		skip(t, "only a real account shows this: "+reason)
	}
}

// skip is by name and with the reason, and the summary counts it.
func skip(t *testing.T, reason string) {
	t.Helper()
	skipped.Lock()
	skipped.reasons = append(skipped.reasons, t.Name()+": "+reason)
	skipped.Unlock()
	t.Skip(reason)
}

func summary() {
	slices.Sort(skipped.reasons)
	fmt.Printf("%d checks are skipped\n", len(skipped.reasons))
	for _, reason := range skipped.reasons {
		fmt.Println("  " + reason)
	}
	if *target == "local" {
		fmt.Printf("make integration-live SUFFIX=%s makes those that need a real account\n", *suffix)
	}
}

// output is one of the flat outputs.
func output(t *testing.T, key string) string {
	t.Helper()
	value := env.outputs[key]
	if value == "" {
		t.Fatalf("the flat outputs have no %s", key)
	}
	return value
}

// eventually asks until there is no error, and fails with the last one.
func eventually(t *testing.T, patience time.Duration, check func() error) {
	t.Helper()
	pause := 15 * time.Second
	if *target == "local" {
		pause = 200 * time.Millisecond
	}
	deadline := time.After(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("interrupted, when: %v", err)
		case <-deadline:
			t.Fatalf("after %v: %v", patience, err)
		case <-time.After(pause):
		}
	}
}

// ok ends the test when an API call failed.
func ok[T any](t *testing.T) func(T, error) T {
	return func(answer T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}
