# What is to be recorded, and what is to be told, gets there. PCI DSS 10.2, 10.3.3, 10.7.2; Security Hub DataFirehose.1.
package payment

import rego.v1

violation contains v if {
	some id, policy in typed("AWS::Logs::ResourcePolicy")
	document := json.unmarshal(text(policy.properties.PolicyDocument))
	some statement in listed(document.Statement)
	some wide in ["Resource", "Principal"]
	some value in listed(statement[wide])
	endswith(value, "*")
	v := finding("PAY-LOGS-16", id, "Properties.PolicyDocument", "a service may write to every log group, or anybody to one")
}

# A pattern would leave out of the archive what does not match.
whole(filter) if {
	object.get(filter.properties, "FilterPattern", "-") == ""
	reference(filter.properties.DestinationArn)
	reference(filter.properties.LogGroupName)
}

violation contains v if {
	some id, filter in typed("AWS::Logs::SubscriptionFilter")
	not whole(filter)
	v := finding("PAY-LOGS-17", id, "Properties", "the archive gets less than the log, or a stranger gets it")
}

fed(stream) if {
	some filter in typed("AWS::Logs::SubscriptionFilter")
	refers(filter.properties.DestinationArn, stream)
}

violation contains v if {
	some id, _ in typed("AWS::KinesisFirehose::DeliveryStream")
	not fed(id)
	v := finding("PAY-LOGS-18", id, "Properties", "nothing is archived")
}

violation contains v if {
	some id, stream in typed("AWS::KinesisFirehose::DeliveryStream")
	not reference(stream.properties.ExtendedS3DestinationConfiguration.BucketARN)
	v := finding("PAY-LOGS-18", id, "Properties.ExtendedS3DestinationConfiguration.BucketARN", "a stranger keeps the archive")
}

# Firehose loses what it cannot write within a day; its errors are how anybody knows.
reports_errors(stream) if {
	options := stream.properties.ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions
	options.Enabled == true
	reference(options.LogGroupName)
}

violation contains v if {
	some id, stream in typed("AWS::KinesisFirehose::DeliveryStream")
	not reports_errors(stream)
	v := finding("PAY-LOGS-19", id, "Properties", "nobody knows why something is not archived")
}

# What is told to publish is one topic, under one name: the gate alarms know no other.
violation contains v if {
	some id, topic in typed("AWS::SNS::Topic")
	not startswith(object.get(topic.properties, "TopicName", ""), "payment-processor-alarms-")
	v := finding("PAY-LOGS-28", id, "Properties.TopicName", "the alarms that stop a release tell nobody")
}

violation contains v if {
	some id, policy in typed("AWS::SNS::TopicPolicy")
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Allow"
	statement.Action != "sns:Publish"
	v := finding("PAY-CRYPT-23", id, "Properties.PolicyDocument", "who may publish may do more with the topic")
}

violation contains v if {
	some id, rule in typed("AWS::Events::Rule")
	some source in rule.properties.EventPattern.source
	not startswith(source, "aws.")
	v := finding("PAY-LOGS-20", id, "Properties.EventPattern", "what is followed are not AWS's events")
}

# Events are lost at times: what follows one asks again by itself.
violation contains v if {
	some id, rule in typed("AWS::Events::Rule")
	rule.properties.EventPattern
	some told in rule.properties.Targets
	input.resources[told.Arn.__ref].resourceType == "AWS::Lambda::Function"
	not asked_again(told.Arn.__ref)
	v := finding("PAY-LOGS-29", id, "Properties.Targets", "when an event is lost, nothing follows")
}

asked_again(function) if {
	some rule in typed("AWS::Events::Rule")
	some told in rule.properties.Targets
	refers(told.Arn, function)
	soon(rule.properties.ScheduleExpression)
}

soon(schedule) if schedule in {"rate(5 minutes)", "rate(10 minutes)", "rate(15 minutes)"}

violation contains v if {
	some id, rule in typed("AWS::Events::Rule")
	schedule := rule.properties.ScheduleExpression
	not soon(schedule)
	v := finding("PAY-LOGS-29", id, "Properties.ScheduleExpression", "what was missed is asked for too late")
}

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
violation contains v if {
	some id, logging in typed("AWS::WAFv2::LoggingConfiguration")
	some destination in logging.properties.LogDestinationConfigs
	not delivered(destination)
	v := finding("PAY-LOGS-30", id, "Properties.LogDestinationConfigs", "log delivery may not write what the firewall refuses")
}

delivered(destination) if {
	some group, _ in typed("AWS::Logs::LogGroup")
	refers(destination, group)
	some policy in typed("AWS::Logs::ResourcePolicy")
	document := text(policy.properties.PolicyDocument)
	contains(document, "delivery.logs.amazonaws.com")
	contains(document, sprintf("{ref:%s}", [group]))
}

violation contains v if {
	some id, policy in typed("AWS::Logs::ResourcePolicy")
	document := json.unmarshal(text(policy.properties.PolicyDocument))
	some statement in listed(document.Statement)
	not {action | some action in listed(statement.Action)} == {"logs:CreateLogStream", "logs:PutLogEvents"}
	v := finding("PAY-LOGS-16", id, "Properties.PolicyDocument", "a service may do more with a log group than write")
}

violation contains v if {
	some id, policy in typed("AWS::Logs::ResourcePolicy")
	document := json.unmarshal(text(policy.properties.PolicyDocument))
	some statement in listed(document.Statement)
	not statement.Principal.Service
	v := finding("PAY-LOGS-16", id, "Properties.PolicyDocument", "who writes to a log group is no service")
}

acts(rule) if {
	startswith(object.get(rule.properties, "State", "ENABLED"), "ENABLED")
	count(rule.properties.Targets) > 0
}

violation contains v if {
	some id, rule in typed("AWS::Events::Rule")
	not acts(rule)
	v := finding("PAY-LOGS-20", id, "Properties", "nothing follows an event: nobody is told, or nothing is repaired")
}

# Both of ECR's scanners report, and either grave severity pages.
told_of_holes(topic) if {
	some rule in typed("AWS::Events::Rule")
	pattern := rule.properties.EventPattern
	count({"ECR Image Scan", "Inspector2 Scan"} - {type | some type in pattern["detail-type"]}) == 0
	severities := {severity | some one in pattern.detail["finding-severity-counts"]["$or"]; some severity, _ in one}
	count({"HIGH", "CRITICAL"} - severities) == 0
	some told in rule.properties.Targets
	refers(told.Arn, topic)
}

violation contains v if {
	some id, _ in typed("AWS::SNS::Topic")
	not told_of_holes(id)
	v := finding("PAY-LOGS-21", id, "Properties", "nobody is told of grave findings in images")
}
