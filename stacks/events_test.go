package stacks

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// matches is EventBridge's matching, as far as our patterns use it: a list accepts any of its values, for an event's
// list any member; $or accepts any alternative; numeric is only ever more than.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func matches(pattern, event object) bool {
	for key, want := range pattern {
		switch want := want.(type) {
		case object:
			inner, ok := event[key].(object)
			if !ok || !matches(want, inner) {
				return false
			}
		case []any:
			if key == "$or" {
				if !slices.ContainsFunc(want, func(p any) bool { return matches(p.(object), event) }) {
					return false
				}
				continue
			}
			values, ok := event[key].([]any)
			if !ok {
				values = []any{event[key]}
			}
			if !slices.ContainsFunc(values, func(v any) bool { return slices.ContainsFunc(want, func(w any) bool { return accepts(w, v) }) }) {
				return false
			}
		}
	}
	return true
}

func accepts(want, value any) bool {
	filter, ok := want.(object)
	if !ok {
		return want == value
	}
	count, ok := value.(float64)
	return ok && filter["numeric"].([]any)[0] == ">" && count > filter["numeric"].([]any)[1].(float64)
}

func scanEvent(source, repository string, counts object) object {
	kind := map[string]string{"aws.ecr": "ECR Image Scan", "aws.inspector2": "Inspector2 Scan"}[source]
	return object{"source": source, "detail-type": kind, "detail": object{
		"repository-name": repository, "image-digest": "sha256:1", "finding-severity-counts": counts,
	}}
}

const (
	ourService = "arn:aws:ecs:us-east-2:111122223333:service/payment-processor-dev/payment-processor-dev"
	ourCluster = "arn:aws:ecs:us-east-2:111122223333:cluster/payment-processor-dev"
)

func taskEvent(changes object) object {
	detail := object{
		"clusterArn": ourCluster, "group": "service:payment-processor-dev", "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
		"taskArn": "arn:aws:ecs:us-east-2:111122223333:task/payment-processor-dev/1", "capacityProviderName": "FARGATE_SPOT",
	}
	maps.Copy(detail, changes)
	return object{"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": detail}
}

func serviceEvent(service, name string) object {
	return object{
		"source": "aws.ecs", "detail-type": "ECS Service Action", "resources": []any{service},
		"detail": object{"eventName": name, "eventType": "ERROR", "reason": "RESOURCE:FARGATE", "clusterArn": ourCluster},
	}
}

func (e *environment) deploymentEvent(t *testing.T, application, state string) object {
	t.Helper()
	group := e.only(t, "AWS::CodeDeploy::DeploymentGroup")
	return object{
		"source": "aws.codedeploy", "detail-type": "CodeDeploy Deployment State-change Notification",
		"detail": object{
			"application": application, "deploymentGroup": e.physical(t, group.Stack, group.ID, ""),
			"state": state, "deploymentId": "d-1",
		},
	}
}

// rule returns the observability stack's rule whose logical id begins so.
func (e *environment) rule(t *testing.T, id string) object {
	t.Helper()
	for _, r := range e.resources("AWS::Events::Rule") {
		if r.Stack == "observability" && strings.HasPrefix(r.ID, id) {
			return e.rendered(t, r.Stack, r.Properties).(object)
		}
	}
	t.Fatalf("no rule %s", id)
	return nil
}

// An event that no rule matches pages nobody; one that matches too much pages for other people's services.
func TestRulesMatchTheEventsOfThisServiceOnly(t *testing.T) {
	env := synthesized(t, "dev")
	spot := object{"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted.", "desiredStatus": "STOPPED"}
	repository := env.only(t, "AWS::ECR::Repository")
	images, imagesArn := env.physical(t, "platform", repository.ID, ""), env.physical(t, "platform", repository.ID, "Arn")
	with := func(base object, changes object) object {
		all := maps.Clone(base)
		maps.Copy(all, changes)
		return all
	}
	for name, c := range map[string]struct {
		event object
		rules []string
	}{
		"Spot takes a task":          {taskEvent(spot), []string{"EventHistory", "SpotInterruption"}},
		"Spot took it":               {taskEvent(with(spot, object{"lastStatus": "STOPPED"})), []string{"EventHistory"}},
		"another cluster's Spot":     {taskEvent(with(spot, object{"clusterArn": ourCluster + "2"})), nil},
		"another service's Spot":     {taskEvent(with(spot, object{"group": "service:other"})), nil},
		"scaled in":                  {taskEvent(object{"stopCode": "ServiceSchedulerInitiated", "desiredStatus": "STOPPED"}), []string{"EventHistory"}},
		"a task starts":              {taskEvent(nil), []string{"EventHistory"}},
		"a task is being made":       {taskEvent(object{"lastStatus": "PROVISIONING"}), nil},
		"cannot place":               {serviceEvent(ourService, "SERVICE_TASK_PLACEMENT_FAILURE"), []string{"EventHistory", "PlacementFailure"}},
		"steady":                     {serviceEvent(ourService, "SERVICE_STEADY_STATE"), []string{"EventHistory"}},
		"another service's capacity": {serviceEvent(ourService+"2", "SERVICE_TASK_PLACEMENT_FAILURE"), nil},
		"deployment fails":           {env.deploymentEvent(t, "payment-processor-dev", "FAILURE"), []string{"DeploymentFailure", "EventHistory"}},
		"deployment is stopped":      {env.deploymentEvent(t, "payment-processor-dev", "STOP"), []string{"DeploymentFailure", "EventHistory"}},
		"deployment succeeds":        {env.deploymentEvent(t, "payment-processor-dev", "SUCCESS"), []string{"EventHistory"}},
		"another application":        {env.deploymentEvent(t, "payment-processor-prod", "FAILURE"), nil},
		"ECR finds a grave hole":     {scanEvent("aws.ecr", images, object{"HIGH": 1, "LOW": 9}), []string{"ImageFindings"}},
		"Inspector finds one":        {scanEvent("aws.inspector2", imagesArn, object{"CRITICAL": 2, "HIGH": 0}), []string{"ImageFindings"}},
		"only harmless findings":     {scanEvent("aws.inspector2", imagesArn, object{"CRITICAL": 0, "HIGH": 0, "LOW": 3}), nil},
		"none at all":                {scanEvent("aws.ecr", images, object{}), nil},
		"another repository":         {scanEvent("aws.ecr", "other", object{"CRITICAL": 1}), nil},
		"somebody else's event":      {object{"source": "aws.ec2", "detail-type": "ECS Task State Change", "detail": taskEvent(spot)["detail"]}, nil},
	} {
		var got []string
		for _, rule := range []string{"DeploymentFailure", "EventHistory", "ImageFindings", "PlacementFailure", "SpotInterruption"} {
			if matches(asJSON(t, env.rule(t, rule)["EventPattern"]), asJSON(t, c.event)) {
				got = append(got, rule)
			}
		}
		if !slices.Equal(got, c.rules) {
			t.Errorf("%s: matched by %v, want %v", name, got, c.rules)
		}
	}
}

