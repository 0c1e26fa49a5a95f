package providers

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"payment-processor/localaws/resource"
)

// Events makes rules with their targets, event buses and their policies.
func Events(config aws.Config) resource.Registry {
	client := eventbridge.NewFromConfig(config)
	rules, buses, policies := eventRules{client}, eventBuses{client}, busPolicies{client}
	return resource.Registry{
		"AWS::Events::Rule":           operations{rules.create, rules.update, rules.remove},
		"AWS::Events::EventBus":       operations{buses.create, buses.update, buses.remove},
		"AWS::Events::EventBusPolicy": operations{policies.put, policies.put, policies.remove},
	}
}

type eventRules struct{ *eventbridge.Client }

func (e eventRules) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "Name", 64)
	bus := text(request.Properties["EventBusName"])
	if bus != "" && bus != "default" {
		request.PhysicalID = afterLast(bus, "/") + "|" + name
	} else {
		request.PhysicalID = name
	}
	if _, err := call(ctx, e.DescribeRule, ruleKey(request, "Name")); err == nil {
		return resource.Result{}, said("Resource of type 'AWS::Events::Rule' with identifier '%s' already exists", name)
	} else if !missing(err) {
		return resource.Result{}, err
	}
	return e.put(ctx, request)
}

// ruleKey names a rule, and its bus if that is not the default one.
func ruleKey(request resource.Request, member string) map[string]any {
	bus, name, custom := strings.Cut(request.PhysicalID, "|")
	if !custom {
		return map[string]any{member: bus}
	}
	return map[string]any{member: name, "EventBusName": bus}
}

func (e eventRules) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkTrigger(request.Properties); err != nil {
		return resource.Result{}, err
	}
	key := ruleKey(request, "Name")
	made, err := call(ctx, e.PutRule, with(tagged(request), "Name", key["Name"]))
	if err != nil {
		return resource.Result{}, err
	}
	result := resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{"Arn": *made.RuleArn}}
	return result, given(request, "Targets", func() error {
		answer, err := call(ctx, e.PutTargets, with(ruleKey(request, "Rule"), "Targets", request.Properties["Targets"]))
		if err == nil && answer.FailedEntryCount > 0 {
			return errors.New(aws.ToString(answer.FailedEntries[0].ErrorMessage))
		}
		return err
	})()
}

var schedule = regexp.MustCompile(`^(rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+ \S+ \S+ \S+ \S+ \S+\))$`)

func checkTrigger(properties map[string]any) error {
	pattern, expression := properties["EventPattern"], text(properties["ScheduleExpression"])
	switch {
	case pattern == nil && expression == "":
		return said("Parameter(s) EventPattern or ScheduleExpression must be specified")
	case expression != "" && !schedule.MatchString(expression):
		return said("Parameter ScheduleExpression is not valid")
	case pattern == nil:
		return nil
	}
	fields := map[string]any{}
	if json.Unmarshal([]byte(text(pattern)), &fields) != nil || len(fields) == 0 {
		return said("Event pattern is not valid. Reason: it must be an object that is not empty")
	}
	return checkPattern(fields)
}

// checkPattern wants a list, or an object of the like, for every field.
func checkPattern(fields map[string]any) error {
	for name, value := range fields {
		switch typed := value.(type) {
		case map[string]any:
			if err := checkPattern(typed); err != nil {
				return err
			}
		case []any:
			if len(typed) == 0 {
				return said("Event pattern is not valid. Reason: Empty arrays are not allowed: %s", name)
			}
		default:
			return said("Event pattern is not valid. Reason: %q must be an object or an array", name)
		}
	}
	return nil
}

func (e eventRules) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	gone := targetIDs(request.Old)
	for id := range targetIDs(request.Properties) {
		delete(gone, id)
	}
	if err := e.drop(ctx, request, gone); err != nil {
		return resource.Result{}, err
	}
	result, err := e.put(ctx, request)
	if err != nil {
		return result, err
	}
	return result, retag(ctx, request, "ResourceARN", result.Attributes["Arn"], e.TagResource, e.UntagResource)
}

func targetIDs(properties map[string]any) map[string]bool {
	ids := map[string]bool{}
	for _, target := range flat(properties["Targets"]) {
		ids[text(target.(map[string]any)["Id"])] = true
	}
	return ids
}

func (e eventRules) drop(ctx context.Context, request resource.Request, targets map[string]bool) error {
	if len(targets) == 0 {
		return nil
	}
	ids := make([]any, 0, len(targets))
	for id := range targets {
		ids = append(ids, id)
	}
	return run(ctx, e.RemoveTargets, with(ruleKey(request, "Rule"), "Ids", ids))
}

// remove takes out whatever targets the rule has by now, without which it cannot go.
func (e eventRules) remove(ctx context.Context, request resource.Request) error {
	if err := run(ctx, e.DescribeRule, ruleKey(request, "Name")); err != nil {
		return err // moto breaks when it shall list the targets of a rule that is not there
	}
	found, err := call(ctx, e.ListTargetsByRule, ruleKey(request, "Rule"))
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	for _, target := range found.Targets {
		ids[*target.Id] = true
	}
	return inOrder(
		func() error { return e.drop(ctx, request, ids) },
		func() error { return run(ctx, e.DeleteRule, ruleKey(request, "Name")) },
	)
}

type eventBuses struct{ *eventbridge.Client }

func (e eventBuses) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	made, err := call(ctx, e.CreateEventBus, tagged(request))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = text(request.Properties["Name"])
	return busResult(request, *made.EventBusArn), nil
}

func busResult(request resource.Request, arn string) resource.Result {
	return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{"Arn": arn, "Name": request.PhysicalID}}
}

func (e eventBuses) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	found, err := call(ctx, e.DescribeEventBus, map[string]any{"Name": request.PhysicalID})
	if err != nil {
		return resource.Result{}, err
	}
	return busResult(request, *found.Arn), retag(ctx, request, "ResourceARN", *found.Arn, e.TagResource, e.UntagResource)
}

func (e eventBuses) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, e.DeleteEventBus, map[string]any{"Name": request.PhysicalID})
}

type busPolicies struct{ *eventbridge.Client }

func (b busPolicies) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	statement, _ := request.Properties["Statement"].(map[string]any)
	properties := request.Properties
	if statement != nil {
		statement = with(statement, "Sid", request.Properties["StatementId"])
		policy := map[string]any{"Version": "2012-10-17", "Statement": []any{statement}}
		if err := checkPolicy(policy, "Parameter Policy is not valid"); err != nil {
			return resource.Result{}, err
		}
		properties = map[string]any{"EventBusName": properties["EventBusName"], "Policy": policy}
	}
	return resource.Result{PhysicalID: nameAgain(request, "", 128)}, run(ctx, b.PutPermission, properties)
}

func (b busPolicies) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, b.RemovePermission, request.Properties)
}
