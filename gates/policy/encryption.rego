# What is stored is encrypted with keys that rotate, and no store is public. PCI DSS 3.5.1.2, 3.6.1, 3.7.4, 8.3.2,
# 8.6.3, 10.3.1, 10.5.1; Security Hub KMS.4, KMS.5, S3.8, S3.12, S3.13, S3.14, S3.17, SNS.1, SQS.1, DataFirehose.1.
package payment

import rego.v1

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	object.get(key.properties, "EnableKeyRotation", false) != true
	v := finding("PAY-CRYPT-01", id, "Properties.EnableKeyRotation", "a key does not rotate")
}

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	object.get(key.properties, "RotationPeriodInDays", 365) > 365
	v := finding("PAY-CRYPT-01", id, "Properties.RotationPeriodInDays", "a key is used for more than a year")
}

# A service may use a key for what it is for. https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
bounds := {
	"kms:EncryptionContext:aws:logs:arn", "kms:EncryptionContext:aws:sns:topicArn", "kms:EncryptionContext:aws:cloudtrail:arn",
	"aws:SourceArn", "aws:SourceAccount", "kms:ViaService", "kms:CallerAccount",
}

bounded(statement) if {
	some keys in statement.Condition
	some key, values in keys
	bounds[key]
	every value in listed(values) {
		not text(value) == "*"
	}
}

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	statement.Effect == "Allow"
	statement.Principal.Service
	not bounded(statement)
	v := finding("PAY-CRYPT-02", id, "Properties.KeyPolicy", sprintf("%v may use the key for anything", [statement.Principal.Service]))
}

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	statement.Effect == "Allow"
	statement.Principal.Service
	some action in listed(statement.Action)
	not regex.match("^kms:(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|Describe)", action)
	v := finding("PAY-CRYPT-22", id, "Properties.KeyPolicy", sprintf("%v may do %s, and not just use the key", [statement.Principal.Service, action]))
}

# CloudWatch Logs names the log group, so the key can be kept to our own.
violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	statement.Effect == "Allow"
	some service in listed(statement.Principal.Service)
	startswith(service, "logs.")
	not names_log_groups(statement)
	v := finding("PAY-CRYPT-03", id, "Properties.KeyPolicy", "the log service may use the key for any log group")
}

names_log_groups(statement) if {
	some keys in statement.Condition
	arns := listed(keys["kms:EncryptionContext:aws:logs:arn"])
	every arn in arns {
		contains(text(arn), ":log-group:")
		not endswith(text(arn), ":log-group:*")
	}
}

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	statement.Effect == "Allow"
	some principal in listed(object.get(statement.Principal, "AWS", []))
	not endswith(text(principal), ":root")
	not reference(principal)
	v := finding("PAY-CRYPT-04", id, "Properties.KeyPolicy", "a key is given to a stranger")
}

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	statement.Effect == "Allow"
	some principal in listed(object.get(statement.Principal, "AWS", []))
	count(accounts) > 0
	not accounts[split(text(principal), ":")[4]]
	not reference(principal)
	v := finding("PAY-CRYPT-04", id, "Properties.KeyPolicy", "a key is given to another account")
}

# accounts is ours, as the key of the stack's log groups names it.
accounts contains split(text(arn), ":")[4] if {
	some key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	some arn in listed(statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"])
}

violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	count(object.get(bucket.properties, ["BucketEncryption", "ServerSideEncryptionConfiguration"], [])) == 0
	v := finding("PAY-CRYPT-05", id, "Properties.BucketEncryption", "a bucket is not encrypted by what its template says")
}

violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	some rule in bucket.properties.BucketEncryption.ServerSideEncryptionConfiguration
	not keyed(rule.ServerSideEncryptionByDefault)
	v := finding("PAY-CRYPT-05", id, "Properties.BucketEncryption", "a bucket is encrypted neither with S3's key nor with one of ours")
}

# Load balancers, and S3 itself, can write with S3's key only.
keyed(by) if by.SSEAlgorithm == "AES256"

keyed(by) if {
	by.SSEAlgorithm == "aws:kms"
	reference(by.KMSMasterKeyID)
}

violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	some block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
	object.get(bucket.properties, ["PublicAccessBlockConfiguration", block], false) != true
	v := finding("PAY-CRYPT-06", id, sprintf("Properties.PublicAccessBlockConfiguration.%s", [block]), "a bucket can be made public")
}

violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	object.get(bucket.properties, ["VersioningConfiguration", "Status"], "Off") != "Enabled"
	v := finding("PAY-CRYPT-07", id, "Properties.VersioningConfiguration", "an overwritten log is lost")
}

