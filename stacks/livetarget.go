package stacks

import (
	"payment-processor/lambda/livetarget"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
)

// keepLive has the production listener forward to the target group that is live, whenever CloudFormation changes it. It
// returns the fingerprint of the listener's properties. Without this an edit of the listener would send the traffic
// back to blue, from where CodeDeploy has moved it (https://github.com/aws/aws-cdk/issues/36649).
func keepLive(m *machinery, in entrance, task constructs.IConstruct) string {
	names, as := m.Config.names(), m.identity("LiveTargetGroup", "LiveTargetGroup finds where production traffic goes")
	allow(as.Role, []*string{m.Arns.deploymentGroup()}, "codedeploy:BatchGetDeployments", "codedeploy:ListDeployments")
	allow(as.Role, nil, "codedeploy:StopDeployment")
	allow(as.Role, []*string{m.Arns.service()}, "ecs:DescribeServices")
	allow(as.Role, []*string{m.Arns.parameter("live-target-group")}, "ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter")

	listener := in.Production.Node().DefaultChild().(awselasticloadbalancingv2.CfnListener)
	fingerprint := m.fingerprint(listener.Certificates(), listener.DefaultActions(), listener.ListenerAttributes(),
		listener.LoadBalancerArn(), listener.MutualAuthentication(), listener.Port(), listener.Protocol(), listener.SslPolicy())
	provider := m.newProvider("LiveTargetGroup", m.Functions.LiveTargetGroup, as)
	live := m.newResource("LiveTargetGroup", *provider.ServiceToken(), customResourceHour, livetarget.Properties{
		Cluster:             names.application(),
		Service:             names.application(),
		Application:         names.application(),
		DeploymentGroup:     names.application(),
		BlueTargetGroup:     *in.Blue.TargetGroupArn(),
		ListenerFingerprint: fingerprint,
		Parameter:           names.parameter("live-target-group"),
	})
	live.Node().AddDependency(task) // a missing image ends an update before it stops anything or changes the listener
	override(listener.(awscdk.CfnResource), "DefaultActions.0.TargetGroupArn", live.GetAttString(new(livetarget.Attribute)),
		"the L2 takes a target group of its own, and the answer may be either")
	return fingerprint
}
