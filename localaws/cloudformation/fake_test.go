package cloudformation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/resource"
)

// world is a provider for every type. It keeps what it has made, by physical id.
type world struct {
	mu    sync.Mutex
	last  int
	live  map[string]map[string]any // properties
	kinds map[string]string
	log   []string

	// deny answers an error for a request that is to fail: before it has an effect, or late, after it.
	deny func(operation string, r resource.Request) error
	late bool
}

func newWorld() *world {
	return &world{live: map[string]map[string]any{}, kinds: map[string]string{}, deny: func(string, resource.Request) error { return nil }}
}

func (w *world) note(operation string, r resource.Request) error {
	w.log = append(w.log, operation+" "+r.LogicalID)
	return w.deny(operation, r)
}

func (w *world) Create(_ context.Context, r resource.Request) (resource.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.note("Create", r)
	if err != nil && !w.late {
		return resource.Result{}, err
	}
	w.last++
	id := fmt.Sprintf("%s-%d", r.LogicalID, w.last)
	w.live[id], w.kinds[id] = r.Properties, r.Type
	return result(id), err
}

func result(id string) resource.Result {
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"Arn": "arn:" + id, "QueueName": id}}
}

var errMissing = errors.New("it is not there")

func (w *world) Update(_ context.Context, r resource.Request) (resource.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.live[r.PhysicalID] == nil {
		return resource.Result{}, errMissing
	}
	err := w.note("Update", r)
	if err != nil && !w.late {
		return resource.Result{}, err
	}
	w.live[r.PhysicalID] = r.Properties
	return result(r.PhysicalID), err
}

func (w *world) Delete(_ context.Context, r resource.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.note("Delete", r); err != nil {
		return err
	}
	delete(w.live, r.PhysicalID)
	return nil
}

// names are the logical ids of what is there, one for each physical resource.
func (w *world) names() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for id := range w.live {
		all = append(all, id[:strings.LastIndex(id, "-")])
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// one finds the properties of the only resource of a logical id.
func (w *world) one(t *testing.T, id string) map[string]any {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for physical := range maps.Keys(w.live) {
		if strings.HasPrefix(physical, id+"-") {
			return w.live[physical]
		}
	}
	t.Fatalf("no %s among %v", id, w.live)
	return nil
}

func (w *world) registry() resource.Registry {
	all := resource.Registry{}
	for name := range strings.FieldsSeq("AWS::SQS::Queue AWS::SNS::Topic AWS::S3::Bucket AWS::Logs::LogGroup AWS::IAM::Role AWS::SSM::Parameter Custom::") {
		all[name] = w
	}
	return all
}

// bench is a server with a client of the real SDK.
type bench struct {
	*world
	*sdk.Client
	server *cloudformation.Server
	events []cloudformation.Event
	t      *testing.T
}

// newBench talks to the server without a network, so that it works in a synctest bubble.
func newBench(t *testing.T, set ...func(*cloudformation.Options)) *bench {
	b := &bench{world: newWorld(), t: t}
	options := cloudformation.Options{Registry: b.registry(), Observe: func(e cloudformation.Event) { b.events = append(b.events, e) }}
	for _, one := range set {
		one(&options)
	}
	b.server = cloudformation.New(options)
	t.Cleanup(b.server.Close)
	b.Client = b.client("us-east-2")
	return b
}

func (b *bench) client(region string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region: region, BaseEndpoint: aws.String("http://localhost"), HTTPClient: direct{b.server}, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// direct calls a handler.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

var ctx = context.Background()

// create makes a stack and waits for its end.
func (b *bench) create(name, body string) string {
	b.t.Helper()
	if _, err := b.CreateStack(ctx, &sdk.CreateStackInput{StackName: &name, TemplateBody: &body}); err != nil {
		b.t.Fatal(err)
	}
	return b.status(name)
}

// update changes a stack and waits for its end.
func (b *bench) update(name, body string) string {
	b.t.Helper()
	if _, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: &name, TemplateBody: &body}); err != nil {
		b.t.Fatal(err)
	}
	return b.status(name)
}

// remove deletes a stack and waits for its end.
func (b *bench) remove(name string) {
	b.t.Helper()
	if _, err := b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: &name}); err != nil {
		b.t.Fatal(err)
	}
	b.server.Wait()
}

// status of a stack, with its reason, when nothing is in progress.
func (b *bench) status(name string) string {
	b.t.Helper()
	b.server.Wait()
	out, err := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: &name})
	if err != nil {
		b.t.Fatal(err)
	}
	text := string(out.Stacks[0].StackStatus)
	if reason := aws.ToString(out.Stacks[0].StackStatusReason); reason != "" {
		text += ": " + reason
	}
	return text
}

// history of a stack, oldest first: logical id, status, and the reason after a colon.
func (b *bench) history(name string) []string {
	var lines []string
	for _, e := range b.events {
		if e.StackName == name {
			line := e.LogicalID + " " + e.Status
			if e.Reason != "" {
				line += ": " + e.Reason
			}
			lines = append(lines, line)
		}
	}
	return lines
}
