package stacks

import (
	"payment-processor/lambda/deployment"
	"payment-processor/lambda/release"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/jsii-runtime-go"
)

// newListenerGuard puts the production listener right whenever CloudFormation has changed it or ended an operation, and
// whenever a deployment has ended. Release does so only when an update reaches it: an edit of the listener that is cancelled before that is rolled back
// without Release, to a target group which may have been live long ago.
func newListenerGuard(m *machinery, in entrance) {
	names, as := m.Config.names(), m.identity("ListenerGuard", "ListenerGuard keeps production traffic on the live tasks")
	allow(as.Role, []*string{m.Arns.deploymentGroup()}, "codedeploy:BatchGetDeployments", "codedeploy:ListDeployments")
	allow(as.Role, []*string{m.Arns.service()}, "ecs:DescribeServices")
	allow(as.Role, nil, "elasticloadbalancing:DescribeListeners")
	allow(as.Role, []*string{in.Production.ListenerArn()}, "elasticloadbalancing:ModifyListener")

	function := newGoFunction(m.Stack, "ListenerGuard", goFunctionProps{
		Description: "ListenerGuard of the payment processor", Asset: m.Functions.Release, Handler: "guard",
		Timeout: deployment.FunctionTimeout, MemoryMiB: 256, Role: as.Role, Logs: as.Logs,
	})
	target := awseventstargets.NewLambdaFunction(function, &awseventstargets.LambdaFunctionProps{
		Event: awsevents.RuleTargetInput_FromObject(customProperties(release.Properties{
			Cluster:         names.application(),
			Service:         names.application(),
			Application:     names.application(),
			DeploymentGroup: names.application(),
			Listener:        *in.Production.ListenerArn(),
		})),
	})
	listener := in.Production.Node().DefaultChild().(awselasticloadbalancingv2.CfnListener)
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/events-detail-reference.html
	stackID := []*string{m.Stack.StackId()}
	for _, change := range []struct {
		id, source, kind string
		detail           map[string]any
	}{
		{"ListenerChanged", "aws.cloudformation", "CloudFormation Resource Status Change", map[string]any{
			"stack-id":            stackID,
			"logical-resource-id": []*string{listener.LogicalId()},
			"status-details":      map[string]any{"status": []string{"UPDATE_COMPLETE"}},
		}},
		{"StackSettled", "aws.cloudformation", "CloudFormation Stack Status Change", map[string]any{
			"stack-id":       stackID,
			"status-details": map[string]any{"status": []string{"UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"}},
		}},
		// Somebody's own deployment may hold the listener while CloudFormation strands it.
		{"DeploymentEnded", "aws.codedeploy", "CodeDeploy Deployment State-change Notification", map[string]any{
			"application":     []string{names.application()},
			"deploymentGroup": []string{names.application()},
			"state":           []string{"SUCCESS", "FAILURE", "STOP"},
		}},
	} {
		awsevents.NewRule(m.Stack, new(change.id), &awsevents.RuleProps{
			Description:  new("calls ListenerGuard: " + change.kind),
			EventPattern: &awsevents.EventPattern{Source: jsii.Strings(change.source), DetailType: &[]*string{&change.kind}, Detail: &change.detail},
			Targets:      &[]awsevents.IRuleTarget{target},
		})
	}
	// Lambda gives an event up after three tries: a longer outage must not leave the listener where a rollback has put it.
	awsevents.NewRule(m.Stack, new("GuardSchedule"), &awsevents.RuleProps{
		Description: new("calls ListenerGuard, whatever has become of the events"),
		Schedule:    awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(release.GuardEvery.Minutes()))),
		Targets:     &[]awsevents.IRuleTarget{target},
	})
}
