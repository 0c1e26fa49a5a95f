package main

import (
	"bytes"
	"io"
	"log"
	"strings"
	"testing"

	"payment-processor/localaws/internal/localtest"

	"github.com/google/go-containerregistry/pkg/registry"
)

func deployed() localtest.Answers {
	const event = `<member><PhysicalResourceId>%</PhysicalResourceId><StackId>arn</StackId><ResourceStatus>!</ResourceStatus><Timestamp>2026-11-22T20:00:#Z</Timestamp></member>`
	of := func(physical, status, second string) string {
		return strings.NewReplacer("%", physical, "!", status, "#", second).Replace(event)
	}
	return localtest.Answers{
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

func summaryOf(t *testing.T, a localtest.Answers) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := summarize(t.Context(), options{url: localtest.Serve(t, a), suffix: "dev"}, &out)
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
	nothing := localtest.Serve(t, localtest.Answers{})
	if err := rehearse(t.Context(), options{url: nothing, suffix: "dev", args: []string{"false"}}, io.Discard); err == nil {
		t.Error("nothing is deployed, and the rehearsal passes")
	}
}

func TestPushSaysWhereTheImageIs(t *testing.T) {
	o := endpoint(t)
	o.args = []string{"v1"}
	if err := push(t.Context(), o, io.Discard); err == nil {
		t.Error("an image is pushed into a repository that is not there")
	}
	store := localtest.Serve(t, registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	var out bytes.Buffer
	if err := push(t.Context(), options{url: store, suffix: "dev", args: []string{"v1"}}, &out); err != nil || !strings.Contains(out.String(), "payment-processor-dev:v1") {
		t.Error(out.String(), err)
	}
}

func TestNothingIsDeployedYet(t *testing.T) {
	o := endpoint(t)
	if err := summarize(t.Context(), o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "make local") {
		t.Error(err)
	}
}
