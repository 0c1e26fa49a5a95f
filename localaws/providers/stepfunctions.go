package providers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"payment-processor/localaws/resource"
)

// StepFunctions makes state machines.
func StepFunctions(config aws.Config) resource.Registry {
	machines := stateMachines{sfn.NewFromConfig(config)}
	return resource.Registry{
		"AWS::StepFunctions::StateMachine": operations{machines.create, machines.update, machines.remove},
	}
}

type stateMachines struct{ *sfn.Client }

func (s stateMachines) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	definition, err := definition(request.Properties)
	if err != nil {
		return resource.Result{}, err
	}
	name := named(request, "StateMachineName", 80)
	arn := fmt.Sprintf("arn:aws:states:%s:%s:stateMachine:%s", request.Region, request.AccountID, name)
	if _, err := s.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &arn}); err == nil {
		return resource.Result{}, said("State Machine Already Exists: '%s'", arn)
	} else if !missing(err) {
		return resource.Result{}, err
	}
	err = run(ctx, s.CreateStateMachine, with(tagged(request), "Name", name, "Definition", definition,
		"Type", request.Properties["StateMachineType"]))
	if err != nil {
		return resource.Result{}, err
	}
	return machineResult(arn), nil
}

func machineResult(arn string) resource.Result {
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"Arn": arn, "Name": afterLast(arn, ":")}}
}

// definition is the text of a state machine, its substitutions made, if its states are all there.
func definition(properties map[string]any) (string, error) {
	document := text(properties["Definition"]) + text(properties["DefinitionString"])
	substitutions, _ := properties["DefinitionSubstitutions"].(map[string]any)
	for name, value := range substitutions {
		document = strings.ReplaceAll(document, "${"+name+"}", text(value))
	}
	var machine struct {
		StartAt string
		States  map[string]struct {
			Type, Next, Default string
			End                 bool
		}
	}
	if json.Unmarshal([]byte(document), &machine) != nil {
		return "", said("Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION'")
	}
	if _, there := machine.States[machine.StartAt]; !there {
		return "", said("Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: %s at /StartAt'", machine.StartAt)
	}
	for name, state := range machine.States {
		for _, next := range []string{state.Next, state.Default} {
			if _, there := machine.States[next]; next != "" && !there {
				return "", said("Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: %s at /States/%s/Next'", next, name)
			}
		}
	}
	return document, nil
}

func (s stateMachines) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	definition, err := definition(request.Properties)
	if err != nil {
		return resource.Result{}, err
	}
	return machineResult(request.PhysicalID), inOrder(
		func() error {
			return run(ctx, s.UpdateStateMachine, with(request.Properties, "StateMachineArn", request.PhysicalID, "Definition", definition))
		},
		func() error {
			return retag(ctx, request, "ResourceArn", request.PhysicalID, s.TagResource, s.UntagResource)
		},
	)
}

func (s stateMachines) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, s.DeleteStateMachine, map[string]any{"StateMachineArn": request.PhysicalID})
}
