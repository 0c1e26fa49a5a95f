# Every log is encrypted, ends, and cannot be missing. PCI DSS 10.2, 10.3.1, 10.5.1, 10.7.2; Security Hub EC2.6,
# CloudWatch.15, CloudWatch.17, StepFunctions.1.
package payment

import rego.v1

violation contains v if {
	some id, group in typed("AWS::Logs::LogGroup")
	not reference(group.properties.KmsKeyId)
	v := finding("PAY-LOGS-01", id, "Properties.KmsKeyId", "a log group is not encrypted with a key of ours")
}

violation contains v if {
	some id, group in typed("AWS::Logs::LogGroup")
	not group.properties.RetentionInDays
	v := finding("PAY-LOGS-02", id, "Properties.RetentionInDays", "a log group is kept for ever")
}

violation contains v if {
	production
	some id, group in typed("AWS::Logs::LogGroup")
	group.properties.RetentionInDays < 30
	v := finding("PAY-LOGS-02", id, "Properties.RetentionInDays", "production keeps a log for less than thirty days")
}

flow_logged(vpc) if {
	some flow in typed("AWS::EC2::FlowLog")
	refers(flow.properties.ResourceId, vpc)
	flow.properties.TrafficType == "ALL"
	flow.properties.ResourceType == "VPC"
	flow.properties.LogDestinationType == "cloud-watch-logs"
}

violation contains v if {
	some id, _ in typed("AWS::EC2::VPC")
	not flow_logged(id)
	v := finding("PAY-LOGS-03", id, "Properties", "not all of the VPC's traffic is in its flow log")
}

violation contains v if {
	production
	some group in audit
	input.resources[group].properties.RetentionInDays < 400
	v := finding("PAY-LOGS-04", group, "Properties.RetentionInDays", "production keeps an audit log for less than 400 days")
}

# audit are the groups of what an assessor asks for: flows, sessions, refused requests, events, the trail, the database,
# and what functions did to it and to releases.
audit contains group if {
	some group, _ in typed("AWS::Logs::LogGroup")
	some destination in audited_by
	refers(destination, group)
}

audit contains group if {
	some group, log in typed("AWS::Logs::LogGroup")
	startswith(log.properties.LogGroupName, "/aws/rds/cluster/")
}

audited_by contains flow.properties.LogGroupName if some flow in typed("AWS::EC2::FlowLog")

audited_by contains cluster.properties.Configuration.ExecuteCommandConfiguration.LogConfiguration.CloudWatchLogGroupName if {
	some cluster in typed("AWS::ECS::Cluster")
}

audited_by contains trail.properties.CloudWatchLogsLogGroupArn if some trail in typed("AWS::CloudTrail::Trail")

audited_by contains destination if {
	some logging in typed("AWS::WAFv2::LoggingConfiguration")
	some destination in logging.properties.LogDestinationConfigs
}

audited_by contains group if {
	some function in typed("AWS::Lambda::Function")
	group := object.get(function.properties, ["LoggingConfig", "LogGroup"], "")
	is_object(group)
}

audited_by contains told.Arn if {
	some rule in typed("AWS::Events::Rule")
	some told in rule.properties.Targets
}

violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	not well_logged(function.properties.LoggingConfig)
	v := finding("PAY-LOGS-05", id, "Properties.LoggingConfig", "a function logs to a group that Lambda makes, unencrypted and endless")
}

logged(machine) if {
	machine.properties.LoggingConfiguration.Level == "ALL"
	object.get(machine.properties.LoggingConfiguration, "IncludeExecutionData", false) == false # it has the URLs by which CloudFormation is answered
	some d in machine.properties.LoggingConfiguration.Destinations
	reference(d.CloudWatchLogsLogGroup.LogGroupArn)
}

violation contains v if {
	some id, machine in typed("AWS::StepFunctions::StateMachine")
	not logged(machine)
	v := finding("PAY-LOGS-06", id, "Properties.LoggingConfiguration", "a state machine does not log")
}

