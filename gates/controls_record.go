package gates

// group is where the firewall has a group of AWS's rules.
func group(name string) string { return "Properties/Rules/Name=" + name + "/OverrideAction" }

// enforced is what an OverrideAction is that leaves a group's rules as they are.
const enforced = `{"None":{}}`

var heldGroups = []string{"PAY-ENTRANCE-07", "PAY-ENTRANCE-12", "TestFirewall"}

// attribute is where the load balancer has one.
func attribute(key string) string { return "Properties/LoadBalancerAttributes/Key=" + key + "/Value" }

// 6: secure software.
var controlsOfSoftware = []Control{
	{"6.2.4", "ELB.4", "invalid headers are dropped", "platform", balancerType, "", attribute("routing.http.drop_invalid_header_fields.enabled"), `"true"`, []string{"PAY-ENTRANCE-02", "CT.ELASTICLOADBALANCING.PR.4"}},
	{"6.2.4", "ELB.12", "requests cannot be smuggled", "platform", balancerType, "", attribute("routing.http.desync_mitigation_mode"), `"strictest"`, []string{"PAY-ENTRANCE-02", "CT.ELASTICLOADBALANCING.PR.3"}},
	{"6.3.1", "ECR.1", "images are scanned when they are pushed", "platform", imagesType, "", "Properties/ImageScanningConfiguration/ScanOnPush", "true", []string{"PAY-RELEASE-16", "CT.ECR.PR.2"}},
	{"6.3.1", "", "grave findings in images page, ECR's and Inspector's", "observability", eventType, "ImageFindings", "Properties/Targets/0/Arn", "", []string{"PAY-LOGS-20", "PAY-LOGS-21", "TestRulesMatchTheEventsOfThisServiceOnly", "TestEventsPageWithAReadableMessage"}},
	{"6.3.3", "ECS.10", "tasks run on the latest version of Fargate", "platform", serviceType, "", "Properties/PlatformVersion", `"1.4.0"`, []string{"PAY-RELEASE-18"}},
	{"6.3.3", "Lambda.2", "functions run on what AWS patches", "platform", functionType, "HookFunction", "Properties/Runtime", `"provided.al2023"`, []string{"PAY-ACCESS-16", "PAY-STRANGER-05", "AwsSolutions-L1"}},
	{"6.3.3", "RDS.13, RDS.35", "the database takes minor versions by itself", "database", clusterDatabase, "", "Properties/AutoMinorVersionUpgrade", "true", []string{"PAY-DATABASE-15"}},
	{"6.4.2", "ELB.16, WAF.10", "a firewall stands before the load balancer", "platform", "AWS::WAFv2::WebACLAssociation", "", "Properties/WebACLArn", "", []string{"PAY-ENTRANCE-04", "PAY-ENTRANCE-16", "PCI.DSS.321-ALBWAFEnabled"}},
	{"6.4.2", "", "it refuses what attacks web applications have in common", "platform", aclType, "", group("AWSManagedRulesCommonRuleSet"), enforced, heldGroups},
	{"6.4.2", "", "it refuses inputs that are known to be bad", "platform", aclType, "", group("AWSManagedRulesKnownBadInputsRuleSet"), enforced, heldGroups},
	{"6.4.2", "", "it refuses SQL in requests", "platform", aclType, "", group("AWSManagedRulesSQLiRuleSet"), enforced, heldGroups},
	{"6.4.2", "", "it refuses addresses that attack others", "platform", aclType, "", group("AWSManagedRulesAmazonIpReputationList"), enforced, heldGroups},
	{"6.4.2", "", "it refuses too many requests of one address", "platform", aclType, "", "Properties/Rules/Name=TooManyRequests/Action/Block/CustomResponse/ResponseCode", "429", []string{"PAY-ENTRANCE-08", "TestFirewallRefusesAFlood"}},
	{"6.4.2", "WAF.12", "what its rules do is measured", "platform", aclType, "", "Properties/VisibilityConfig/CloudWatchMetricsEnabled", "true", []string{"PAY-ENTRANCE-11"}},
	{"6.5.1", "ECR.2", "what was reviewed is what runs", "platform", imagesType, "", "Properties/ImageTagMutability", `"IMMUTABLE"`, []string{"PAY-RELEASE-15", "PAY-CONTAINER-09", "CT.ECR.PR.3"}},
	{"6.5.1", "ECR.3", "the image to go back to is there", "platform", imagesType, "", "Properties/LifecyclePolicy/LifecyclePolicyText", "", []string{"PAY-RELEASE-11", "PAY-RELEASE-17", "CT.ECR.PR.1"}},
	{"6.5.1", "", "a release is watched, and taken back by itself", "platform", groupType, "", "Properties/AutoRollbackConfiguration/Enabled", "true", []string{"PAY-RELEASE-05", "PAY-RELEASE-06", "PAY-RELEASE-07", "PAY-RELEASE-09", "PAY-RELEASE-10", "PAY-ENTRANCE-19", "PAY-ENTRANCE-20", "PAY-LOGS-29", "PAY-RELEASE-20", "PAY-RELEASE-21", "PAY-RELEASE-22", "PAY-RELEASE-23", "PAY-RELEASE-24", "PAY-RELEASE-25", "PAY-RELEASE-26", "PAY-RELEASE-27", "CT.CLOUDWATCH.PR.1"}},
}

