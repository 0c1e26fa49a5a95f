package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"payment-processor/localaws/resource"
)

func ruleTarget(id string) map[string]any {
	return map[string]any{"Id": id, "Arn": "arn:aws:lambda:us-east-2:123456789012:function:" + id, "Input": map[string]any{"a": 1}}
}

func TestEventRule(t *testing.T) {
	client := eventbridge.NewFromConfig(local(t))
	life{
		kind: "AWS::Events::Rule",
		properties: func(string) map[string]any {
			return map[string]any{"EventPattern": map[string]any{"source": []any{"aws.ecs"}, "detail": map[string]any{"a": []any{1}}},
				"State": "ENABLED", "Targets": []any{ruleTarget("one"), ruleTarget("two")}, "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["Targets"], p["State"], p["Tags"] = []any{ruleTarget("two"), ruleTarget("three"), ruleTarget("four")}, "DISABLED", tag("c", "d")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := client.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: &result.PhysicalID})
			if err != nil || len(found.Targets) != step+2 || !strings.HasSuffix(result.Attributes["Arn"].(string), "rule/"+result.PhysicalID) {
				t.Errorf("step %d: %v, %v, %v", step, found, err, result)
			}
		},
	}.live(t)
	bus := made(t, "AWS::Events::EventBus", map[string]any{"Name": "bus-" + unique()})
	life{
		kind: "AWS::Events::Rule",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": "r-" + unique, "EventBusName": bus.Attributes["Arn"], "EventPattern": `{"source":["x"]}`, "Targets": []any{ruleTarget("one")}}
		},
		changes: []func(map[string]any){func(p map[string]any) { delete(p, "Targets") }},
	}.live(t)
	name := made(t, "AWS::Events::Rule", map[string]any{"ScheduleExpression": "rate(5 minutes)"}).PhysicalID
	for _, wrong := range []struct {
		reason     string
		properties map[string]any
	}{
		{"already exists", map[string]any{"Name": name, "ScheduleExpression": "cron(0 4 * * ? *)"}},
		{"must be specified", map[string]any{}},
		{"ScheduleExpression is not valid", map[string]any{"ScheduleExpression": "every day"}},
		{"must be an object", map[string]any{"EventPattern": map[string]any{}}},
		{`"source" must be`, map[string]any{"EventPattern": map[string]any{"source": "aws.ecs"}}},
		{"Empty arrays", map[string]any{"EventPattern": map[string]any{"detail": map[string]any{"a": []any{}}}}},
	} {
		refused(t, "AWS::Events::Rule", wrong.reason, wrong.properties)
	}
}

func TestEventBus(t *testing.T) {
	life{
		kind: "AWS::Events::EventBus",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": "b-" + unique, "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["Tags"] = tag("c", "d") }},
	}.live(t)
	bus := made(t, "AWS::Events::EventBus", map[string]any{"Name": "bus-" + unique()}).PhysicalID
	life{
		kind: "AWS::Events::EventBusPolicy",
		properties: func(unique string) map[string]any {
			return map[string]any{"EventBusName": bus, "StatementId": unique, "Statement": map[string]any{"Effect": "Allow",
				"Principal": map[string]any{"AWS": "111122223333"}, "Action": "events:PutEvents", "Resource": "*"}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["Statement"] = map[string]any{"Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}
		}},
	}.live(t)
	life{
		kind: "AWS::Events::EventBusPolicy",
		properties: func(unique string) map[string]any {
			return map[string]any{"EventBusName": bus, "StatementId": unique, "Action": "events:PutEvents", "Principal": "111122223333"}
		},
	}.live(t)
	refused(t, "AWS::Events::EventBusPolicy", "prefaced by a vendor", map[string]any{"EventBusName": bus, "StatementId": "x",
		"Statement": map[string]any{"Effect": "Allow", "Principal": "*", "Action": "put"}})
}

func machine(next string) string {
	return `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"` + next + `"},"B":{"Type":"Choice","Default":"C"},"C":{"Type":"Succeed"}}}`
}

func TestStateMachine(t *testing.T) {
	role := "arn:aws:iam::123456789012:role/machine"
	life{
		kind: "AWS::StepFunctions::StateMachine",
		properties: func(unique string) map[string]any {
			return map[string]any{"StateMachineName": "m-" + unique, "RoleArn": role, "DefinitionString": machine("${next}"),
				"DefinitionSubstitutions": map[string]any{"next": "B"}, "Tags": tag("a", "b"), "StateMachineType": "STANDARD"}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["DefinitionString"], p["Tags"] = machine("C"), tag("c", "d") }},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := sfn.NewFromConfig(local(t)).DescribeStateMachine(t.Context(),
				&sfn.DescribeStateMachineInput{StateMachineArn: &result.PhysicalID})
			if err != nil || *found.Definition != machine([]string{"B", "C"}[step]) || *found.Name != result.Attributes["Name"] {
				t.Errorf("step %d: %v, %v", step, found, err)
			}
		},
	}.live(t)
	name := made(t, "AWS::StepFunctions::StateMachine", map[string]any{"RoleArn": role, "Definition": map[string]any{
		"StartAt": "A", "States": map[string]any{"A": map[string]any{"Type": "Succeed"}}}}).Attributes["Name"]
	for reason, definition := range map[string]string{
		"Already Exists":      machine("B"),
		"INVALID_JSON":        "{",
		"A at /StartAt":       `{"StartAt":"A"}`,
		"Z at /States/A/Next": machine("Z"),
	} {
		refused(t, "AWS::StepFunctions::StateMachine", reason, map[string]any{"StateMachineName": name, "RoleArn": role, "DefinitionString": definition})
	}
	provider := providerOf(t, "AWS::StepFunctions::StateMachine")
	request := asked("AWS::StepFunctions::StateMachine", map[string]any{"DefinitionString": "{"})
	if _, err := provider.Update(t.Context(), request); err == nil {
		t.Error("an update took a broken definition")
	}
}
