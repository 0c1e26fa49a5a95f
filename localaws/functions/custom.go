package functions

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"payment-processor/localaws/resource"
)

// responsesPath begins the URLs to which custom resources answer; the request's id follows.
const responsesPath = "/_localaws/responses/"

// hour is the longest that CloudFormation waits for a custom resource.
const hour = time.Hour

// work is added to a divided time-out, because functions themselves take the time that they take.
var work = time.Minute

// answer is what a custom resource's function says.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
type answer struct {
	Status             string
	Reason             string
	PhysicalResourceID string `json:"PhysicalResourceId"`
	Data               map[string]any
}

// custom makes the resources whose type begins with Custom::.
type custom struct{ runtime *Runtime }

// Create asks the function for one.
func (c custom) Create(ctx context.Context, r resource.Request) (resource.Result, error) {
	return c.ask(ctx, "Create", r)
}

// Update may come back with another physical id: then the old one is to be deleted. A request never goes to another
// function than the resource was made by.
//
// https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/802
func (c custom) Update(ctx context.Context, r resource.Request) (resource.Result, error) {
	if before := r.Old["ServiceToken"]; before != nil && before != r.Properties["ServiceToken"] {
		return resource.Result{PhysicalID: r.PhysicalID}, words("Modifying service token is not allowed.")
	}
	return c.ask(ctx, "Update", r)
}

// Delete asks the function to.
func (c custom) Delete(ctx context.Context, r resource.Request) error {
	_, err := c.ask(ctx, "Delete", r)
	return err
}

func (c custom) ask(ctx context.Context, kind string, r resource.Request) (resource.Result, error) {
	token := fmt.Sprint(r.Properties["ServiceToken"])
	if !strings.Contains(token, ":lambda:") {
		return resource.Result{}, fmt.Errorf("ServiceToken is %s, and only functions are supported here", token)
	}
	id := uuid(identity())
	event := map[string]any{
		"RequestType": kind, "RequestId": id, "StackId": r.StackID, "ResourceType": r.Type, "LogicalResourceId": r.LogicalID,
		"ServiceToken": token, "ResponseURL": c.runtime.responseURL(id, time.Now()), "ResourceProperties": spelled(r.Properties),
	}
	if kind != "Create" {
		event["PhysicalResourceId"] = r.PhysicalID
	}
	if kind == "Update" {
		event["OldResourceProperties"] = spelled(r.Old)
	}
	answers := c.runtime.expect(id)
	defer c.runtime.unexpect(id)
	payload, _ := json.Marshal(event) // CloudFormation's templates are JSON
	if err := c.runtime.Send(token, payload); err != nil {
		return resource.Result{}, err
	}
	return c.await(ctx, r, id, answers)
}

func (c custom) await(ctx context.Context, r resource.Request, id string, answers <-chan answer) (resource.Result, error) {
	limit := hour
	if seconds, err := strconv.Atoi(fmt.Sprint(r.Properties["ServiceTimeout"])); err == nil {
		limit = time.Duration(seconds) * time.Second
	}
	timer := time.NewTimer(max(c.runtime.hurried(limit), c.runtime.options.Patience) + work)
	defer timer.Stop()
	select {
	case said := <-answers:
		if said.Status != "SUCCESS" {
			return resource.Result{PhysicalID: said.PhysicalResourceID}, words(fmt.Sprintf(
				"Received response status [%s] from custom resource. Message returned: %s (RequestId: %s)", said.Status, said.Reason, id))
		}
		return resource.Result{PhysicalID: said.PhysicalResourceID, Attributes: said.Data}, nil
	case <-timer.C:
		return resource.Result{PhysicalID: r.PhysicalID}, words(fmt.Sprintf(
			"CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [%s]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.", id))
	case <-ctx.Done():
		return resource.Result{PhysicalID: r.PhysicalID}, ctx.Err()
	}
}

// responseURL looks signed, at the time of the request: that is how functions know when it was.
func (r *Runtime) responseURL(id string, at time.Time) string {
	return strings.TrimSuffix(text(r.options.Config.BaseEndpoint), "/") + responsesPath + id +
		"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=7200&X-Amz-Date=" + at.UTC().Format("20060102T150405Z")
}

func (r *Runtime) expect(id string) <-chan answer {
	answers := make(chan answer, 1)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.answers[id] = answers
	return answers
}

func (r *Runtime) unexpect(id string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.answers, id)
}

// ServeResponses takes answers of custom resources, for the path /_localaws/responses/. One that nobody waits for any
// more is taken and forgotten, as S3 would.
func (r *Runtime) ServeResponses(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var said answer
	if err == nil {
		err = json.Unmarshal(body, &said)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := strings.TrimPrefix(request.URL.Path, responsesPath)
	r.lock.Lock()
	defer r.lock.Unlock()
	if answers, awaited := r.answers[id]; awaited {
		answers <- said
		delete(r.answers, id)
	}
}

// spelled is how CloudFormation passes properties on: every scalar is a text.
func spelled(value map[string]any) map[string]any {
	all := maps.Clone(value)
	for name, member := range all {
		all[name] = spell(member)
	}
	return all
}

func spell(value any) any {
	switch v := value.(type) {
	case map[string]any:
		return spelled(v)
	case []any:
		all := make([]any, len(v))
		for i, member := range v {
			all[i] = spell(member)
		}
		return all
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case nil:
		return nil
	}
	return fmt.Sprint(value)
}

// words are an error as AWS says it.
type words string

func (w words) Error() string { return string(w) }
