package gates

const (
	aclType      = "AWS::WAFv2::WebACL"
	aclLogType   = "AWS::WAFv2::LoggingConfiguration"
	readersType  = "AWS::S3::BucketPolicy"
	streamType   = "AWS::KinesisFirehose::DeliveryStream"
	feedType     = "AWS::Logs::SubscriptionFilter"
	eventType    = "AWS::Events::Rule"
	endpointType = "AWS::EC2::VPCEndpoint"
	settingsType = "AWS::RDS::DBClusterParameterGroup"

	days = "Properties/LifecycleConfiguration/Rules/0/"
)

// sabotagedRecord takes from what is recorded, or from where it is kept.
var sabotagedRecord = []Edit{
	{"what is written over in the archive lasts a month", "platform", bucketType, "Archive", days + "NoncurrentVersionExpiration/NoncurrentDays", 30.0, "PAY-LOGS-11"},
	{"what is written over in the access log lasts a year", "platform", bucketType, "AccessLogs", days + "NoncurrentVersionExpiration/NoncurrentDays", 365.0, "PAY-LOGS-11"},
	{"what is written over among who read the logs lasts for ever", "platform", bucketType, "BucketAccessLogs", days + "NoncurrentVersionExpiration", nil, "PAY-LOGS-11"},
	{"who read the logs is kept for three months", "platform", bucketType, "BucketAccessLogs", days + "ExpirationInDays", 90.0, "PAY-CRYPT-10"},
	{"the archive's lifecycle is off", "platform", bucketType, "Archive", days + "Status", "Disabled", "PAY-CRYPT-10"},
	{"logs wait in Glacier after a month", "platform", bucketType, "Archive", days + "Transitions", list{object{"StorageClass": "GLACIER", "TransitionInDays": 30.0}}, "PAY-LOGS-12"},
	{"S3 is told to log where it may not", "platform", bucketType, "AccessLogs", "Properties/LoggingConfiguration/LogFilePrefix", "elsewhere/", "PAY-LOGS-13"},
	{"S3 may not write who reads the logs", "platform", readersType, "BucketAccessLogs", "Properties/PolicyDocument/Statement/3", nil, "PAY-LOGS-13"},
	{"the load balancer logs to a stranger's bucket", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=access_logs.s3.bucket/Value", "somebodys-logs", "PAY-LOGS-14"},
	{"the load balancer may not write requests any more", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/3", nil, "PAY-LOGS-14"},
	{"the load balancer may not write connections any more", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/6", nil, "PAY-LOGS-14"},
	{"logs can be deleted", "platform", readersType, "Archive", "Properties/PolicyDocument/Statement/Sid=NobodyDeletesLogs", nil, "PAY-LOGS-15"},
	{"old versions of logs can be deleted", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/Sid=NobodyDeletesLogs/Action", "s3:DeleteObject", "PAY-LOGS-15"},
	{"one person cannot delete logs, others can", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/Sid=NobodyDeletesLogs/Principal/AWS", "arn:aws:iam::111122223333:user/one", "PAY-LOGS-15"},
	{"a bucket that outlives its stack loses its policy", "platform", readersType, "Archive", "DeletionPolicy", "Delete", "PAY-CRYPT-16"},
	{"production's audit log goes with its stack", "platform", logsType, "SessionLogs", "DeletionPolicy", "Delete", "PAY-CRYPT-16"},
	{"a bucket takes TLS 1.0", "platform", readersType, "Archive", "Properties/PolicyDocument/Statement/1", nil, "PAY-CRYPT-20"},
	{"a bucket takes TLS 1.1", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/1/Condition/NumericLessThan/s3:TlsVersion", 1.1, "PAY-CRYPT-20"},
	{"only one person needs TLS", "platform", readersType, "Archive", "Properties/PolicyDocument/Statement/0/Principal/AWS", "arn:aws:iam::111122223333:user/one", "PAY-CRYPT-09"},
	{"another account may read the access log", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/3/Action", "s3:*", "PAY-CRYPT-21"},
	{"the archive is encrypted with AWS's key", "platform", bucketType, "Archive", "Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/KMSMasterKeyID", nil, "PAY-CRYPT-05"},
	{"the archive is encrypted with S3's key", "platform", bucketType, "Archive", "Properties/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault", object{"SSEAlgorithm": "AES256"}, "PCI.DSS.321-S3DefaultEncryptionKMS"},
	{"the archive's stream is encrypted with AWS's key", "platform", streamType, "", "Properties/DeliveryStreamEncryptionConfigurationInput", object{"KeyType": "AWS_OWNED_CMK"}, "PAY-CRYPT-17"},
	{"a stranger keeps the archive", "platform", streamType, "", "Properties/ExtendedS3DestinationConfiguration/BucketARN", "arn:aws:s3:::somebodys", "PAY-LOGS-18"},
	{"nobody knows why something is not archived", "platform", streamType, "", "Properties/ExtendedS3DestinationConfiguration/CloudWatchLoggingOptions/Enabled", false, "PAY-LOGS-19"},
	{"nothing is archived", "platform", feedType, "", "", nil, "PAY-LOGS-18"},
	{"only errors are archived", "platform", feedType, "", "Properties/FilterPattern", "ERROR", "PAY-LOGS-17"},
	{"a stranger gets the application's log", "platform", feedType, "", "Properties/DestinationArn", "arn:aws:logs:us-east-2:999999999999:destination:theirs", "PAY-LOGS-17"},
	{"refused requests are kept for a month", "platform", logsType, "FirewallLogs", "Properties/RetentionInDays", 30.0, "PAY-LOGS-04"},
	{"sessions in tasks are kept for a month", "platform", logsType, "SessionLogs", "Properties/RetentionInDays", 30.0, "PAY-LOGS-04"},
	{"events are kept for a month", "observability", logsType, "Events", "Properties/RetentionInDays", 30.0, "PAY-LOGS-04"},
	{"the database's log is kept for a month", "database", logsType, "Logs", "Properties/RetentionInDays", 30.0, "PAY-LOGS-04"},
	{"log delivery may write to every group", "platform", "AWS::Logs::ResourcePolicy", "", "Properties/PolicyDocument", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}]}`, "PAY-LOGS-16"},
	{"the firewall lets somebody else's rules decide", "platform", aclType, "", "Properties/Rules/Name=AWSManagedRulesSQLiRuleSet/Statement/ManagedRuleGroupStatement/VendorName", "Somebody", "PAY-ENTRANCE-07"},
	{"the firewall counts known bad inputs", "platform", aclType, "", "Properties/Rules/Name=AWSManagedRulesKnownBadInputsRuleSet/OverrideAction", object{"Count": object{}}, "PAY-ENTRANCE-07"},
	{"the firewall counts known attackers", "platform", aclType, "", "Properties/Rules/Name=AWSManagedRulesAmazonIpReputationList/OverrideAction", object{"Count": object{}}, "PAY-ENTRANCE-07"},
	{"the firewall lets one kind of script pass", "platform", aclType, "", "Properties/Rules/Name=AWSManagedRulesCommonRuleSet/Statement/ManagedRuleGroupStatement/RuleActionOverrides", list{object{"Name": "CrossSiteScripting_BODY", "ActionToUse": object{"Count": object{}}}}, "PAY-ENTRANCE-07"},
	{"the firewall looks at one path", "platform", aclType, "", "Properties/Rules/Name=AWSManagedRulesCommonRuleSet/Statement/ManagedRuleGroupStatement/ScopeDownStatement", object{"ByteMatchStatement": object{"SearchString": "/admin"}}, "PAY-ENTRANCE-07"},
	{"a rule lets requests pass before the others", "platform", aclType, "", "Properties/Rules/0/Action", object{"Allow": object{}}, "PAY-ENTRANCE-12"},
	{"the firewall keeps whole requests", "platform", aclType, "", "Properties/Rules/1/VisibilityConfig/SampledRequestsEnabled", true, "PAY-ENTRANCE-13"},
	{"what the firewall refuses is left out of its log", "platform", aclLogType, "", "Properties/LoggingFilter/Filters/0/Conditions/0", nil, "PAY-ENTRANCE-14"},
	{"the firewall logs to a stranger", "platform", aclLogType, "", "Properties/LogDestinationConfigs/0", "arn:aws:firehose:us-east-2:999999999999:deliverystream/aws-waf-logs-x", "PAY-ENTRANCE-14"},
	{"passwords are in the firewall's log", "platform", aclLogType, "", "Properties/RedactedFields/0", nil, "PAY-ENTRANCE-10"},
	{"the listener takes ciphers that do not authenticate", "platform", listenerType, "ProductionListener", "Properties/SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06", "PAY-ENTRANCE-05"},
	{"the load balancer goes with one zone", "platform", balancerType, "", "Properties/Subnets", list{object{"Fn::ImportValue": "one"}}, "PAY-ENTRANCE-15"},
	{"nobody is told of holes in images", "observability", eventType, "ImageFindings", "Properties/EventPattern/detail/finding-severity-counts/$or/1", nil, "PAY-LOGS-21"},
	{"Inspector's findings tell nobody", "observability", eventType, "ImageFindings", "Properties/EventPattern/detail-type/1", nil, "PAY-LOGS-21"},
	{"nothing follows a failed deployment", "observability", eventType, "DeploymentFailure", "Properties/State", "DISABLED", "PAY-LOGS-20"},
	{"nothing repairs the listener", "platform", eventType, "", "Properties/State", "DISABLED", "PAY-LOGS-20"},
	{"CloudWatch may not publish alarms", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/Sid=AlarmsPublish", nil, "PAY-LOGS-22"},
	{"EventBridge may not use the topic's key", "observability", keyType, "", "Properties/KeyPolicy/Statement/Sid=EventsPublish", nil, "PAY-LOGS-22"},
	{"the log service may read logs, and write none", "platform", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Action", "kms:Decrypt", "PAY-LOGS-23"},
	{"another service may use the key for logs", "network", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Principal/Service", "firehose.amazonaws.com", "PAY-LOGS-23"},
	{"the log service may not use the key for the application's log", "platform", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Condition/ArnLike/kms:EncryptionContext:aws:logs:arn/1", nil, "PAY-LOGS-23"},
	{"only EventBridge needs TLS to publish", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/0/Principal", object{"Service": "events.amazonaws.com"}, "PAY-CRYPT-19"},
	{"events tell nobody", "observability", eventType, "PlacementFailure", "Properties/Targets", list{}, "PAY-LOGS-20"},
}

// sabotagedTrust widens who may do something, or loosens what bounds it.
var sabotagedTrust = []Edit{
	{"a service may do anything with a key", "platform", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Action", "kms:*", "PAY-CRYPT-22"},
	{"EventBridge may use the key for anybody's topic", "observability", keyType, "", "Properties/KeyPolicy/Statement/Sid=EventsPublish/Condition", object{"ArnLike": object{"aws:SourceArn": "*"}}, "PAY-CRYPT-02"},
	{"a key is used for seven years", "platform", keyType, "", "Properties/RotationPeriodInDays", 2560.0, "PAY-CRYPT-01"},
	{"alarms of any account page", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/Sid=AlarmsPublish/Condition", nil, "PAY-CRYPT-23"},
	{"events of any account page", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/Sid=NoForeignEvents", nil, "PAY-CRYPT-23"},
	{"tasks of any account may take on the task's role", "platform", roleType, "TaskRole", "Properties/AssumeRolePolicyDocument/Statement/0/Condition", nil, "PAY-ACCESS-11"},
	{"streams of any account may write the archive", "platform", roleType, "ArchiveRole", "Properties/AssumeRolePolicyDocument/Statement/0/Condition", nil, "PAY-ACCESS-11"},
	{"flow logs of any account may write ours", "network", roleType, "FlowLogRole", "Properties/AssumeRolePolicyDocument/Statement/0/Condition", nil, "PAY-ACCESS-11"},
	{"a caller of a function is any resource of a service", "platform", "AWS::Lambda::Permission", "", "Properties/SourceArn", "*", "PAY-ACCESS-07"},
	{"an endpoint has AWS's policy: everything for everybody", "network", endpointType, "VpcSecretsManager", "Properties/PolicyDocument", nil, "PAY-NETWORK-12"},
	{"another account's principals use an endpoint", "network", endpointType, "VpcKms", "Properties/PolicyDocument/Statement/Sid=OwnAccount/Condition", nil, "PAY-NETWORK-12"},
	{"another account's bucket is reached through the endpoint", "network", endpointType, "VpcS3", "Properties/PolicyDocument/Statement/Sid=OwnAccount/Condition/StringEquals/aws:ResourceAccount", nil, "PAY-NETWORK-12"},
	{"every bucket's objects are reached through the endpoint", "network", endpointType, "VpcS3", "Properties/PolicyDocument/Statement/Sid=ImageLayers/Resource", "arn:aws:s3:::*", "PAY-NETWORK-12"},
	{"tasks are reached around the load balancer", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroupfrom", "Properties/CidrIp", "10.0.0.0/16", "PAY-NETWORK-14"},
	{"the database is open to the VPC, by the platform", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroupIntoDatabase", "Properties/CidrIp", "10.0.0.0/16", "PAY-DATABASE-12"},
	{"tasks may send mail", "platform", firewallType, "TaskSecurityGroup", "Properties/SecurityGroupEgress/0/ToPort", 587.0, "PAY-NETWORK-15"},
	{"the database's subnet has a public one's routes", "network", "AWS::EC2::SubnetRouteTableAssociation", "VpcIsolated", "Properties/RouteTableId/Ref", "VpcPublicSubnet1RouteTable6C95E38E", "PAY-NETWORK-16"},
	{"tasks' subnet has a public one's routes", "network", "AWS::EC2::SubnetRouteTableAssociation", "VpcPrivate", "Properties/RouteTableId/Ref", "VpcPublicSubnet1RouteTable6C95E38E", "PAY-NETWORK-16"},
	{"the probe goes with one zone", "platform", functionType, "ProbeFunction", "Properties/VpcConfig/SubnetIds", list{object{"Fn::ImportValue": "one"}}, "PAY-NETWORK-17"},
	{"nothing says that the database has no public address", "database", "AWS::RDS::DBInstance", "", "Properties/PubliclyAccessible", nil, "PAY-DATABASE-05"},
	{"the password is changed once a year", "platform", "AWS::SecretsManager::RotationSchedule", "", "Properties/RotationRules/AutomaticallyAfterDays", 365.0, "PAY-DATABASE-10"},
	{"who connects to the database is not logged", "database", settingsType, "", "Properties/Parameters/log_connections", "0", "PAY-DATABASE-13"},
	{"card numbers in statements are in the database's log", "database", settingsType, "", "Properties/Parameters/log_statement", "all", "PAY-DATABASE-13"},
	{"the database takes TLS 1.0", "database", settingsType, "", "Properties/Parameters/ssl_min_protocol_version", "TLSv1", "PAY-DATABASE-13"},
	{"the database keeps passwords as MD5", "database", settingsType, "", "Properties/Parameters/password_encryption", "md5", "PAY-DATABASE-13"},
	{"who changes roles is not logged", "database", settingsType, "", "Properties/Parameters/pgaudit.log", "ddl", "PAY-DATABASE-14"},
	{"known holes in the database stay open", "database", clusterDatabase, "", "Properties/AutoMinorVersionUpgrade", false, "PAY-DATABASE-15"},
	{"known holes in one instance stay open", "database", "AWS::RDS::DBInstance", "", "Properties/AutoMinorVersionUpgrade", false, "PAY-DATABASE-15"},
	{"nobody measures the database's machine", "database", "AWS::RDS::DBInstance", "", "Properties/MonitoringInterval", 0.0, "NIST.800.53.R5-RDSEnhancedMonitoringEnabled"},
	{"databases of any account may use the role for measurements", "database", roleType, "MonitoringRole", "Properties/AssumeRolePolicyDocument/Statement/0/Condition", nil, "PAY-ACCESS-11"},
	{"the master's password is encrypted with AWS's key", "database", clusterDatabase, "", "Properties/MasterUserSecret", nil, "PAY-DATABASE-16"},
	{"the master has the name that everybody tries", "database", clusterDatabase, "", "Properties/MasterUsername", "postgres", "PAY-DATABASE-17"},
	{"the database answers around the VPC", "database", clusterDatabase, "", "Properties/EnableHttpEndpoint", true, "PAY-DATABASE-18"},
	{"the database is in a public subnet", "database", "AWS::RDS::DBSubnetGroup", "", "Properties/SubnetIds/0", object{"Fn::ImportValue": "payment-processor-network-prod:ExportsOutputRefVpcPublicSubnet1Subnet5C2D37C4FFA2B456"}, "PAY-DATABASE-19"},
	{"production's backups go with its database", "database", clusterDatabase, "", "Properties/DeleteAutomatedBackups", true, "PAY-DATABASE-20"},
}