// logPolicy returns the policy, of those that let services write logs, whose logical id begins so.
func (e *environment) logPolicy(t *testing.T, id string) resource {
	t.Helper()
	for _, r := range e.resources("AWS::Logs::ResourcePolicy") {
		if strings.HasPrefix(r.ID, id) {
			return r
		}
	}
	t.Fatalf("no log policy %s", id)
	return resource{}
}

func asJSON(t *testing.T, value any) object {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var parsed object
	if err := json.Unmarshal(raw, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// A page is read on a telephone at night: it names the thing, what it means and where to go on.
func TestEventsPageWithAReadableMessage(t *testing.T) {
	env := synthesized(t, "dev")
	for rule, want := range map[string]string{
		"SpotInterruption": `"Spot takes back task <task> of payment-processor-dev in two minutes. ECS replaces it; ` +
			`nothing to do unless the alarm spot-interruptions follows."`,
		"PlacementFailure": `"ECS cannot place a task of payment-processor-dev: <reason>. Payments run on fewer tasks than wanted; ` +
			`see docs/runbooks/alarms.md, task-placement."`,
		"DeploymentFailure": `"Deployment <deployment> of payment-processor-dev ended with <state>. CodeDeploy puts the old ` +
			`version back; see docs/runbooks/alarms.md, deployment-failed."`,
		"ImageFindings": `"The scan of image <image> of payment-processor-dev found holes of high or critical severity; see ` +
			`docs/runbooks/alarms.md, image-findings."`,
	} {
		targets := env.rule(t, rule)["Targets"].([]any)
		target := targets[0].(object)
		if len(targets) != 1 || target["Arn"] != "arn:aws:sns:us-east-2:111122223333:payment-processor-alarms-dev" {
			t.Errorf("%s does not publish to the alarm topic: %v", rule, targets)
		}
		if _, ok := target["RoleArn"]; ok {
			t.Errorf("%s publishes with a role, with which EventBridge fails on an encrypted topic", rule)
		}
		if got := target["InputTransformer"].(object)["InputTemplate"]; got != want {
			t.Errorf("%s says\n%s, want\n%s", rule, got, want)
		}
	}
	for name, path := range map[string]string{
		"SpotInterruption task": "$.detail.taskArn", "PlacementFailure reason": "$.detail.reason",
		"DeploymentFailure deployment": "$.detail.deploymentId", "DeploymentFailure state": "$.detail.state",
		"ImageFindings image": "$.detail.image-digest",
	} {
		rule, field, _ := strings.Cut(name, " ")
		target := env.rule(t, rule)["Targets"].([]any)[0].(object)
		if got := target["InputTransformer"].(object)["InputPathsMap"].(object)[field]; got != path {
			t.Errorf("%s reads %s from %v, want %s", rule, field, got, path)
		}
	}
}

func TestHistoryGoesToTheEventLog(t *testing.T) {
	env := synthesized(t, "dev")
	targets := env.rule(t, "EventHistory")["Targets"].([]any)
	// EventBridge wants the ARN without the :* that CloudFormation's attribute ends with.
	if want := "arn:aws:logs:us-east-2:111122223333:log-group:/aws/events/payment-processor-dev"; len(targets) != 1 || targets[0].(object)["Arn"] != want {
		t.Errorf("events are logged to %v, want %s", targets, want)
	}
	for _, r := range env.resources("AWS::Events::Rule") {
		if r.ID != "EventHistory" {
			continue
		}
		policy := env.logPolicy(t, "EventsPolicy").ID
		if waits, _ := r.Body["DependsOn"].([]any); !slices.Contains(waits, any(policy)) {
			t.Errorf("the rule may log before it is allowed to: DependsOn %v", r.Body["DependsOn"])
		}
		return
	}
	t.Error("no rule EventHistory")
}
