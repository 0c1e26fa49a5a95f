package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"payment-processor/localaws/moto"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// local is the endpoint that this binary's tests share; zero where moto is not installed.
var local options

// TestMain runs as the command itself when start calls this binary.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
		os.Exit(0)
	}
	os.Exit(withEndpoint(m.Run))
}

func withEndpoint(run func() int) int {
	python, err := moto.Find(context.Background(), "")
	if err != nil || python == "" {
		fmt.Println("moto is not installed:", err)
		if os.Getenv("CI") != "" {
			return 1
		}
		return run()
	}
	directory, err := os.MkdirTemp("", "localaws")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	root, _ := filepath.Abs("..")
	local = options{port: freePort(), speed: 600, suffix: "dev", root: root, state: directory}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, local) }()
	for {
		if _, err := ask(ctx, local); err == nil {
			break
		}
		select {
		case err := <-ended:
			panic(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	code := run()
	cancel()
	if err := <-ended; err != nil {
		fmt.Println("the endpoint did not end well:", err)
		return 1
	}
	return code
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func endpoint(t *testing.T) options {
	t.Helper()
	if local.port == 0 {
		t.Skip("moto is not installed")
	}
	return local
}

func do(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out)
	return out.String(), err
}

func TestItStartsOnceAndEnds(t *testing.T) {
	endpoint(t)
	port, state := fmt.Sprint(freePort()), t.TempDir()
	flags := []string{"-port", port, "-state", state}
	for i, want := range []string{"runs at", "already"} {
		said, err := do(t, append([]string{"start"}, flags...)...)
		if err != nil || !strings.Contains(said, want) {
			t.Fatalf("start %d: %s %v", i, said, err)
		}
	}
	if said, err := do(t, append([]string{"status"}, flags...)...); err != nil || !strings.Contains(said, port) {
		t.Error(said, err)
	}
	if said, err := do(t, append([]string{"account"}, flags...)...); err != nil || said != moto.AccountID+"\n" {
		t.Error(said, err)
	}
	for i, want := range []string{"has ended", "does not run"} {
		said, err := do(t, append([]string{"stop"}, flags...)...)
		if err != nil || !strings.Contains(said, want) {
			t.Fatalf("stop %d: %s %v", i, said, err)
		}
	}
	if _, err := do(t, append([]string{"status"}, flags...)...); err == nil {
		t.Error("it still answers")
	}
}

func TestABusyPortIsNamed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() { // a server, but not ours
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"))
			_ = connection.Close()
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	if _, err := do(t, "start", "-port", fmt.Sprint(port)); err == nil || !strings.Contains(err.Error(), fmt.Sprint(port)) {
		t.Error(err)
	}
	if err := serve(t.Context(), options{port: port}); err == nil {
		t.Error("two servers listen on a port")
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	endpoint(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, state := range map[string]string{"no folder": filepath.Join(file, "below"), "the log is a folder": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			_ = os.Mkdir(filepath.Join(state, "localaws.log"), 0o700)
			if _, err := do(t, "start", "-port", fmt.Sprint(freePort()), "-state", state); err == nil {
				t.Error("it starts without a log")
			}
		})
	}
	if err := serve(t.Context(), options{port: freePort(), state: file}); err == nil {
		t.Error("it serves without a log of moto")
	}
	t.Run("it ends at once", func(t *testing.T) {
		state := t.TempDir()
		if err := os.Mkdir(filepath.Join(state, "moto.log"), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := do(t, "start", "-port", fmt.Sprint(freePort()), "-state", state); err == nil || !strings.Contains(err.Error(), "moto.log") {
			t.Error(err)
		}
	})
	t.Run("it takes too long", func(t *testing.T) {
		before := patience
		patience = 0
		t.Cleanup(func() { patience = before })
		if _, err := do(t, "start", "-port", fmt.Sprint(freePort()), "-state", t.TempDir()); err == nil {
			t.Error("nothing is waited for, and it runs")
		}
	})
	t.Run("moto does not start", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := serve(ctx, options{port: freePort(), state: t.TempDir()}); err == nil {
			t.Error("it serves without moto")
		}
	})
}

// pretender answers as if localaws ran in another process.
func pretender(t *testing.T, pid int) options {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"pid": %d}`, pid)
	}))
	t.Cleanup(server.Close)
	return options{port: server.Listener.Addr().(*net.TCPAddr).Port}
}

func TestWhatDoesNotEndIsNamed(t *testing.T) {
	if err := stop(t.Context(), pretender(t, 1<<30), io.Discard); err == nil {
		t.Error("a process ends that is not there")
	}
	stubborn := exec.CommandContext(t.Context(), "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
	output, _ := stubborn.StdoutPipe()
	if err := stubborn.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	before := patience
	patience = 0
	t.Cleanup(func() { patience = before })
	if err := stop(t.Context(), pretender(t, stubborn.Process.Pid), io.Discard); err == nil || !strings.Contains(err.Error(), "does not end") {
		t.Error(err)
	}
}

func TestAnEndpointWithoutAddressIsAnError(t *testing.T) {
	if _, err := ask(t.Context(), options{url: "http://\x7f"}); err == nil {
		t.Error("somebody answers nowhere")
	}
	if err := start(t.Context(), options{port: freePort(), root: "nowhere", state: t.TempDir()}, io.Discard); err == nil {
		t.Error("it starts in a folder that is not there")
	}
}

// An alarm's change must reach EventBridge, whose rules are then looked up.
func TestAlarmsReachEventBridge(t *testing.T) {
	o := endpoint(t)
	client, name := cloudwatch.NewFromConfig(settings(o.endpoint())), "payments-late"
	if _, err := client.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: new("Payments"), MetricName: new("Late"), Statistic: cwtypes.StatisticSum, Period: new(int32(60)),
		EvaluationPeriods: new(int32(1)), Threshold: new(1.0), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
	}); err != nil {
		t.Fatal(err)
	}
	states := []cwtypes.StateValue{cwtypes.StateValueOk, cwtypes.StateValueAlarm}
	deadline := time.Now().Add(20 * time.Second)
	for i := 0; !asked(t, o, "ListRules"); i++ {
		if time.Now().After(deadline) {
			t.Fatal("nobody looks for rules")
		}
		if _, err := client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &name, StateValue: states[i%2], StateReason: new("test")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
	}
	if _, err := client.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}}); err != nil {
		t.Error(err)
	}
}

// asked tells whether an operation is in the log of requests.
func asked(t *testing.T, o options, operation string) bool {
	t.Helper()
	response, err := http.Get(o.endpoint() + "/_localaws/requests")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(body), operation)
}

func TestAnotherEmulatorIsLeftAlone(t *testing.T) {
	other := []string{"-endpoint", "http://127.0.0.1:1"}
	if said, err := do(t, append([]string{"start"}, other...)...); err != nil || !strings.Contains(said, "using what answers") {
		t.Error(said, err)
	}
	if said, err := do(t, append([]string{"stop"}, other...)...); err != nil || !strings.Contains(said, "does not run") {
		t.Error(said, err)
	}
	for _, command := range []string{"account", "summary", "leftover"} {
		if _, err := do(t, append([]string{command}, other...)...); err == nil {
			t.Errorf("%s asks nobody and succeeds", command)
		}
	}
}

func TestWrongUseIsExplained(t *testing.T) {
	for _, args := range [][]string{{}, {"fly"}, {"start", "-port", "many"}, {"push"}, {"rehearse"}, {"push", "-port", "1", "v1"}} {
		if _, err := do(t, args...); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
	t.Chdir(t.TempDir())
	if _, err := do(t, "status"); err == nil {
		t.Error("it runs outside the module")
	}
}

func TestMainEndsWithAnError(t *testing.T) {
	args, end, code := os.Args, exit, 0
	t.Cleanup(func() { os.Args, exit = args, end })
	os.Args, exit = []string{"localaws"}, func(c int) { code = c }
	main()
	if code != 1 {
		t.Errorf("the exit code is %d", code)
	}
}

func TestNothingIsDeployedYet(t *testing.T) {
	o := endpoint(t)
	if err := summarize(t.Context(), o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "make local") {
		t.Error(err)
	}
}

func TestLeftoversAreNamed(t *testing.T) {
	o := endpoint(t)
	var out bytes.Buffer
	if err := leftover(t.Context(), o, &out); err != nil || !strings.Contains(out.String(), "has left no") {
		t.Fatal(out.String(), err)
	}
	client := s3.NewFromConfig(settings(o.endpoint()), func(s *s3.Options) { s.UsePathStyle = true })
	bucket := "payment-processor-platform-dev-logs"
	create := &s3.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: region}}
	if _, err := client.CreateBucket(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteBucket(context.WithoutCancel(t.Context()), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
			t.Error(err)
		}
	})
	if err := leftover(t.Context(), o, &out); err == nil || !strings.Contains(err.Error(), "bucket "+bucket) {
		t.Error(err)
	}
	other := o
	other.suffix = "staging"
	if err := leftover(t.Context(), other, &out); err != nil {
		t.Error(err)
	}
}

// Each look must notice that it could not look.
func TestALookThatFailsIsNoAnswer(t *testing.T) {
	for kind, look := range looks {
		if names, err := look(t.Context(), settings("http://127.0.0.1:1")); err == nil {
			t.Errorf("%s: %v", kind, names)
		}
	}
}
