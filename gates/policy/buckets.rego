# Logs in buckets arrive, last as long as they must, and nobody deletes them. PCI DSS 10.2.1.3, 10.3, 10.5.1; Security Hub
# S3.5, S3.9, S3.13, S3.14.
package payment

import rego.v1

# Whoever may write could otherwise make a log's original go early by writing over it.
violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	some rule in bucket.properties.LifecycleConfiguration.Rules
	expires(rule)
	not outlasts(rule)
	v := finding("PAY-LOGS-11", id, "Properties.LifecycleConfiguration", "what was written over is kept for ever, or in production for less than 400 days")
}

expires(rule) if rule.ExpirationInDays

expires(rule) if rule.NoncurrentVersionExpiration

# Parts of what never came whole are kept, and paid for, without being seen.
violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	some rule in bucket.properties.LifecycleConfiguration.Rules
	not rule.AbortIncompleteMultipartUpload.DaysAfterInitiation <= 7
	v := finding("PAY-LOGS-11", id, "Properties.LifecycleConfiguration", "parts of objects are kept for ever")
}

violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	some rule in bucket.properties.LifecycleConfiguration.Rules
	rule.NoncurrentVersionExpiration.NewerNoncurrentVersions
	v := finding("PAY-LOGS-11", id, "Properties.LifecycleConfiguration", "what was written over is counted, and not kept for its time")
}

outlasts(rule) if {
	rule.NoncurrentVersionExpiration.NoncurrentDays
	not production
}

outlasts(rule) if rule.NoncurrentVersionExpiration.NoncurrentDays >= 400

# Three of the twelve months must be at hand.
violation contains v if {
	production
	some id, bucket in typed("AWS::S3::Bucket")
	some rule in bucket.properties.LifecycleConfiguration.Rules
	some transition in rule.Transitions
	object.get(transition, "TransitionInDays", 0) < 90
	v := finding("PAY-LOGS-12", id, "Properties.LifecycleConfiguration", "production's logs are not at hand for three months")
}

# S3 says nothing when it cannot write the log of who reads a bucket.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	logging := bucket.properties.LoggingConfiguration
	not written(id, logging)
	v := finding("PAY-LOGS-13", id, "Properties.LoggingConfiguration", "S3 may not write who reads the bucket where it is told to")
}

written(source, logging) if {
	logging.DestinationBucketName.__ref != source
	some statement in bucket_statements(logging.DestinationBucketName)
	statement.Effect == "Allow"
	"s3:PutObject" in listed(statement.Action)
	statement.Principal.Service == "logging.s3.amazonaws.com"
	refers(statement.Condition.ArnLike["aws:SourceArn"], source)
	some resource in listed(statement.Resource)
	endswith(text(resource), sprintf("/%s*", [object.get(logging, "LogFilePrefix", "")]))
}

# bucket_statements are those of the policy of the bucket that a value refers to.
bucket_statements(value) := [statement |
	some policy in typed("AWS::S3::BucketPolicy")
	refers(policy.properties.Bucket, value.__ref)
	some statement in policy.properties.PolicyDocument.Statement
]

# A load balancer tries once whether it may write, and is silent when later it may not any more. Who writes is an account of
# AWS's in regions from before August 2022, and a service in others.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
violation contains v if {
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	some log in ["access_logs", "connection_logs"]
	not admitted(balancer.properties.LoadBalancerAttributes, log)
	v := finding("PAY-LOGS-14", id, "Properties.LoadBalancerAttributes", sprintf("the load balancer may not write its %s to a bucket of ours", [log]))
}

admitted(attributes, log) if {
	prefix := attribute(attributes, sprintf("%s.s3.prefix", [log]))
	some statement in bucket_statements(attribute(attributes, sprintf("%s.s3.bucket", [log])))
	statement.Effect == "Allow"
	"s3:PutObject" in listed(statement.Action)
	load_balancing(statement.Principal)
	some resource in listed(statement.Resource)
	contains(text(resource), sprintf("/%s/AWSLogs/", [prefix]))
}

load_balancing(principal) if principal.Service == "logdelivery.elasticloadbalancing.amazonaws.com"

load_balancing(principal) if regex.match(`:iam::[0-9]{12}:root$`, text(principal.AWS))

violation contains v if {
	production
	some id, _ in typed("AWS::S3::Bucket")
	not undeletable(id)
	v := finding("PAY-LOGS-15", id, "Properties", "production's logs can be deleted before their time")
}

undeletable(id) if {
	some statement in bucket_statements({"__ref": id})
	statement.Effect == "Deny"
	anybody(statement.Principal)
	not statement.Condition
	count({"s3:DeleteObject", "s3:DeleteObjectVersion"} - {action | some action in listed(statement.Action)}) == 0
	all_objects(statement)
}

all_objects(statement) if {
	some resource in listed(statement.Resource)
	endswith(text(resource), "}/*")
}

# whole_bucket says that a statement is about a bucket and all that is in it.
whole_bucket(statement, bucket) if {
	all_objects(statement)
	some resource in listed(statement.Resource)
	resource.__ref == bucket
}

violation contains v if {
	some id, _ in typed("AWS::S3::Bucket")
	not new_tls_only(id)
	v := finding("PAY-CRYPT-20", id, "Properties", "a bucket takes requests with versions of TLS that are broken")
}

new_tls_only(id) if {
	some statement in bucket_statements({"__ref": id})
	statement.Effect == "Deny"
	anybody(statement.Principal)
	statement.Action == "s3:*"
	whole_bucket(statement, id)
	count(statement.Condition) == 1
	to_number(statement.Condition.NumericLessThan["s3:TlsVersion"]) >= 1.2
}

# The accounts in which AWS's load balancing writes, and nobody else, are let in by number.
violation contains v if {
	some id, policy in typed("AWS::S3::BucketPolicy")
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Allow"
	some principal in listed(statement.Principal.AWS)
	not reference(principal)
	not writes_logs(statement, principal)
	v := finding("PAY-CRYPT-21", id, "Properties.PolicyDocument", "another account than AWS's may write into a bucket, or one may do more than write its logs")
}

writes_logs(statement, principal) if {
	statement.Action == "s3:PutObject"
	balancing_accounts[split(principal, ":")[4]]
	every resource in listed(statement.Resource) {
		contains(text(resource), "/AWSLogs/")
	}
}

# A service that writes logs neither reads nor deletes them, and writes what is for us.
violation contains v if {
	some id, policy in typed("AWS::S3::BucketPolicy")
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Allow"
	statement.Principal.Service
	not writes_for_us(statement)
	v := finding("PAY-CRYPT-21", id, "Properties.PolicyDocument", sprintf("%v may do more in a bucket than write our logs", [statement.Principal.Service]))
}

writes_for_us(statement) if statement.Action == "s3:GetBucketAcl"

writes_for_us(statement) if {
	statement.Action == "s3:PutObject"
	owned(statement)
}

owned(statement) if statement.Condition

owned(statement) if load_balancing(statement.Principal)
