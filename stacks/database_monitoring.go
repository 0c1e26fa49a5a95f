package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// monitoringSeconds are between two measurements of the database's operating system: the coarsest that RDS offers, as
// each is a line in a log. It measures nothing while a database pauses, and does not keep it from pausing.
const monitoringSeconds = 60

// newMonitoringRole lets RDS log those measurements (Enhanced Monitoring). Their log group is RDS's own: one for all
// databases of the account and region, kept for thirty days, and with no row of a table in it.
//
// AWS's managed policy would let it write to every log group whose name begins with RDS, in every account. Its own
// policy is a part of the role, and not attached afterwards: RDS refuses a role that cannot write yet.
//
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonRDSEnhancedMonitoringRole.html
func newMonitoringRole(stack awscdk.Stack, config Config) awsiam.Role {
	as := arns{stack, config.names()}
	role := awsiam.NewRole(stack, new("MonitoringRole"), &awsiam.RoleProps{
		Description: new("RDS logs the measurements of the database's operating system"),
		AssumedBy: awsiam.NewServicePrincipal(new("monitoring.rds.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{
				"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
				"ArnLike":      map[string]any{"aws:SourceArn": as.colon("rds", "db", "*")}, // RDS names the instances
			},
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"Logs": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
				awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Actions: jsii.Strings("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams",
						"logs:GetLogEvents", "logs:PutLogEvents", "logs:PutRetentionPolicy"),
					Resources: &[]*string{as.colon("logs", "log-group", "RDSOSMetrics"), as.colon("logs", "log-group", "RDSOSMetrics:*")},
				}),
			}}),
		},
	})
	suppress(role, ownPolicy, starred)
	return role
}