violation contains v if {
	some id, alarm in typed("AWS::CloudWatch::Alarm")
	not tells(alarm)
	v := finding("PAY-LOGS-07", id, "Properties.AlarmActions", "an alarm tells nobody")
}

tells(alarm) if {
	some action in alarm.properties.AlarmActions
	reference(action)
}

# The topic is a later stack's than the gate alarms, which know it by its name.
tells(alarm) if {
	some action in alarm.properties.AlarmActions
	contains(text(action), ":payment-processor-alarms-")
}

violation contains v if {
	some id, alarm in typed("AWS::CloudWatch::Alarm")
	object.get(alarm.properties, "ActionsEnabled", true) != true
	v := finding("PAY-LOGS-08", id, "Properties.ActionsEnabled", "an alarm's actions are off")
}

violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	object.get(function.properties, ["TracingConfig", "Mode"], "PassThrough") != "Active"
	v := finding("PAY-LOGS-09", id, "Properties.TracingConfig", "a function is not traced")
}

well_kept(trail) if {
	trail.properties.EnableLogFileValidation == true
	trail.properties.IsMultiRegionTrail == true
	trail.properties.IsLogging == true
	trail.properties.IncludeGlobalServiceEvents == true
	reference(trail.properties.CloudWatchLogsLogGroupArn)
	takes_trail(trail.properties.S3BucketName.__ref)
	encrypts_trail(input.resources[trail.properties.KMSKeyId.__ref].properties.KeyPolicy)
	reference(trail.properties.KMSKeyId)
}

violation contains v if {
	some id, trail in typed("AWS::CloudTrail::Trail")
	not well_kept(trail)
	v := finding("PAY-LOGS-10", id, "Properties", "a trail is off, unencrypted, unvalidated or of one region")
}

well_logged(logging) if {
	reference(logging.LogGroup)
	logging.LogFormat == "JSON"
}

violation contains v if {
	some id, machine in typed("AWS::StepFunctions::StateMachine")
	not machine.properties.TracingConfiguration.Enabled == true
	v := finding("PAY-LOGS-09", id, "Properties.TracingConfiguration", "a state machine is not traced")
}

# The CDK's framework logs what CloudFormation is answered by; our own functions have nothing to hide.
violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	startswith(function.properties.Runtime, "provided.")
	function.properties.LoggingConfig.ApplicationLogLevel
	v := finding("PAY-LOGS-05", id, "Properties.LoggingConfig", "a function keeps to itself what it does")
}

# Runtimes that AWS still mends.
violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	not function.properties.Runtime in {"provided.al2023", "nodejs22.x", "nodejs24.x"}
	v := finding("PAY-ACCESS-16", id, "Properties.Runtime", "known holes in a function's runtime stay open")
}

# A cluster that exports its log before there is a group for it makes one, unencrypted and endless.
violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not prepared(cluster)
	v := finding("PAY-LOGS-27", id, "DependsOn", "the database makes a log group of its own, unencrypted and endless")
}

prepared(cluster) if {
	some group in cluster.dependsOn
	input.resources[group].properties.LogGroupName == sprintf("/aws/rds/cluster/%s/postgresql", [cluster.properties.DBClusterIdentifier])
}

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
takes_trail(bucket) if {
	statements := [statement |
		some statement in bucket_statements({"__ref": bucket})
		statement.Effect == "Allow"
		statement.Principal.Service == "cloudtrail.amazonaws.com"
		statement.Condition.StringEquals["aws:SourceArn"]
	]
	{statement.Action | some statement in statements} == {"s3:GetBucketAcl", "s3:PutObject"}
}

encrypts_trail(policy) if {
	some statement in policy.Statement
	statement.Effect == "Allow"
	statement.Principal.Service == "cloudtrail.amazonaws.com"
	statement.Action == "kms:GenerateDataKey*"
	contains(text(statement.Condition.StringEquals["aws:SourceArn"]), ":trail/")
}
