# Who must do something may do it, and nobody does what nothing here needs: a log that may not be written is missing without
# a word, and a role lent to another does there what it was for here. PCI DSS 7.2.1, 7.2.2, 7.2.5, 10.2.1, 10.3.3.
package payment

import rego.v1

violation contains v if {
	some [id, statement] in permissions
	some action in listed(object.get(statement, "Action", []))
	not needed(action)
	v := finding("PAY-ACCESS-12", id, "Properties.PolicyDocument", sprintf("nothing here needs %s", [action]))
}

needed(action) if {
	[service, name] := split(action, ":")
	actions[service][name]
}

# One letter more or less of a name is another's secret.
violation contains v if {
	some [id, statement] in permissions
	some resource in listed(object.get(statement, "Resource", []))
	endswith(text(resource), "*")
	some action in listed(object.get(statement, "Action", []))
	split(action, ":")[0] in {"kms", "secretsmanager"}
	v := finding("PAY-ACCESS-02", id, "Properties.PolicyDocument", sprintf("%s is allowed on more than one", [action]))
}

# PassRole is how a role gives away what another may do.
violation contains v if {
	some [id, statement] in permissions
	"iam:PassRole" in listed(object.get(statement, "Action", []))
	not to_tasks(statement)
	v := finding("PAY-ACCESS-13", id, "Properties.PolicyDocument", "a role may be passed to more than tasks")
}

to_tasks(statement) if {
	statement.Condition.StringEquals["iam:PassedToService"] == "ecs-tasks.amazonaws.com"
	every role in listed(statement.Resource) {
		role.__ref
	}
}

# What has no value, or another than the one that is named, passes these.
violation contains v if {
	some [id, statement] in allowances
	some operator, _ in statement.Condition
	not operator in {"ArnEquals", "ArnLike", "Bool", "StringEquals", "StringLike"}
	v := finding("PAY-ACCESS-14", id, "Properties", sprintf("%s lets pass who says nothing of themselves", [operator]))
}

violation contains v if {
	some [id, statement] in allowances
	some all_but in ["NotPrincipal", "NotAction"]
	statement[all_but]
	v := finding("PAY-ACCESS-14", id, "Properties", "all but somebody are let in")
}

allowances contains [id, statement] if {
	some [id, statement] in array.concat([p | some p in permissions], [p | some p in policies])
	statement.Effect == "Allow"
}

allowances contains [id, statement] if {
	some id, role in typed("AWS::IAM::Role")
	some statement in role.properties.AssumeRolePolicyDocument.Statement
}

# users are who takes on which role, and the service that does it for them.
users contains [id, role, service] if {
	some type, [property, service] in {
		"AWS::CloudTrail::Trail": ["CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"],
		"AWS::CodeDeploy::DeploymentGroup": ["ServiceRoleArn", "codedeploy.amazonaws.com"],
		"AWS::EC2::FlowLog": ["DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"],
		"AWS::Lambda::Function": ["Role", "lambda.amazonaws.com"],
		"AWS::Logs::SubscriptionFilter": ["RoleArn", "logs.amazonaws.com"],
		"AWS::RDS::DBInstance": ["MonitoringRoleArn", "monitoring.rds.amazonaws.com"],
		"AWS::StepFunctions::StateMachine": ["RoleArn", "states.amazonaws.com"],
	}
	some id, res in typed(type)
	role := res.properties[property].__ref
}

users contains [id, role, "ecs-tasks.amazonaws.com"] if {
	some id, task in typed("AWS::ECS::TaskDefinition")
	some property in ["ExecutionRoleArn", "TaskRoleArn"]
	role := task.properties[property].__ref
}

users contains [id, role, "firehose.amazonaws.com"] if {
	some id, stream in typed("AWS::KinesisFirehose::DeliveryStream")
	role := stream.properties.ExtendedS3DestinationConfiguration.RoleARN.__ref
}

for_alone(role, service) if {
	{[statement.Principal, statement.Action] | some statement in input.resources[role].properties.AssumeRolePolicyDocument.Statement} == {[{"Service": service}, "sts:AssumeRole"]}
}

violation contains v if {
	some [id, role, service] in users
	input.resources[role].resourceType == "AWS::IAM::Role"
	not for_alone(role, service)
	v := finding("PAY-ACCESS-15", id, "Properties", sprintf("%s is not for %s alone", [role, service]))
}

# writers are which role writes which log.
writers contains [id, role, group] if {
	some type, [by, to] in {
		"AWS::CloudTrail::Trail": [["CloudWatchLogsRoleArn"], ["CloudWatchLogsLogGroupArn"]],
		"AWS::EC2::FlowLog": [["DeliverLogsPermissionArn"], ["LogGroupName"]],
		"AWS::ECS::TaskDefinition": [["ExecutionRoleArn"], ["ContainerDefinitions", 0, "LogConfiguration", "Options", "awslogs-group"]],
		"AWS::KinesisFirehose::DeliveryStream": [["ExtendedS3DestinationConfiguration", "RoleARN"], ["ExtendedS3DestinationConfiguration", "CloudWatchLoggingOptions", "LogGroupName"]],
		"AWS::Lambda::Function": [["Role"], ["LoggingConfig", "LogGroup"]],
	}
	some id, res in typed(type)
	role := object.get(res.properties, by, {}).__ref
	group := object.get(res.properties, to, {}).__ref
}

may(role, action, resource) if {
	some [id, statement] in permissions
	given(role, id)
	action in listed(statement.Action)
	some resource_named in listed(statement.Resource)
	about(resource_named, resource)
}

about(named, resource) if refers(named, resource)

# A stream that is to find its rights in force is named before it is there.
about(named, resource) if endswith(text(named), sprintf(":deliverystream/%s", [input.resources[resource].properties.DeliveryStreamName]))