// 7, 8: access.
var controlsOfAccess = []Control{
	{"7.2.1", "Lambda.1", "functions are called by what is ours", "platform", "AWS::Lambda::Permission", "", "Properties/SourceArn", "", []string{"PAY-ACCESS-07", "PAY-ACCESS-08", "PAY-ACCESS-09", "TestWalks"}},
	{"7.2.5", "IAM.1, IAM.21, KMS.1, KMS.2", "no role may do more than it needs", "platform", policyType, "TaskExecutionRole", "Properties/PolicyDocument/Statement/0/Resource", "", []string{"PAY-ACCESS-01", "PAY-ACCESS-02", "PAY-ACCESS-03", "PAY-ACCESS-05", "PAY-CONTAINER-12", "PAY-ACCESS-12", "PAY-ACCESS-13", "CT.IAM.PR.1", "CT.IAM.PR.5", "AwsSolutions-IAM5", "PCI.DSS.321-IAMNoInlinePolicy", "TestWalks", "TestFunctionsMayDoWhatTheyCall", "TestPolicies"}},
	{"7.2.5", "", "roles are for services, for this account's sake", "platform", roleType, "TaskRole", "Properties/AssumeRolePolicyDocument/Statement/0/Condition/StringEquals/aws:SourceAccount", "", []string{"PAY-ACCESS-04", "PAY-ACCESS-06", "PAY-ACCESS-11", "PAY-ACCESS-14", "PAY-ACCESS-15", "CT.IAM.PR.4", "TestWalks"}},
	{"8.2.1", "RDS.12", "people log in to the database as themselves", "database", clusterDatabase, "", "Properties/EnableIAMDatabaseAuthentication", "true", []string{"PAY-DATABASE-02", "CT.RDS.PR.4", "AwsSolutions-RDS6"}},
	{"8.3.2", "", "credentials are encrypted with a key of ours", "platform", secretType, "DatabaseSecret", "Properties/KmsKeyId", "", []string{"PAY-CRYPT-13", "PAY-DATABASE-16"}},
	{"8.3.2", "", "the database keeps no password that can be read", "database", settingsType, "", "Properties/Parameters/password_encryption", `"scram-sha-256"`, []string{"PAY-DATABASE-13"}},
	{"8.3.2", "", "credentials and sessions stay out of the firewall's log", "platform", aclLogType, "", "Properties/RedactedFields", `[{"SingleHeader":{"Name":"authorization"}},{"SingleHeader":{"Name":"cookie"}}]`, []string{"PAY-ENTRANCE-10", "PAY-ENTRANCE-13", "TestFirewallLog"}},
	{"8.6.2", "ECS.8", "credentials reach the container as secrets alone", "platform", taskType, "", container + "Secrets/Name=DB_PASSWORD/ValueFrom", "", []string{"PAY-CONTAINER-05", "PAY-CONTAINER-06", "PAY-CRYPT-14", "PAY-DATABASE-09", "PAY-ACCESS-10", "PAY-DATABASE-24", "PAY-STRANGER-06", "CT.ECS.PR.12", "TestWalks"}},
	{"8.6.3", "", "passwords are generated, and long", "platform", secretType, "DatabaseSecret", "Properties/GenerateSecretString/PasswordLength", "32", []string{"PAY-CRYPT-15"}},
	{"8.6.3", "SecretsManager.1, SecretsManager.4", "the application's password changes each month", "platform", "AWS::SecretsManager::RotationSchedule", "", "Properties/RotationRules/AutomaticallyAfterDays", "30", []string{"PAY-DATABASE-10", "AwsSolutions-SMG4"}},
	{"8.6.3", "SecretsManager.2", "a rotation that fails, or is overdue, pages", "observability", alarmType, "RotationAlarm", "Properties/AlarmActions/0", "", []string{"PAY-LOGS-07", "PAY-LOGS-26", "TestAlarmsFireWhenTheyShould", "TestEveryAlarmCanFireAndEveryGraphHasData"}},
}