owner_enforced(bucket) if {
	some rule in bucket.properties.OwnershipControls.Rules
	rule.ObjectOwnership == "BucketOwnerEnforced"
}

violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	not owner_enforced(bucket)
	v := finding("PAY-CRYPT-08", id, "Properties.OwnershipControls", "access control lists can open the bucket")
}

tls_only(bucket) if {
	some policy in typed("AWS::S3::BucketPolicy")
	refers(policy.properties.Bucket, bucket)
	some statement in policy.properties.PolicyDocument.Statement
	statement.Effect == "Deny"
	anybody(statement.Principal)
	statement.Action == "s3:*"
	whole_bucket(statement, bucket)
	statement.Condition == {"Bool": {"aws:SecureTransport": "false"}}
}

violation contains v if {
	some id, _ in typed("AWS::S3::Bucket")
	not tls_only(id)
	v := finding("PAY-CRYPT-09", id, "Properties", "a bucket takes requests without TLS")
}

# Every bucket here keeps logs.
violation contains v if {
	some id, bucket in typed("AWS::S3::Bucket")
	days := [rule.ExpirationInDays | some rule in bucket.properties.LifecycleConfiguration.Rules; rule.Status == "Enabled"; rule.ExpirationInDays]
	not kept(days)
	v := finding("PAY-CRYPT-10", id, "Properties.LifecycleConfiguration", "a log bucket is kept for ever, or in production for less than 400 days")
}

kept(days) if {
	count(days) > 0
	not production
}

kept(days) if {
	count(days) > 0
	min(days) >= 400
}

violation contains v if {
	some id, topic in typed("AWS::SNS::Topic")
	not reference(topic.properties.KmsMasterKeyId)
	v := finding("PAY-CRYPT-11", id, "Properties.KmsMasterKeyId", "a topic is not encrypted with a key of ours")
}

violation contains v if {
	some id, queue in typed("AWS::SQS::Queue")
	not queue.properties.KmsMasterKeyId
	object.get(queue.properties, "SqsManagedSseEnabled", false) != true
	v := finding("PAY-CRYPT-12", id, "Properties", "a queue is not encrypted")
}

violation contains v if {
	some id, secret in typed("AWS::SecretsManager::Secret")
	not reference(secret.properties.KmsKeyId)
	v := finding("PAY-CRYPT-13", id, "Properties.KmsKeyId", "a secret is not encrypted with a key of ours")
}

violation contains v if {
	some id, secret in typed("AWS::SecretsManager::Secret")
	secret.properties.SecretString
	v := finding("PAY-CRYPT-14", id, "Properties.SecretString", "a secret stands in the template as plain text")
}

generated(secret) if {
	secret.properties.GenerateSecretString.PasswordLength >= 32
	secret.properties.GenerateSecretString.GenerateStringKey == "password"
}

violation contains v if {
	some id, secret in typed("AWS::SecretsManager::Secret")
	not secret.properties.SecretString
	not generated(secret)
	v := finding("PAY-CRYPT-15", id, "Properties.GenerateSecretString", "a password is not generated, or is shorter than 32 characters")
}

# What production keeps, a deleted stack must not take along.
violation contains v if {
	production
	some id, res in precious
	not preserved(res)
	v := finding("PAY-CRYPT-16", id, "DeletionPolicy", "production's data goes with its stack")
}

# A bucket that is kept without its policy can be emptied.
precious[id] := res if {
	some type in ["AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::RDS::DBCluster", "AWS::ECR::Repository"]
	some id, res in typed(type)
}

precious[id] := res if {
	some id, res in typed("AWS::Logs::LogGroup")
	audit[id]
}

preserved(res) if {
	every on in [res.deletionPolicy, res.updateReplacePolicy] {
		substring(on, 0, 6) in {"Retain", "Snapsh"}
	}
}

violation contains v if {
	some id, stream in typed("AWS::KinesisFirehose::DeliveryStream")
	not enciphered(stream.properties.DeliveryStreamEncryptionConfigurationInput)
	v := finding("PAY-CRYPT-17", id, "Properties", "a delivery stream is not encrypted with a key of ours")
}

enciphered(input_of) if {
	input_of.KeyType == "CUSTOMER_MANAGED_CMK"
	reference(input_of.KeyARN)
}

violation contains v if {
	some id, stream in typed("AWS::KinesisFirehose::DeliveryStream")
	not reference(stream.properties.ExtendedS3DestinationConfiguration.EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN)
	v := finding("PAY-CRYPT-17", id, "Properties.ExtendedS3DestinationConfiguration", "what a stream writes is not encrypted with a key of ours")
}
