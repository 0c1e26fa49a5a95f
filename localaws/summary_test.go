package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/services"

	"github.com/google/go-containerregistry/pkg/registry"
)

// answers of an endpoint by operation; what is not among them is an error.
type answers map[string]string

func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	operation := ""
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		operation = target[strings.LastIndex(target, ".")+1:]
	} else if _, after, query := strings.Cut(string(body), "Action="); query {
		operation, _, _ = strings.Cut(after, "&")
	}
	answer, known := a[operation]
	if !known {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, answer)
}

func deployed() answers {
	const event = `<member><PhysicalResourceId>%</PhysicalResourceId><StackId>arn</StackId><ResourceStatus>!</ResourceStatus><Timestamp>2026-11-22T20:00:#Z</Timestamp></member>`
	of := func(physical, status, second string) string {
		return strings.NewReplacer("%", physical, "!", status, "#", second).Replace(event)
	}
	return answers{
		"DescribeStacks":     "<R><DescribeStacksResult><Stacks><member><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult></R>",
		"ListStackResources": "<R><ListStackResourcesResult><StackResourceSummaries><member/><member/></StackResourceSummaries></ListStackResourcesResult></R>",
		"DescribeStackEvents": "<R><DescribeStackEventsResult><StackEvents>" + of("arn", "UPDATE_COMPLETE", "47") + of("bucket", "UPDATE_IN_PROGRESS", "30") +
			of("arn", "UPDATE_IN_PROGRESS", "05") + "</StackEvents></DescribeStackEventsResult></R>",
		"DescribeServices":   `{"services":[{"taskSets":[{"status":"PRIMARY","taskDefinition":"arn:x:task-definition/payment-processor-dev:3","loadBalancers":[{"targetGroupArn":"a:targetgroup/blue/1"}]}]}]}`,
		"GetDeploymentGroup": `{"deploymentGroupInfo":{"loadBalancerInfo":{"targetGroupPairInfoList":[{"prodTrafficRoute":{"listenerArns":["listener"]}}]}}}`,
		"DescribeListeners": "<R><DescribeListenersResult><Listeners><member><DefaultActions><member><TargetGroupArn>a:targetgroup/blue/1</TargetGroupArn></member>" +
			"</DefaultActions></member></Listeners></DescribeListenersResult></R>",
	}
}

func summaryOf(t *testing.T, a answers) (string, error) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	var out bytes.Buffer
	err := summarize(t.Context(), options{url: server.URL, suffix: "dev"}, &out)
	return out.String(), err
}

func TestSummaryTellsWhatServes(t *testing.T) {
	said, err := summaryOf(t, deployed())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"payment-processor-database-dev", "UPDATE_COMPLETE", " 2 ", "42", "payment-processor-dev:3 serves all traffic, behind target group blue"} {
		if !strings.Contains(said, want) {
			t.Errorf("the summary does not say %q:\n%s", want, said)
		}
	}
}

func TestSummaryHidesNoFailure(t *testing.T) {
	for operation := range deployed() {
		a := deployed()
		delete(a, operation)
		if said, err := summaryOf(t, a); err == nil {
			t.Errorf("without %s it says:\n%s", operation, said)
		}
	}
	a := deployed()
	a["DescribeStackEvents"] = "<R><DescribeStackEventsResult/></R>" // of a stack whose events are forgotten
	if said, err := summaryOf(t, a); err != nil || !strings.Contains(said, " 0\n") {
		t.Error(said, err)
	}
}

func TestRehearsalRunsTheCLI(t *testing.T) {
	server := httptest.NewServer(answers{})
	t.Cleanup(server.Close)
	if err := rehearse(t.Context(), options{url: server.URL, suffix: "dev", args: []string{"false"}}, io.Discard); err == nil {
		t.Error("nothing is deployed, and the rehearsal passes")
	}
}

func TestPushSaysWhereTheImageIs(t *testing.T) {
	o := endpoint(t)
	o.args = []string{"v1"}
	if err := push(t.Context(), o, io.Discard); err == nil {
		t.Error("an image is pushed into a repository that is not there")
	}
	store := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(store.Close)
	var out bytes.Buffer
	if err := push(t.Context(), options{url: store.URL, suffix: "dev", args: []string{"v1"}}, &out); err != nil || !strings.Contains(out.String(), "payment-processor-dev:v1") {
		t.Error(out.String(), err)
	}
}

func TestTargetHealthIsTheModels(t *testing.T) {
	moto := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	handler := targetHealth(func(group string) ([]services.Target, bool) {
		return []services.Target{{Address: "10.0.1.5", Port: 8080, Zone: "us-east-2a", State: "healthy"}}, group == "ours"
	}, moto)
	for form, ours := range map[string]bool{
		"Action=DescribeTargetHealth&TargetGroupArn=ours":   true,
		"Action=DescribeTargetHealth&TargetGroupArn=theirs": false,
		"Action=DescribeTargetGroups":                       false,
	} {
		request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if !ours {
			if answer.Code != http.StatusTeapot {
				t.Errorf("%s is not moto's", form)
			}
			continue
		}
		var got healthResponse
		if err := xml.Unmarshal(answer.Body.Bytes(), &got); err != nil || len(got.Members) != 1 || got.Members[0].State != "healthy" || got.Members[0].ID != "10.0.1.5" {
			t.Errorf("%s: %s %v", form, answer.Body, err)
		}
	}
}

func TestEventsAreSpelledAsEventBridgeDoes(t *testing.T) {
	_, kind, resources, detail := statusChange(cloudformation.Event{StackID: "arn", PhysicalID: "arn", Status: "UPDATE_COMPLETE"})
	if kind != "CloudFormation Stack Status Change" || resources[0] != "arn" || detail["stack-id"] != "arn" {
		t.Error(kind, resources, detail)
	}
	_, kind, _, detail = statusChange(cloudformation.Event{StackID: "arn", LogicalID: "Listener", PhysicalID: "listener", Type: "AWS::X::Y"})
	if kind != "CloudFormation Resource Status Change" || detail["logical-resource-id"] != "Listener" || detail["resource-type"] != "AWS::X::Y" {
		t.Error(kind, detail)
	}
}
