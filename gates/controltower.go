package gates

// ControlTower are the proactive controls of AWS Control Tower that templates must pass, as cfn-guard checks them. Each
// one applies to something that the app has.
//
// https://docs.aws.amazon.com/controltower/latest/controlreference/proactive-controls.html
var ControlTower = []string{
	"CT.CLOUDWATCH.PR.1", "CT.CLOUDWATCH.PR.3", "CT.CLOUDWATCH.PR.4",
	"CT.EC2.PR.3", "CT.EC2.PR.4", "CT.EC2.PR.11",
	"CT.ECR.PR.1", "CT.ECR.PR.2", "CT.ECR.PR.3",
	"CT.ECS.PR.3", "CT.ECS.PR.4", "CT.ECS.PR.5", "CT.ECS.PR.6", "CT.ECS.PR.9",
	"CT.ECS.PR.10", "CT.ECS.PR.11", "CT.ECS.PR.12",
	"CT.ELASTICLOADBALANCING.PR.1", "CT.ELASTICLOADBALANCING.PR.2", "CT.ELASTICLOADBALANCING.PR.3",
	"CT.ELASTICLOADBALANCING.PR.4", "CT.ELASTICLOADBALANCING.PR.5", "CT.ELASTICLOADBALANCING.PR.6",
	"CT.ELASTICLOADBALANCING.PR.15",
	"CT.IAM.PR.1", "CT.IAM.PR.4", "CT.IAM.PR.5",
	"CT.KMS.PR.1",
	"CT.LAMBDA.PR.2",
	"CT.RDS.PR.3", "CT.RDS.PR.4", "CT.RDS.PR.9", "CT.RDS.PR.16", "CT.RDS.PR.23", "CT.RDS.PR.25",
	"CT.S3.PR.1", "CT.S3.PR.3", "CT.S3.PR.5", "CT.S3.PR.6", "CT.S3.PR.8", "CT.S3.PR.11",
	"CT.STEPFUNCTIONS.PR.1",
}

// Refused are the controls that would apply and do not fit, each with why, and what is done instead.
var Refused = map[string]string{
	"CT.CLOUDWATCH.PR.2":    "application logs are kept for thirty days by requirement, and archived for 400",
	"CT.ECS.PR.1":           "it is about services with a launch type; ours pins 1.4.0, which is the latest",
	"CT.ECS.PR.2":           "it knows only Value enabled; ours is enhanced, which is more (PAY-RELEASE-14)",
	"CT.ECS.PR.7":           "it wants the limit on the container; on Fargate the task's is the hard limit",
	"CT.KMS.PR.3":           "it wants a statement on grants in every key policy; PAY-CRYPT-02 bounds each service instead",
	"CT.LAMBDA.PR.3":        "the release machinery calls AWS's APIs, which without NAT it would not reach",
	"CT.S3.PR.2":            "the last bucket of a chain of logs has none behind it; cdk-nag checks the others",
	"CT.S3.PR.4":            "nobody acts on each line of a log",
	"CT.S3.PR.9":            "a lock outlives a non-production stack, and AWS's log delivery does not support all modes",
	"CT.S3.PR.10":           "load balancers cannot write logs to a bucket with a KMS key",
	"CT.STEPFUNCTIONS.PR.2": "cdk-nag checks tracing where it matters (AwsSolutions-SF2)",
}