// 10: logs.
var controlsOfLogs = []Control{
	{"10.2.1", "EC2.6", "who talks to whom is recorded", "network", "AWS::EC2::FlowLog", "", "Properties/TrafficType", `"ALL"`, []string{"PAY-LOGS-03", "PCI.DSS.321-VPCFlowLogsEnabled"}},
	{"10.2.1", "ELB.5", "requests are recorded", "platform", balancerType, "", attribute("access_logs.s3.enabled"), `"true"`, []string{"PAY-ENTRANCE-02", "PAY-LOGS-14", "CT.ELASTICLOADBALANCING.PR.6"}},
	{"10.2.1", "", "connections are recorded", "platform", balancerType, "", attribute("connection_logs.s3.enabled"), `"true"`, []string{"PAY-ENTRANCE-02", "PAY-LOGS-14"}},
	{"10.2.1", "WAF.11", "what the firewall refuses is recorded", "platform", aclLogType, "", "Properties/LoggingFilter/Filters/0/Behavior", `"KEEP"`, []string{"PAY-ENTRANCE-09", "PAY-ENTRANCE-14", "PAY-LOGS-30", "TestFirewallLog"}},
	{"10.2.1", "ECS.9", "the application logs", "platform", taskType, "", container + "LogConfiguration/LogDriver", `"awslogs"`, []string{"PAY-CONTAINER-08", "PAY-LOGS-24", "CT.ECS.PR.5"}},
	{"10.2.1", "StepFunctions.1", "what deploys logs", "platform", "AWS::StepFunctions::StateMachine", "", "Properties/LoggingConfiguration/Level", `"ALL"`, []string{"PAY-LOGS-05", "PAY-LOGS-06", "CT.STEPFUNCTIONS.PR.1"}},
	{"10.2.1", "", "what happens to the service is recorded", "observability", eventType, "EventHistory", "Properties/Targets/0/Arn", "", []string{"PAY-LOGS-16", "PAY-LOGS-20", "TestHistoryGoesToTheEventLog", "TestEventLogIsEncryptedKeptAndWritable"}},
	{"10.2.1", "RDS.37", "the database logs", "database", clusterDatabase, "", "Properties/EnableCloudwatchLogsExports", `["postgresql"]`, []string{"PAY-DATABASE-07", "PAY-LOGS-27", "CT.RDS.PR.25"}},
	{"10.2.1", "CloudTrail.1, CloudTrail.2, CloudTrail.4, CloudTrail.5", "who called AWS is recorded by the landing zone's trail; `auditTrail` adds one where there is none: [decision](decisions/8-landing-zone.md)", "", "", "", "the option `auditTrail`, off", "", []string{"PAY-LOGS-10", "TestTrail", "TestTrailPolicies"}},
	{"10.2.1.2", "", "what is typed in a task is recorded", "platform", clusterType, "", "Properties/Configuration/ExecuteCommandConfiguration/Logging", `"OVERRIDE"`, []string{"PAY-RELEASE-13"}},
	{"10.2.1.3", "S3.9", "reading and deleting logs is recorded", "platform", bucketType, "AccessLogs", "Properties/LoggingConfiguration/DestinationBucketName", "", []string{"PAY-LOGS-13", "PCI.DSS.321-S3BucketLoggingEnabled", "AwsSolutions-S1", "TestBucketAccessIsLogged"}},
	{"10.2.1.4", "", "who connects to the database, or fails to, is recorded", "database", settingsType, "", "Properties/Parameters/log_connections", `"1"`, []string{"PAY-DATABASE-13"}},
	{"10.2.1.5", "", "who changes the database's roles is recorded, without passwords", "database", settingsType, "", "Properties/Parameters/pgaudit.log", `"ddl,role"`, []string{"PAY-DATABASE-14"}},
	{"10.3.1", "", "log groups are encrypted with a key of ours", "platform", logsType, "Logs", "Properties/KmsKeyId", "", []string{"PAY-LOGS-01", "PAY-LOGS-23", "CT.CLOUDWATCH.PR.3", "PCI.DSS.321-CloudWatchLogGroupEncrypted"}},
	{"10.3.1", "S3.17", "so are archived logs", "platform", bucketType, "Archive", "Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm", `"aws:kms"`, []string{"PAY-CRYPT-05", "PCI.DSS.321-S3DefaultEncryptionKMS"}},
	{"10.3.1", "DataFirehose.1", "and on their way", "platform", streamType, "", "Properties/DeliveryStreamEncryptionConfigurationInput/KeyType", `"CUSTOMER_MANAGED_CMK"`, []string{"PAY-CRYPT-17"}},
	{"10.3.1", "S3.2, S3.3, S3.8", "no bucket can be made public", "platform", bucketType, "AccessLogs", "Properties/PublicAccessBlockConfiguration/RestrictPublicBuckets", "true", []string{"PAY-CRYPT-06", "PAY-CRYPT-18", "CT.S3.PR.1"}},
	{"10.3.1", "S3.12", "no access control list opens a bucket", "platform", bucketType, "AccessLogs", "Properties/OwnershipControls/Rules/0/ObjectOwnership", `"BucketOwnerEnforced"`, []string{"PAY-CRYPT-08", "CT.S3.PR.5"}},
	{"10.3.1", "S3.6", "the one other account, that of AWS's load balancing, writes and does no more", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/3/Action", `"s3:PutObject"`, []string{"PAY-CRYPT-21", "TestPolicies"}},
	{"10.3.2", "S3.14", "an overwritten log is not lost", "platform", bucketType, "AccessLogs", "Properties/VersioningConfiguration/Status", `"Enabled"`, []string{"PAY-CRYPT-07", "CT.S3.PR.11"}},
	{"10.3.2", "", "nobody deletes logs", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/Sid=NobodyDeletesLogs/Effect", `"Deny"`, []string{"PAY-LOGS-15", "TestWalks", "TestKeptBucketsKeepTheirPolicy"}},
	{"10.3.3", "", "the application's log is archived at once, whole", "platform", feedType, "", "Properties/FilterPattern", `""`, []string{"PAY-LOGS-17", "PAY-LOGS-18", "PAY-LOGS-19", "PAY-LOGS-25", "TestArchive"}},
	{"10.5.1", "S3.13", "archived logs are kept for more than twelve months", "platform", bucketType, "Archive", "Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", "400", []string{"PAY-CRYPT-10", "CT.S3.PR.6"}},
	{"10.5.1", "", "so are requests and connections", "platform", bucketType, "AccessLogs", "Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", "400", []string{"PAY-CRYPT-10", "CT.S3.PR.6"}},
	{"10.5.1", "S3.10", "and what is written over in them", "platform", bucketType, "AccessLogs", "Properties/LifecycleConfiguration/Rules/0/NoncurrentVersionExpiration/NoncurrentDays", "400", []string{"PAY-LOGS-11", "CT.S3.PR.3", "TestOverwrittenLogsLastInProduction"}},
	{"10.5.1", "", "flow logs are kept for more than twelve months", "network", logsType, "FlowLogs", "Properties/RetentionInDays", "400", []string{"PAY-LOGS-04"}},
	{"10.5.1", "CloudWatch.16", "so is what functions did to releases, credentials and the database", "platform", logsType, "RotationLogs", "Properties/RetentionInDays", "400", []string{"PAY-LOGS-04", "TestRetention"}},
	{"10.5.1", "", "so are sessions in tasks, refused requests, events, and the database's log", "platform", logsType, "SessionLogs", "Properties/RetentionInDays", "400", []string{"PAY-LOGS-04"}},
	{"10.5.1", "", "the application's log is queried for thirty days, as required, and three months of its archive are at hand", "platform", logsType, "Logs", "Properties/RetentionInDays", "30", []string{"PAY-LOGS-02", "PAY-LOGS-12", "TestRetention"}},
	{"10.5.1", "", "production keeps logs, keys and secrets when its stack goes", "platform", bucketType, "AccessLogs", "DeletionPolicy", `"RetainExceptOnCreate"`, []string{"PAY-CRYPT-16", "TestProductionKeepsItsAuditLogsAndTheirKey", "TestProductionKeepsThePlatformsData"}},
	{"10.7.2", "CloudWatch.15, CloudWatch.17", "alarms tell people", "observability", alarmType, "", "Properties/AlarmActions", "", []string{"PAY-LOGS-07", "PAY-LOGS-08", "PAY-LOGS-28", "PAY-LOGS-31", "PAY-LOGS-32", "PAY-STRANGER-07", "CT.CLOUDWATCH.PR.1", "CT.CLOUDWATCH.PR.4", "NIST.800.53.R5-CloudWatchAlarmAction", "TestEveryAlarmPagesAndExplainsItself"}},
	{"10.7.2", "", "a log that is not archived pages", "observability", alarmType, "ArchiveRefused", "Properties/AlarmActions/0", "", []string{"PAY-LOGS-07", "TestArchiveThatDoesNotKeepUpPages"}},
	{"10.7.2", "SNS.4", "CloudWatch and EventBridge may publish alarms, for this account alone", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/Sid=AlarmsPublish/Condition/StringEquals/aws:SourceAccount", "", []string{"PAY-CRYPT-18", "PAY-CRYPT-23", "PAY-LOGS-22", "TestTopicAdmitsOurAlarmsAndEventsOnly"}},
	{"10.7.2", "SNS.1", "and may use the topic's key, which is ours", "observability", "AWS::SNS::Topic", "", "Properties/KmsMasterKeyId", "", []string{"PAY-CRYPT-11", "PAY-LOGS-22", "PCI.DSS.321-SNSEncryptedKMS", "TestKeyLetsAlarmsAndEventsPublish"}},
}

// 11, 12, and what PCI DSS leaves to us.
var controlsOfResponse = []Control{
	{"11.3, 11.5", "", "CloudTrail, GuardDuty, Config, Security Hub and Inspector are the landing zone's: [decision](decisions/8-landing-zone.md)", "", "", "", "the account", "", nil},
	{"12.10.1", "RDS.50", "production's database can be taken back to any second of 35 days", "database", clusterDatabase, "", "Properties/BackupRetentionPeriod", "35", []string{"PAY-DATABASE-06", "PAY-DATABASE-20", "NIST.800.53.R5-RDSInBackupPlan"}},
	{"", "RDS.16", "snapshots carry the tags that say whose they are", "database", clusterDatabase, "", "Properties/CopyTagsToSnapshot", "true", []string{"PAY-DATABASE-08", "CT.RDS.PR.9"}},
	{"", "RDS.7", "production's database cannot be deleted", "database", clusterDatabase, "", "Properties/DeletionProtection", "true", []string{"PAY-DATABASE-03", "CT.RDS.PR.3", "AwsSolutions-RDS10"}},
	{"", "ELB.6", "nor its load balancer", "platform", balancerType, "", attribute("deletion_protection.enabled"), `"true"`, []string{"PAY-ENTRANCE-03", "CT.ELASTICLOADBALANCING.PR.5"}},
	{"", "CloudFormation.3", "nor a stack of it", "", "", "", "termination protection of each stack", "", []string{"TestProductionIsProtectedFromDeletion"}},
	{"", "CloudFormation.4", "stacks are deployed with a role of their own", "", "", "", "the CDK's bootstrap", "", nil},
	{"", "RDS.15", "a reader in another zone takes the writer's place", "database", "AWS::RDS::DBInstance", "ClusterReader1", "Properties/PromotionTier", "1", []string{"TestDefaults"}},
	{"", "ELB.13", "the load balancer is in several zones", "platform", balancerType, "", "Properties/Subnets", "", []string{"PAY-ENTRANCE-15", "CT.ELASTICLOADBALANCING.PR.15"}},
	{"", "Lambda.5", "so are the functions in the VPC", "platform", functionType, "ProbeFunction", "Properties/VpcConfig/SubnetIds", "", []string{"PAY-NETWORK-17"}},
	{"", "RDS.6", "what the database's machine does is measured", "database", "AWS::RDS::DBInstance", "", "Properties/MonitoringInterval", "60", []string{"NIST.800.53.R5-RDSEnhancedMonitoringEnabled"}},
	{"", "ECS.12", "what tasks use is measured", "platform", clusterType, "", "Properties/ClusterSettings/0/Value", `"enhanced"`, []string{"PAY-RELEASE-14", "AwsSolutions-ECS4"}},
	{"", "ECR.5", "images are encrypted with a key of ours", "platform", imagesType, "", "Properties/EncryptionConfiguration/EncryptionType", `"KMS"`, []string{"PAY-RELEASE-19", "TestImagesHaveTheirKey"}},
}
