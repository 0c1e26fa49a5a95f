package functions

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The CDK's provider framework, whose environment names the user's functions.
const (
	userOnEvent    = "USER_ON_EVENT_FUNCTION_ARN"
	userIsComplete = "USER_IS_COMPLETE_FUNCTION_ARN"
	waiterMachine  = "WAITER_STATE_MACHINE_ARN"

	createFailed = "AWSCDK::CustomResourceProviderFramework::CREATE_FAILED"
	missingID    = "AWSCDK::CustomResourceProviderFramework::MISSING_PHYSICAL_ID"
)

// framework is the equivalent of the CDK's provider framework.
//
// Its original is in aws-cdk-lib/custom-resources/lib/provider-framework/runtime.
type framework struct {
	runtime *Runtime
	onEvent string
	polls   string // isComplete; empty: onEvent is all
	machine string
}

type event = map[string]any

func (r *Runtime) framework(config *types.FunctionConfiguration) framework {
	variables := config.Environment.Variables
	return framework{r, variables[userOnEvent], variables[userIsComplete], variables[waiterMachine]}
}

// handle is the framework's own onEvent.
func (f framework) handle(ctx context.Context, payload []byte) outcome {
	var request event
	if err := json.Unmarshal(payload, &request); err != nil {
		return failed("SyntaxError", "%v", err)
	}
	if request["RequestType"] == "Delete" && request["PhysicalResourceId"] == createFailed {
		f.runtime.respond(ctx, request, "SUCCESS", "")
		return outcome{payload: []byte("null")}
	}
	result, err := f.received(ctx, request)
	switch {
	case err != nil:
		f.fail(ctx, request, err)
	case f.polls == "":
		f.runtime.respond(ctx, result, "SUCCESS", "")
	default:
		interval, most := f.waiter(ctx)
		f.poll(result, interval, most)
	}
	return outcome{payload: []byte("null")}
}

// received is the request with onEvent's answer over it.
func (f framework) received(ctx context.Context, request event) (event, error) {
	answered, err := f.call(ctx, f.onEvent, request)
	if err != nil {
		return nil, err
	}
	physical, given := answered["PhysicalResourceId"].(string)
	if !given || physical == "" {
		physical, _ = request["PhysicalResourceId"].(string)
		if request["RequestType"] == "Create" {
			physical, _ = request["RequestId"].(string)
		}
	}
	if request["RequestType"] == "Delete" && physical != request["PhysicalResourceId"] {
		return nil, fmt.Errorf("DELETE: cannot change the physical resource ID from %q to %q during deletion", request["PhysicalResourceId"], physical)
	}
	all := maps.Clone(request)
	maps.Copy(all, answered)
	all["PhysicalResourceId"] = physical
	return all, nil
}

// poll asks isComplete until it is complete, also for a request that CloudFormation has given up.
func (f framework) poll(request event, interval time.Duration, most int) {
	f.runtime.background.Go(func() {
		ctx := f.runtime.ended
		begin := time.Now()
		for asked := 0; ctx.Err() == nil && (asked <= most || time.Since(begin) < f.runtime.options.Patience); asked++ {
			answered, err := f.call(ctx, f.polls, request)
			data, _ := answered["Data"].(map[string]any)
			complete, _ := answered["IsComplete"].(bool)
			switch {
			case err == nil && !complete && len(data) > 0:
				err = errors.New(`"Data" is not allowed if "IsComplete" is "False"`)
			case err == nil && complete:
				all := maps.Clone(request)
				maps.Copy(all, answered)
				all["Data"] = merged(request["Data"], data)
				f.runtime.respond(ctx, all, "SUCCESS", "")
				return
			}
			if err != nil {
				f.fail(ctx, request, err)
				return
			}
			_ = f.runtime.pause(ctx, interval) // ends early when the runtime stops, as the loop does
		}
		f.runtime.respond(ctx, request, "FAILED", "Operation timed out") // does nothing when the runtime stops
	})
}

func merged(first any, second map[string]any) event {
	all := event{}
	if data, ok := first.(map[string]any); ok {
		maps.Copy(all, data)
	}
	maps.Copy(all, second)
	return all
}

// call invokes one of the user's functions and reads its answer.
func (f framework) call(ctx context.Context, function string, request event) (event, error) {
	payload, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	answered, err := f.runtime.invoke(ctx, function, payload)
	if err != nil {
		return nil, err
	}
	var result event
	if err := json.Unmarshal(answered.payload, &result); err != nil && len(answered.payload) > 0 {
		return nil, fmt.Errorf("return values from user-handlers must be JSON objects. got: %q", answered.payload)
	}
	if answered.failure != "" {
		message, _ := result["errorMessage"].(string)
		return nil, words(fmt.Sprintf("%s\n\nLogs: /aws/lambda/%s\n", cmp.Or(message, "error"), name(function)))
	}
	return result, nil
}

// fail answers FAILED. A creation without an id gets one by which its deletion is known.
func (f framework) fail(ctx context.Context, request event, cause error) {
	marked := maps.Clone(request)
	if physical, _ := marked["PhysicalResourceId"].(string); physical == "" {
		marked["PhysicalResourceId"] = missingID
		if request["RequestType"] == "Create" {
			marked["PhysicalResourceId"] = createFailed
		}
	}
	f.runtime.respond(ctx, marked, "FAILED", cause.Error())
}

// The framework's own where a state machine does not say.
const (
	usualInterval = 5 * time.Second
	usualAttempts = 360
)

// waiter reads how often and how long from the definition of the state machine that would poll.
func (f framework) waiter(ctx context.Context) (interval time.Duration, attempts int) {
	var machine struct {
		Definition string `json:"definition"`
	}
	var definition struct {
		States map[string]struct {
			Retry []struct {
				IntervalSeconds float64
				MaxAttempts     int
			}
		}
	}
	err := f.runtime.wire.JSON(ctx, "states", "AWSStepFunctions.DescribeStateMachine", map[string]string{"stateMachineArn": f.machine}, &machine)
	if err == nil {
		err = json.Unmarshal([]byte(machine.Definition), &definition)
	}
	for _, state := range definition.States {
		if err == nil && len(state.Retry) > 0 {
			return time.Duration(state.Retry[0].IntervalSeconds * float64(time.Second)), state.Retry[0].MaxAttempts
		}
	}
	return usualInterval, usualAttempts
}

// respond sends CloudFormation an answer. Nobody waits for what cannot be sent but CloudFormation, which gives up.
func (r *Runtime) respond(ctx context.Context, request event, status, reason string) {
	body := event{
		"Status": status, "Reason": reason, "PhysicalResourceId": request["PhysicalResourceId"], "StackId": request["StackId"],
		"RequestId": request["RequestId"], "LogicalResourceId": request["LogicalResourceId"], "Data": request["Data"],
	}
	if reason == "" {
		body["Reason"] = status
	}
	encoded, _ := json.Marshal(body) // it came as JSON
	put, err := http.NewRequestWithContext(ctx, http.MethodPut, fmt.Sprint(request["ResponseURL"]), bytes.NewReader(encoded))
	if err != nil {
		return
	}
	if answered, err := http.DefaultClient.Do(put); err == nil {
		_ = answered.Body.Close()
	}
}
