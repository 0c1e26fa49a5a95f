package simulation

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/imagegate"
	"payment-processor/lambda/livetarget"
	"payment-processor/lambda/release"
	"payment-processor/simulation/cloud"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// gate is ImageGate's function in the trace.
const gate = "handler"

var background = context.Background()

// provided is a handler behind the CDK Provider framework.
func provided[P any](w *World,
	onEvent func(context.Context, deployment.Event[P]) (deployment.Response, error),
	isComplete func(context.Context, deployment.Event[P]) (deployment.CompleteResponse, error),
) cloud.Provided {
	event := func(r cloud.Request) deployment.Event[P] {
		e := deployment.Event[P]{RequestType: r.Type, RequestID: r.ID, StackID: r.Stack, PhysicalResourceID: r.Physical, ResponseURL: signed(r.Sent)}
		e.Properties, _ = r.Properties.(P)
		e.OldProperties, _ = r.Old.(P)
		return e
	}
	return cloud.Provided{
		Cloud: w.cloud, Deliver: w.deliver, Interval: deployment.PollInterval, Total: patience,
		OnEvent: func(_ context.Context, r cloud.Request) (receipt any, physical string, err error) {
			err = invoke(w, "onEvent", r, func(ctx context.Context) error {
				answer, err := onEvent(ctx, event(r))
				receipt, physical = answer.Receipt, answer.PhysicalResourceID
				if err == nil && answer.Claimed {
					w.current[r.Resource] = max(w.current[r.Resource], r.ID)
				}
				return err
			})
			return receipt, physical, err
		},
		IsComplete: func(_ context.Context, r cloud.Request, receipt any) (complete bool, data map[string]string, err error) {
			err = invoke(w, "isComplete", r, func(ctx context.Context) error {
				e := event(r)
				e.Receipt = receipt.(deployment.Receipt)
				answer, err := isComplete(ctx, e)
				complete, data = answer.IsComplete, answer.Data
				return err
			})
			return complete, data, err
		},
	}
}

// signed is like the URL of an S3 object that CloudFormation lets a function answer to.
func signed(at time.Time) string {
	return "https://cloudformation-custom-resource-response.s3.amazonaws.com/?X-Amz-Date=" + at.UTC().Format("20060102T150405Z")
}

func (w *World) releaseHandler() release.Handler {
	return release.Handler{
		CodeDeploy: w.cloud.CodeDeploy, ECS: w.cloud.ECS, ELB: w.cloud.ELB, CloudFormation: w.cloud.CloudFormation,
		Lambda: w.cloud.Lambda, Parameters: w.cloud.SSM, Now: w.cloud.Now,
	}
}

func (w *World) release() cloud.Provider {
	h := w.releaseHandler()
	return provided(w, h.OnEvent, h.IsComplete)
}

// changed is EventBridge with the rules of the template: it calls Guard, and Lambda calls again what fails.
func (w *World) changed(resource string) {
	settled := resource == "" && slices.Contains([]types.StackStatus{
		types.StackStatusUpdateComplete, types.StackStatusUpdateRollbackComplete, types.StackStatusUpdateRollbackFailed,
	}, w.stack.Status)
	if settled || resource == "Listener" || resource == "deployment" {
		w.cloud.After(time.Duration(1+w.rand.IntN(4))*time.Second, func() { w.guard(1) })
	}
}

func (w *World) guard(attempt int) {
	err := invoke(w, "guard", cloud.Request{ID: "event"}, func(ctx context.Context) error {
		return w.releaseHandler().Guard(ctx, release.Properties{
			Cluster: application, Service: application, Application: application, DeploymentGroup: application, Listener: listenerArn,
		})
	})
	w.update.guarded = w.update.guarded || err == nil
	if err != nil && attempt < 3 {
		w.cloud.After(time.Duration(attempt)*time.Minute, func() { w.guard(attempt + 1) })
	}
}

func (w *World) liveTargetGroup() cloud.Provider {
	h := livetarget.Handler{
		CodeDeploy: w.cloud.CodeDeploy, ECS: w.cloud.ECS, Parameters: w.cloud.SSM, Now: w.cloud.Now,
	}
	return provided(w, h.OnEvent, h.IsComplete)
}

func (w *World) imageGate() cloud.Provider {
	h := imagegate.Handler{
		ECR: w.cloud.ECR, ECS: w.cloud.ECS, CloudFormation: w.cloud.CloudFormation, Parameters: w.cloud.SSM,
		Registry: registry{w}, Now: w.cloud.Now, Sleep: w.sleep,
		Bootstrap: func(string) (v1.Image, error) { return bootstrap{}, nil },
	}
	return cloud.Invoked{Cloud: w.cloud, Deliver: w.deliver, Handle: func(_ context.Context, r cloud.Request) (physical string, data map[string]string, err error) {
		err = invoke(w, gate, r, func(ctx context.Context) error {
			var answer map[string]any
			var err error
			physical, answer, err = h.Handle(ctx, cfn.Event{
				RequestType: cfn.RequestType(r.Type), RequestID: r.ID, StackID: r.Stack, LogicalResourceID: r.Resource, ResponseURL: signed(r.Sent),
				PhysicalResourceID: r.Physical, ResourceProperties: raw(r.Properties), OldResourceProperties: raw(r.Old),
			})
			if image, ok := answer[imagegate.Attribute].(string); ok {
				data = map[string]string{imagegate.Attribute: image}
			}
			return err
		})
		return physical, data, err
	}}
}

// raw is how properties look in CloudFormation's event.
func raw(properties any) map[string]any {
	p, ok := properties.(imagegate.Properties)
	if !ok {
		return nil
	}
	var m map[string]any
	encoded, _ := json.Marshal(p)
	_ = json.Unmarshal(encoded, &m)
	return m
}
