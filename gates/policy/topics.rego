# Topics, queues and buckets are for whom their policies name. PCI DSS 4.2.1, 7.3; Security Hub S3.2, S3.3, SNS.4, SQS.3.
package payment

import rego.v1

# A topic, queue, bucket, repository, secret or key that anybody may use.
policies contains [id, statement] if {
	some type in ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"]
	some id, res in typed(type)
	some statement in res.properties.PolicyDocument.Statement
}

policies contains [id, statement] if {
	some id, repository in typed("AWS::ECR::Repository")
	some statement in listed(repository.properties.RepositoryPolicyText.Statement)
}

policies contains [id, statement] if {
	some id, policy in typed("AWS::SecretsManager::ResourcePolicy")
	some statement in listed(policy.properties.ResourcePolicy.Statement)
}

policies contains [id, statement] if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
}

violation contains v if {
	some [id, statement] in policies
	statement.Effect == "Allow"
	anybody(statement.Principal)
	not statement.Condition
	v := finding("PAY-CRYPT-18", id, "Properties.PolicyDocument", "a policy lets anybody in")
}

anybody(principal) if principal == "*"

anybody(principal) if "*" in listed(principal.AWS)

topic_tls(topic) if {
	some policy in typed("AWS::SNS::TopicPolicy")
	some t in policy.properties.Topics
	refers(t, topic)
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Deny"
	anybody(statement.Principal)
	refers(statement.Resource, topic)
	statement.Condition.Bool["aws:SecureTransport"] == "false"
}

violation contains v if {
	some id, _ in typed("AWS::SNS::Topic")
	not topic_tls(id)
	v := finding("PAY-CRYPT-19", id, "Properties", "a topic takes messages without TLS")
}

# EventBridge sends no account with every event, so that an Allow cannot ask for it; a Deny can refuse another's.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
violation contains v if {
	some id, policy in typed("AWS::SNS::TopicPolicy")
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Allow"
	some service in listed(statement.Principal.Service)
	not bounded(statement)
	not foreigners_refused(policy, service)
	v := finding("PAY-CRYPT-23", id, "Properties.PolicyDocument", sprintf("%s may publish for any account", [service]))
}

foreigners_refused(policy, service) if {
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Deny"
	service in listed(statement.Principal.Service)
	statement.Condition.StringNotEquals["aws:SourceAccount"]
}
