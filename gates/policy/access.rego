# Nobody may do more than they need. PCI DSS 7.2.1, 7.2.5, 8.6.2; Security Hub IAM.1, IAM.21, KMS.1, KMS.2, Lambda.1.
package payment

import rego.v1

# The actions for which AWS knows no resource.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
unscopable := {
	"codedeploy:BatchGetDeploymentTargets", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets",
	"codedeploy:PutLifecycleEventHookExecutionStatus", "codedeploy:StopDeployment",
	"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
	"ecr:GetAuthorizationToken",
	"ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions",
	"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
	"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
	"elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules",
	"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
	"secretsmanager:GetRandomPassword", "sts:GetCallerIdentity",
	"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
}

# The actions that read the list of all there is of a kind: that is their resource, no less.
lists := {"cloudwatch:DescribeAlarms", "logs:DescribeLogGroups"}

permissions contains [id, statement] if {
	some type in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"]
	some id, res in typed(type)
	some statement in listed(res.properties.PolicyDocument.Statement)
	statement.Effect == "Allow"
}

permissions contains [id, statement] if {
	some id, role in typed("AWS::IAM::Role")
	some policy in role.properties.Policies
	some statement in listed(policy.PolicyDocument.Statement)
	statement.Effect == "Allow"
}

violation contains v if {
	some [id, statement] in permissions
	some action in listed(object.get(statement, "Action", []))
	trim_prefix(action, sprintf("%s:", [split(action, ":")[0]])) == "*"
	v := finding("PAY-ACCESS-01", id, "Properties.PolicyDocument", sprintf("%s is more than anybody needs", [action]))
}

anything := `^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*)$`

of_a_kind := `^arn:[^:]*:[^:]*:[^:]*:[^:]*:[a-z-]+[/:]\*$`

violation contains v if {
	some [id, statement] in permissions
	some resource in listed(object.get(statement, "Resource", []))
	endswith(text(resource), "*")
	regex.match(anything, text(resource))
	some action in listed(object.get(statement, "Action", []))
	not unscopable[action]
	v := finding("PAY-ACCESS-02", id, "Properties.PolicyDocument", sprintf("%s is allowed on everything", [action]))
}

violation contains v if {
	some [id, statement] in permissions
	some resource in listed(object.get(statement, "Resource", []))
	endswith(text(resource), "*")
	regex.match(of_a_kind, text(resource))
	some action in listed(object.get(statement, "Action", []))
	not unscopable[action]
	not lists[action]
	v := finding("PAY-ACCESS-02", id, "Properties.PolicyDocument", sprintf("%s is allowed on all of a kind", [action]))
}

violation contains v if {
	some [id, statement] in permissions
	some all_but in ["NotAction", "NotResource"]
	statement[all_but]
	v := finding("PAY-ACCESS-03", id, "Properties.PolicyDocument", "all but something is allowed")
}

violation contains v if {
	some id, role in typed("AWS::IAM::Role")
	some statement in role.properties.AssumeRolePolicyDocument.Statement
	not service_only(statement.Principal)
	v := finding("PAY-ACCESS-04", id, "Properties.AssumeRolePolicyDocument", "a role is not for a service alone")
}

service_only(principal) if {
	principal.Service
	count(principal) == 1
}

# The policies of AWS allow on everything; one has no narrower way.
violation contains v if {
	some id, role in typed("AWS::IAM::Role")
	some policy in object.get(role.properties, "ManagedPolicyArns", [])
	not regex.match(`service-role/AmazonRDSEnhancedMonitoringRole`, text(policy))
	not input.resources[policy.__ref]
	v := finding("PAY-ACCESS-05", id, "Properties.ManagedPolicyArns", "a role has a policy of AWS, which is for everything")
}

violation contains v if {
	some type in ["AWS::IAM::User", "AWS::IAM::AccessKey", "AWS::IAM::Group"]
	some id, _ in typed(type)
	v := finding("PAY-ACCESS-06", id, "Properties", "people and keys do not belong into an application")
}

violation contains v if {
	some id, permission in typed("AWS::Lambda::Permission")
	not caller(permission.properties)
	v := finding("PAY-ACCESS-07", id, "Properties.SourceArn", "a service may call a function for anybody")
}

caller(permission) if permission.SourceAccount

caller(permission) if reference(permission.SourceArn)

violation contains v if {
	some id, permission in typed("AWS::Lambda::Permission")
	not endswith(text(permission.properties.Principal), ".amazonaws.com")
	v := finding("PAY-ACCESS-08", id, "Properties.Principal", "a function may be called by a stranger")
}

violation contains v if {
	some id, permission in typed("AWS::Lambda::Permission")
	permission.properties.Action != "lambda:InvokeFunction"
	v := finding("PAY-ACCESS-08", id, "Properties.Action", "who may call a function may do more with it")
}

violation contains v if {
	some id, _ in typed("AWS::Lambda::Url")
	v := finding("PAY-ACCESS-09", id, "Properties", "a function is reachable without the load balancer")
}

violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	some name, value in function.properties.Environment.Variables
	regex.match(`(?i)(password|passwd|private_?key|api_?key|token)`, name)
	is_string(value)
	v := finding("PAY-ACCESS-10", id, "Properties.Environment", sprintf("%s is plain text in a function's environment", [name]))
}

# Services that act for whoever owns a resource take on a role for anybody's, unless it asks whose.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
deputies := {
	"cloudtrail.amazonaws.com", "codedeploy.amazonaws.com", "ecs-tasks.amazonaws.com", "firehose.amazonaws.com", "logs.amazonaws.com",
	"monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com",
}

asks_whose(statement) if {
	some keys in statement.Condition
	some key in ["aws:SourceAccount", "aws:SourceArn", "sts:ExternalId"]
	not keys[key] == "*"
	keys[key]
}

violation contains v if {
	some id, role in typed("AWS::IAM::Role")
	some statement in role.properties.AssumeRolePolicyDocument.Statement
	some service in listed(statement.Principal.Service)
	deputies[service]
	not asks_whose(statement)
	v := finding("PAY-ACCESS-11", id, "Properties.AssumeRolePolicyDocument", sprintf("%s may take on a role for any account", [service]))
}