given(role, policy) if role == policy

given(role, policy) if {
	some holder in input.resources[policy].properties.Roles
	holder.__ref == role
}

violation contains v if {
	some [id, role, group] in writers
	not may(role, "logs:PutLogEvents", group)
	v := finding("PAY-LOGS-24", id, "Properties", sprintf("%s may not write %s", [role, group]))
}

# What else must be able to: the archive takes in and is written, tasks start, a release is let through, the listener is kept.
violation contains v if {
	some [id, role, action, resource] in duties
	not may(role, action, resource)
	v := finding("PAY-LOGS-25", id, "Properties", sprintf("%s may not %s", [role, action]))
}

duties contains [id, role, "firehose:PutRecordBatch", stream] if {
	some id, filter in typed("AWS::Logs::SubscriptionFilter")
	role := filter.properties.RoleArn.__ref
	stream := filter.properties.DestinationArn.__ref
}

duties contains [id, role, "s3:PutObject", bucket] if {
	some id, stream in typed("AWS::KinesisFirehose::DeliveryStream")
	role := stream.properties.ExtendedS3DestinationConfiguration.RoleARN.__ref
	bucket := stream.properties.ExtendedS3DestinationConfiguration.BucketARN.__ref
}

duties contains [id, role, "elasticloadbalancing:ModifyListener", listener] if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	role := group.properties.ServiceRoleArn.__ref
	some pair in group.properties.LoadBalancerInfo.TargetGroupPairInfoList
	some route in ["ProdTrafficRoute", "TestTrafficRoute"]
	some one in pair[route].ListenerArns
	listener := one.__ref
}

# Functions that are in the VPC have the rights for it, and only they.
violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	not function.properties.VpcConfig
	some [policy, statement] in permissions
	given(function.properties.Role.__ref, policy)
	"ec2:CreateNetworkInterface" in listed(statement.Action)
	v := finding("PAY-NETWORK-24", id, "Properties.VpcConfig", "a function that belongs into the VPC is on the internet")
}

# An event that finds no open door calls nobody.
violation contains v if {
	some id, rule in typed("AWS::Events::Rule")
	some told in rule.properties.Targets
	input.resources[told.Arn.__ref].resourceType == "AWS::Lambda::Function"
	not may_call(id, told.Arn.__ref)
	v := finding("PAY-LOGS-26", id, "Properties.Targets", sprintf("the rule may not call %s", [told.Arn.__ref]))
}

violation contains v if {
	some id, schedule in typed("AWS::SecretsManager::RotationSchedule")
	not may_call(schedule.properties.SecretId.__ref, schedule.properties.RotationLambdaARN.__ref)
	v := finding("PAY-LOGS-26", id, "Properties.RotationLambdaARN", sprintf("Secrets Manager may not call %v", [schedule.properties.RotationLambdaARN.__ref]))
}

may_call(source, function) if {
	some permission in typed("AWS::Lambda::Permission")
	refers(permission.properties.SourceArn, source)
	refers(permission.properties.FunctionName, function)
}

actions := {
	"cloudformation": {"DescribeStacks"},
	"cloudwatch": {"DescribeAlarms"},
	"codedeploy": {
		"BatchGetDeploymentTargets", "BatchGetDeployments", "CreateDeployment", "GetApplicationRevision",
		"GetDeploymentConfig", "GetDeploymentTarget", "ListDeploymentTargets", "ListDeployments",
		"PutLifecycleEventHookExecutionStatus", "RegisterApplicationRevision", "StopDeployment", "UpdateDeploymentGroup",
	},
	"ec2": {
		"AssignPrivateIpAddresses", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress",
		"CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets",
		"RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress", "UnassignPrivateIpAddresses",
	},
	"ecr": {
		"BatchCheckLayerAvailability", "BatchDeleteImage", "BatchGetImage", "CompleteLayerUpload", "DescribeImages",
		"GetAuthorizationToken", "GetDownloadUrlForLayer", "InitiateLayerUpload", "PutImage", "UploadLayerPart",
	},
	"ecs": {
		"CreateTaskSet", "DeleteTaskDefinitions", "DeleteTaskSet", "DeregisterTaskDefinition", "DescribeServices",
		"DescribeTaskDefinition", "ListTaskDefinitions", "UpdateServicePrimaryTaskSet",
	},
	"elasticloadbalancing": {
		"DescribeListeners", "DescribeRules", "DescribeTargetGroups", "DescribeTargetHealth", "ModifyListener",
	},
	"firehose": {"PutRecord", "PutRecordBatch"},
	"iam": {"PassRole"},
	"kms": {"Decrypt", "GenerateDataKey"},
	"lambda": {"GetFunction", "InvokeFunction"},
	"logs": {
		"CreateLogDelivery", "CreateLogGroup", "CreateLogStream", "DeleteLogDelivery", "DescribeLogGroups",
		"DescribeLogStreams", "DescribeResourcePolicies", "GetLogDelivery", "GetLogEvents", "ListLogDeliveries",
		"PutLogEvents", "PutResourcePolicy", "PutRetentionPolicy", "UpdateLogDelivery",
	},
	"s3": {
		"AbortMultipartUpload", "GetBucketLocation", "GetObject", "ListBucket", "ListBucketMultipartUploads",
		"PutObject",
	},
	"secretsmanager": {
		"DescribeSecret", "GetSecretValue", "ListSecretVersionIds", "PutSecretValue", "UpdateSecretVersionStage",
	},
	"ssm": {"DeleteParameter", "DeleteParameters", "GetParameter", "GetParametersByPath", "PutParameter"},
	"ssmmessages": {"CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"},
	"states": {"StartExecution"},
	"xray": {"GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"},
}
