package gates

// Control is what an assessor asks for, and where to see that it is so.
type Control struct {
	PCI, FSBP string // the requirement of PCI DSS 4.0.1, the id in AWS Foundational Security Best Practices; empty: none asks
	What      string
	Stack     string // where production's template says so
	Type, ID  string
	At        string // the path of the property, as in an Edit
	Is        string // its value, as JSON; empty: whatever it is, it is there
	HeldBy    []string
}

// Controls are those that the templates implement. What an account has, and not an application, is the landing zone's:
// docs/decisions/8-landing-zone.md.
var Controls = []Control{
	// 1: network security controls
	{"1.2.5", "EC2.18", "only HTTPS, and HTTP for redirects, are open to the internet", "platform", firewallType, "LoadBalancerSecurityGroup", "Properties/SecurityGroupIngress/0/FromPort", "443", []string{"PAY-NETWORK-01", "PAY-NETWORK-02", "CT.EC2.PR.3", "TestWalks"}},
	{"1.3.1", "EC2.19", "tasks are reached from the load balancer and the probe of a release alone", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroup", "Properties/SourceSecurityGroupId", "", []string{"PAY-NETWORK-01", "PAY-NETWORK-03", "CT.EC2.PR.4", "TestWalks"}},
	{"1.3.2", "", "what may leave is named", "platform", firewallType, "TaskSecurityGroup", "Properties/SecurityGroupEgress/0/FromPort", "443", []string{"PAY-NETWORK-04", "PAY-NETWORK-05"}},
	{"1.4.2", "EC2.15", "subnets give no public address", "network", "AWS::EC2::Subnet", "VpcPublic", "Properties/MapPublicIpOnLaunch", "false", []string{"PAY-NETWORK-08", "CT.EC2.PR.11"}},
	{"1.4.4", "", "no route leads from the internet to tasks or data", "network", "AWS::EC2::Route", "VpcPrivate", "Properties/NatGatewayId", "", []string{"PAY-NETWORK-09", "PAY-NETWORK-10", "TestWalks"}},
	{"1.4.2", "ECS.2", "tasks have no public address", "platform", serviceType, "", "Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", `"DISABLED"`, []string{"PAY-RELEASE-12", "CT.ECS.PR.9"}},
	{"1.3.1", "EC2.2", "the default security group is empty, and nobody's", "network", "Custom::VpcRestrictDefaultSG", "", "Properties/DefaultSecurityGroupId", "", []string{"PAY-NETWORK-06", "PAY-NETWORK-07", "PCI.DSS.321-VPCDefaultSecurityGroupClosed"}},
	{"1.3.2", "EC2.55", "data leaves for AWS through endpoints with a policy", "network", "AWS::EC2::VPCEndpoint", "VpcS3", "Properties/PolicyDocument", "", []string{"PAY-NETWORK-11", "PAY-NETWORK-12"}},
	{"1.4.4", "RDS.2", "the database has no public address, and admits whom a rule names", "database", "AWS::RDS::DBInstance", "", "Properties/PubliclyAccessible", "false", []string{"PAY-DATABASE-05", "PAY-DATABASE-12", "CT.RDS.PR.23", "PCI.DSS.321-RDSInstancePublicAccess"}},
	// 2: secure configurations
	{"2.2.6", "ECS.20", "the container does not run as root", "platform", taskType, "", container + "User", `"65532"`, []string{"PAY-CONTAINER-01", "CT.ECS.PR.3"}},
	{"2.2.6", "ECS.5", "the root file system is read-only", "platform", taskType, "", container + "ReadonlyRootFilesystem", "true", []string{"PAY-CONTAINER-02", "CT.ECS.PR.6"}},
	{"2.2.6", "ECS.4", "the container is not privileged", "platform", taskType, "", container + "Privileged", "false", []string{"PAY-CONTAINER-03", "CT.ECS.PR.11"}},
	{"2.2.6", "", "the container has no Linux capability", "platform", taskType, "", container + "LinuxParameters/Capabilities/Drop", `["ALL"]`, []string{"PAY-CONTAINER-04"}},
	{"2.2.6", "ECS.3", "tasks share nothing with their host", "platform", taskType, "", "Properties/NetworkMode", `"awsvpc"`, []string{"PAY-CONTAINER-10", "PAY-CONTAINER-11", "CT.ECS.PR.4", "CT.ECS.PR.10"}},
	// 3: stored account data
	{"3.5.1", "S3.17", "archived logs are encrypted with a key of ours", "platform", bucketType, "Archive", "Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm", `"aws:kms"`, []string{"PAY-CRYPT-05", "PCI.DSS.321-S3DefaultEncryptionKMS"}},
	{"3.5.1", "", "topics are encrypted with a key of ours", "observability", "AWS::SNS::Topic", "", "Properties/KmsMasterKeyId", "", []string{"PAY-CRYPT-11", "PCI.DSS.321-SNSEncryptedKMS"}},
	{"3.6.1", "KMS.5", "a key is for what it is for", "platform", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Condition", "", []string{"PAY-CRYPT-02", "PAY-CRYPT-03", "PAY-CRYPT-04", "TestWalks"}},
	{"3.7.4", "KMS.4", "keys rotate", "platform", keyType, "", "Properties/EnableKeyRotation", "true", []string{"PAY-CRYPT-01", "CT.KMS.PR.1", "PCI.DSS.321-KMSBackingKeyRotationEnabled"}},
	{"3.5.1", "RDS.27", "the database is encrypted with a key of ours", "database", "AWS::RDS::DBCluster", "", "Properties/StorageEncrypted", "true", []string{"PAY-DATABASE-01", "CT.RDS.PR.16", "PCI.DSS.321-RDSStorageEncrypted"}},
	// 4: transmission
	{"4.2.1", "", "the database speaks TLS alone", "database", "AWS::RDS::DBClusterParameterGroup", "", "Properties/Parameters/rds.force_ssl", `"1"`, []string{"PAY-DATABASE-04"}},
	{"4.2.1", "ELB.17", "clients speak TLS 1.2 with forward secrecy, or 1.3", "platform", listenerType, "ProductionListener", "Properties/SslPolicy", `"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"`, []string{"PAY-ENTRANCE-05"}},
	{"4.2.1", "ELB.1", "HTTP is only good for a redirect", "platform", listenerType, "HttpListener", "Properties/DefaultActions/0/RedirectConfig/Protocol", `"HTTPS"`, []string{"PAY-ENTRANCE-06", "CT.ELASTICLOADBALANCING.PR.1", "PCI.DSS.321-ALBHttpToHttpsRedirection"}},
	{"4.2.1", "S3.5", "buckets and topics refuse requests without TLS", "platform", "AWS::S3::BucketPolicy", "AccessLogs", "Properties/PolicyDocument/Statement/0/Condition/Bool/aws:SecureTransport", `"false"`, []string{"PAY-CRYPT-09", "PAY-CRYPT-19", "CT.S3.PR.8"}},
	// 6: secure software
	{"6.3.1", "ECR.1", "images are scanned when they are pushed", "platform", imagesType, "", "Properties/ImageScanningConfiguration/ScanOnPush", "true", []string{"PAY-RELEASE-16", "CT.ECR.PR.2"}},
	{"6.4.2", "ELB.16", "a firewall stands before the load balancer", "platform", "AWS::WAFv2::WebACLAssociation", "", "Properties/WebACLArn", "", []string{"PAY-ENTRANCE-04", "PAY-ENTRANCE-07", "PAY-ENTRANCE-08", "PCI.DSS.321-ALBWAFEnabled"}},
	{"6.4.2", "ELB.4", "invalid headers are dropped", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=routing.http.drop_invalid_header_fields.enabled/Value", `"true"`, []string{"PAY-ENTRANCE-02", "CT.ELASTICLOADBALANCING.PR.4"}},
	{"6.4.2", "ELB.12", "requests cannot be smuggled", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=routing.http.desync_mitigation_mode/Value", `"strictest"`, []string{"PAY-ENTRANCE-02", "CT.ELASTICLOADBALANCING.PR.3"}},
	{"6.5.1", "ECR.2", "what was reviewed is what runs", "platform", imagesType, "", "Properties/ImageTagMutability", `"IMMUTABLE"`, []string{"PAY-RELEASE-15", "PAY-CONTAINER-09", "CT.ECR.PR.3"}},
	{"6.5.1", "", "a release is watched, and taken back by itself", "platform", groupType, "", "Properties/AutoRollbackConfiguration/Enabled", "true", []string{"PAY-RELEASE-05", "PAY-RELEASE-06", "PAY-RELEASE-07", "PAY-RELEASE-09", "PAY-RELEASE-10"}},
	// 7, 8: access
	{"7.2.1", "IAM.1", "no role may do more than it needs", "platform", policyType, "TaskExecutionRole", "Properties/PolicyDocument/Statement/0/Resource", "", []string{"PAY-ACCESS-01", "PAY-ACCESS-02", "PAY-ACCESS-03", "PAY-ACCESS-05", "CT.IAM.PR.1", "CT.IAM.PR.5", "AwsSolutions-IAM5", "PCI.DSS.321-IAMNoInlinePolicy", "TestWalks"}},
	{"7.2.5", "Lambda.1", "roles and functions are for services of this account", "platform", roleType, "TaskRole", "Properties/AssumeRolePolicyDocument/Statement/0/Condition/StringEquals/aws:SourceAccount", "", []string{"PAY-ACCESS-04", "PAY-ACCESS-07", "PAY-ACCESS-08", "TestWalks"}},
	{"7.3.3", "S3.8", "no bucket can be made public", "platform", bucketType, "AccessLogs", "Properties/PublicAccessBlockConfiguration/RestrictPublicBuckets", "true", []string{"PAY-CRYPT-06", "PAY-CRYPT-08", "PAY-CRYPT-18", "CT.S3.PR.1", "CT.S3.PR.5"}},
	{"8.3.2", "", "credentials are generated, and encrypted with a key of ours", "platform", secretType, "DatabaseSecret", "Properties/KmsKeyId", "", []string{"PAY-CRYPT-13", "PAY-CRYPT-14", "PAY-CRYPT-15"}},
	{"8.6.3", "SecretsManager.1", "the application's password changes each month", "platform", "AWS::SecretsManager::RotationSchedule", "", "Properties/RotationRules/AutomaticallyAfterDays", "30", []string{"PAY-DATABASE-10", "AwsSolutions-SMG4"}},
	{"8.2.1", "RDS.12", "people log in to the database as themselves", "database", "AWS::RDS::DBCluster", "", "Properties/EnableIAMDatabaseAuthentication", "true", []string{"PAY-DATABASE-02", "PAY-DATABASE-09", "CT.RDS.PR.4", "AwsSolutions-RDS6"}},
	{"8.6.2", "ECS.8", "credentials reach the container as secrets alone", "platform", taskType, "", container + "Secrets/Name=DB_PASSWORD/ValueFrom", "", []string{"PAY-CONTAINER-05", "PAY-CONTAINER-06", "PAY-ACCESS-10", "CT.ECS.PR.12"}},
	// 10: logs
	{"10.2.1", "EC2.6", "who talks to whom is recorded", "network", "AWS::EC2::FlowLog", "", "Properties/TrafficType", `"ALL"`, []string{"PAY-LOGS-03", "PCI.DSS.321-VPCFlowLogsEnabled"}},
	{"10.2.1", "ELB.5", "requests are recorded", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=access_logs.s3.enabled/Value", `"true"`, []string{"PAY-ENTRANCE-02", "CT.ELASTICLOADBALANCING.PR.6"}},
	{"10.2.1", "", "connections are recorded", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=connection_logs.s3.enabled/Value", `"true"`, []string{"PAY-ENTRANCE-02"}},
	{"10.2.1", "WAF.11", "what the firewall refuses is recorded, without credentials", "platform", "AWS::WAFv2::LoggingConfiguration", "", "Properties/RedactedFields", "", []string{"PAY-ENTRANCE-09", "PAY-ENTRANCE-10"}},
	{"10.2.1.2", "", "what is typed in a task is recorded", "platform", clusterType, "", "Properties/Configuration/ExecuteCommandConfiguration/Logging", `"OVERRIDE"`, []string{"PAY-RELEASE-13"}},
	{"10.2.1", "ECS.9", "the application logs", "platform", taskType, "", container + "LogConfiguration/LogDriver", `"awslogs"`, []string{"PAY-CONTAINER-08", "PAY-LOGS-05", "PAY-LOGS-06", "CT.ECS.PR.5", "CT.STEPFUNCTIONS.PR.1"}},
	{"10.2.1", "RDS.37", "the database logs", "database", "AWS::RDS::DBCluster", "", "Properties/EnableCloudwatchLogsExports", `["postgresql"]`, []string{"PAY-DATABASE-07", "PAY-DATABASE-11", "CT.RDS.PR.25"}},
	{"10.3.1", "", "logs are encrypted with a key of ours", "platform", logsType, "Logs", "Properties/KmsKeyId", "", []string{"PAY-LOGS-01", "CT.CLOUDWATCH.PR.3", "PCI.DSS.321-CloudWatchLogGroupEncrypted"}},
	{"10.3.2", "S3.14", "an overwritten log is not lost", "platform", bucketType, "AccessLogs", "Properties/VersioningConfiguration/Status", `"Enabled"`, []string{"PAY-CRYPT-07", "CT.S3.PR.11"}},
	{"10.2.1.3", "S3.9", "reading and deleting logs is recorded", "platform", bucketType, "AccessLogs", "Properties/LoggingConfiguration/DestinationBucketName", "", []string{"PCI.DSS.321-S3BucketLoggingEnabled", "AwsSolutions-S1"}},
	{"10.5.1", "", "production keeps logs, keys and secrets when its stack goes", "platform", bucketType, "AccessLogs", "DeletionPolicy", `"RetainExceptOnCreate"`, []string{"PAY-CRYPT-16"}},
	{"10.5.1", "S3.13", "logs are kept for more than twelve months", "platform", bucketType, "Archive", "Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", "400", []string{"PAY-CRYPT-10", "PAY-LOGS-02", "CT.S3.PR.6"}},
	{"10.5.1", "", "flow logs are kept for more than twelve months", "network", logsType, "FlowLogs", "Properties/RetentionInDays", "400", []string{"PAY-LOGS-04"}},
	{"10.7.2", "CloudWatch.15", "alarms tell people", "observability", alarmType, "", "Properties/AlarmActions", "", []string{"PAY-LOGS-07", "PAY-LOGS-08", "CT.CLOUDWATCH.PR.4", "NIST.800.53.R5-CloudWatchAlarmAction"}},
	{"6.5.1", "ELB.6", "production cannot be deleted by mistake", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=deletion_protection.enabled/Value", `"true"`, []string{"PAY-ENTRANCE-03", "CT.ELASTICLOADBALANCING.PR.5", "TestProductionIsProtectedFromDeletion"}},
	{"12.10.1", "RDS.7", "production's database is backed up, and cannot be deleted", "database", "AWS::RDS::DBCluster", "", "Properties/DeletionProtection", "true", []string{"PAY-DATABASE-03", "PAY-DATABASE-06", "PAY-DATABASE-08", "CT.RDS.PR.3", "CT.RDS.PR.9", "NIST.800.53.R5-RDSInBackupPlan"}},
}
