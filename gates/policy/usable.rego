# What may use a key or a topic really can: without it a log is lost, and an alarm tells nobody, without a word. PCI DSS
# 10.2.1, 10.7.2.
package payment

import rego.v1

publishers := {"cloudwatch.amazonaws.com", "events.amazonaws.com"}

# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
violation contains v if {
	some id, topic in typed("AWS::SNS::Topic")
	some service in publishers
	not may_publish(id, service)
	v := finding("PAY-LOGS-22", id, "Properties", sprintf("%s may not publish to the topic", [service]))
}

may_publish(topic, service) if {
	some policy in typed("AWS::SNS::TopicPolicy")
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Allow"
	service in listed(statement.Principal.Service)
	"sns:Publish" in listed(statement.Action)
	refers(statement.Resource, topic)
}

violation contains v if {
	some id, topic in typed("AWS::SNS::Topic")
	some service in publishers
	not may_use(topic.properties.KmsMasterKeyId.__ref, service, ["kms:Decrypt", "kms:GenerateDataKey"])
	v := finding("PAY-LOGS-22", id, "Properties.KmsMasterKeyId", sprintf("%s may not use the topic's key", [service]))
}

may_use(key, service, actions) if {
	some statement in input.resources[key].properties.KeyPolicy.Statement
	allows(statement, service, actions)
}

allows(statement, service, actions) if {
	statement.Effect == "Allow"
	service in listed(statement.Principal.Service)
	every action in actions {
		some allowed in listed(statement.Action)
		trim_suffix(allowed, "*") == action
	}
}

# A log group whose key the log service may not use takes nothing in.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
violation contains v if {
	some id, group in typed("AWS::Logs::LogGroup")
	key := input.resources[group.properties.KmsKeyId.__ref]
	not encrypts(key, group)
	v := finding("PAY-LOGS-23", id, "Properties.KmsKeyId", "the log service may not use the log group's key")
}

encrypts(key, group) if {
	some statement in key.properties.KeyPolicy.Statement
	some service in listed(statement.Principal.Service)
	startswith(service, "logs.")
	allows(statement, service, ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "kms:GenerateDataKey"])
	some arn in listed(statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"])
	names_group(text(arn), group.properties)
}

names_group(arn, group) if endswith(arn, sprintf(":log-group:%s", [group.LogGroupName]))

names_group(arn, group) if {
	endswith(arn, "/*") # all groups of a folder
	startswith(group.LogGroupName, trim_suffix(split(arn, ":log-group:")[1], "*"))
}

names_group(arn, group) if {
	not group.LogGroupName # CloudFormation makes one that begins with the stack's
	endswith(arn, "-*")
}
