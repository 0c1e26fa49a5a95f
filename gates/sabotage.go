package gates

import "slices"

// The types that most edits are of.
const (
	taskType     = "AWS::ECS::TaskDefinition"
	serviceType  = "AWS::ECS::Service"
	clusterType  = "AWS::ECS::Cluster"
	groupType    = "AWS::CodeDeploy::DeploymentGroup"
	alarmType    = "AWS::CloudWatch::Alarm"
	balancerType = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	listenerType = "AWS::ElasticLoadBalancingV2::Listener"
	firewallType = "AWS::EC2::SecurityGroup"
	bucketType   = "AWS::S3::Bucket"
	policyType   = "AWS::IAM::Policy"
	roleType     = "AWS::IAM::Role"
	keyType      = "AWS::KMS::Key"
	logsType     = "AWS::Logs::LogGroup"
	functionType = "AWS::Lambda::Function"
	secretType   = "AWS::SecretsManager::Secret" //nolint:gosec // a type
	imagesType   = "AWS::ECR::Repository"
)

// object and list are JSON.
type (
	object = map[string]any
	list   = []any
)

// container is the path of the container's properties.
const container = "Properties/ContainerDefinitions/0/"

// Sabotage are single edits to production's templates, each with the rule that notices it.
var Sabotage = slices.Concat(
	sabotagedTask, sabotagedRelease, sabotagedStores, sabotagedEdges, sabotagedDatabase, sabotagedRecord, sabotagedTrust,
	sabotagedTasks, sabotagedReleases, sabotagedReach, sabotagedRest,
)

var sabotagedTask = []Edit{
	{"the container runs as root", "platform", taskType, "", container + "User", "root", "PAY-CONTAINER-01"},
	{"the container runs as whom its image says", "platform", taskType, "", container + "User", nil, "PAY-CONTAINER-01"},
	{"the container runs as root by number", "platform", taskType, "", container + "User", "0", "CT.ECS.PR.3"},
	{"the root file system can be written to", "platform", taskType, "", container + "ReadonlyRootFilesystem", false, "CT.ECS.PR.6"},
	{"nothing says that the root file system is read-only", "platform", taskType, "", container + "ReadonlyRootFilesystem", nil, "PAY-CONTAINER-02"},
	{"the container is privileged", "platform", taskType, "", container + "Privileged", true, "PAY-CONTAINER-03"},
	{"the container keeps its Linux capabilities", "platform", taskType, "", container + "LinuxParameters/Capabilities", nil, "PAY-CONTAINER-04"},
	{"the container may trace others", "platform", taskType, "", container + "LinuxParameters/Capabilities/Add", list{"SYS_PTRACE"}, "PAY-CONTAINER-04"},
	{"the password stands in the environment", "platform", taskType, "", container + "Environment/0", object{"Name": "DB_PASSWORD", "Value": "hunter2"}, "PAY-CONTAINER-05"},
	{"an AWS key stands in the environment", "platform", taskType, "", container + "Environment/0", object{"Name": "AWS_SECRET_ACCESS_KEY", "Value": "x"}, "CT.ECS.PR.12"},
	{"the password is not a secret any more", "platform", taskType, "", container + "Secrets/Name=DB_PASSWORD", nil, "PAY-CONTAINER-06"},
	{"payments are cut off when Spot takes a task", "platform", taskType, "", container + "StopTimeout", 30.0, "PAY-CONTAINER-07"},
	{"the container does not log", "platform", taskType, "", container + "LogConfiguration", nil, "PAY-CONTAINER-08"},
	{"the image is whatever carries a tag", "platform", taskType, "", container + "Image", "payments:latest", "PAY-CONTAINER-09"},
	{"tasks share their host's network", "platform", taskType, "", "Properties/NetworkMode", "host", "PAY-CONTAINER-10"},
	{"tasks see their host's processes", "platform", taskType, "", "Properties/PidMode", "host", "CT.ECS.PR.10"},
	{"containers share their processes", "platform", taskType, "", "Properties/PidMode", "task", "PAY-CONTAINER-11"},
	{"the application can read what starts it", "platform", taskType, "", "Properties/TaskRoleArn/Fn::GetAtt/0", "TaskExecutionRole250D2532", "PAY-CONTAINER-12"},
	{"the old revision is gone when a release is taken back", "platform", taskType, "", "DeletionPolicy", "Delete", "PAY-RELEASE-11"},
	{"tasks have public addresses", "platform", serviceType, "", "Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", "ENABLED", "CT.ECS.PR.9"},
	{"sessions in a task are not recorded", "platform", clusterType, "", "Properties/Configuration/ExecuteCommandConfiguration/Logging", "NONE", "PAY-RELEASE-13"},
	{"sessions in a task are recorded as plain text", "platform", clusterType, "", "Properties/Configuration/ExecuteCommandConfiguration/KmsKeyId", nil, "PAY-RELEASE-13"},
	{"Container Insights is off", "platform", clusterType, "", "Properties/ClusterSettings", nil, "AwsSolutions-ECS4"},
	{"Container Insights is less than it was", "platform", clusterType, "", "Properties/ClusterSettings/0/Value", "disabled", "PAY-RELEASE-14"},
	{"nothing keeps public addresses from tasks", "platform", serviceType, "", "Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", nil, "PAY-RELEASE-12"},
	{"nothing says that images are scanned", "platform", imagesType, "", "Properties/ImageScanningConfiguration", nil, "PAY-RELEASE-16"},
	{"an image tag can be moved", "platform", imagesType, "", "Properties/ImageTagMutability", "MUTABLE", "CT.ECR.PR.3"},
	{"nothing says that an image tag cannot be moved", "platform", imagesType, "", "Properties/ImageTagMutability", nil, "PAY-RELEASE-15"},
	{"images are not scanned", "platform", imagesType, "", "Properties/ImageScanningConfiguration/ScanOnPush", false, "CT.ECR.PR.2"},
	{"the image that runs can expire", "platform", imagesType, "", "Properties/LifecyclePolicy", nil, "PAY-RELEASE-17"},
	{"production's images go with its stack", "platform", imagesType, "", "DeletionPolicy", "Delete", "PAY-CRYPT-16"},
	{"tasks run on an old version of Fargate", "platform", serviceType, "", "Properties/PlatformVersion", "1.3.0", "PAY-RELEASE-18"},
	{"images are encrypted with AWS's key", "platform", imagesType, "", "Properties/EncryptionConfiguration", object{"EncryptionType": "AES256"}, "PAY-RELEASE-19"},
	{"what runs is one of ten images", "platform", imagesType, "", "Properties/LifecyclePolicy/LifecyclePolicyText", `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["live-"],"countType":"imageCountMoreThan","countNumber":10}}]}`, "PAY-RELEASE-17"},
	{"any image counts before what runs", "platform", imagesType, "", "Properties/LifecyclePolicy/LifecyclePolicyText", `{"rules":[{"rulePriority":2,"selection":{"tagPrefixList":["live-"],"countType":"imageCountMoreThan","countNumber":100000}},{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10}}]}`, "PAY-RELEASE-17"},
}

var sabotagedRelease = []Edit{
	{"ECS rolls, and nothing rolls back", "platform", serviceType, "", "Properties/DeploymentController/Type", "ECS", "PAY-RELEASE-01"},
	{"the next release strips the capacity strategy", "platform", "Custom::Release", "", "Properties/AppSpec", `{"Resources":[{"TargetService":{"Properties":{}}}]}`, "PAY-RELEASE-02"},
	{"service and AppSpec disagree about Spot", "platform", serviceType, "", "Properties/CapacityProviderStrategy/CapacityProvider=FARGATE_SPOT/Weight", 1.0, "PAY-RELEASE-02"},
	{"every task is on Spot", "platform", serviceType, "", "Properties/CapacityProviderStrategy/CapacityProvider=FARGATE/Base", 0.0, "PAY-RELEASE-03"},
	{"nothing looks before traffic moves", "platform", "Custom::Release", "", "Properties/AppSpec", `{"Hooks":[],"Resources":[]}`, "PAY-RELEASE-04"},
	{"no alarm looks at green's errors", "platform", alarmType, "GateGreenErrors", "", nil, "PAY-RELEASE-05"},
	{"an alarm stops no release any more", "platform", groupType, "", "Properties/AlarmConfiguration/Alarms/0", nil, "PAY-RELEASE-05"},
	{"no alarm stops a release", "platform", groupType, "", "Properties/AlarmConfiguration/Enabled", false, "PAY-RELEASE-06"},
	{"a release goes on when alarms cannot be read", "platform", groupType, "", "Properties/AlarmConfiguration/IgnorePollAlarmFailure", true, "PAY-RELEASE-06"},
	{"a failed release stays", "platform", groupType, "", "Properties/AutoRollbackConfiguration/Enabled", false, "PAY-RELEASE-07"},
	{"an alarm stops a release and leaves it there", "platform", groupType, "", "Properties/AutoRollbackConfiguration/Events", list{"DEPLOYMENT_FAILURE"}, "PAY-RELEASE-07"},
	{"a release replaces in place", "platform", groupType, "", "Properties/DeploymentStyle/DeploymentType", "IN_PLACE", "PAY-RELEASE-08"},
	{"the next edit of the listener puts blue live", "platform", listenerType, "ProductionListener", "Properties/DefaultActions/0/TargetGroupArn", object{"Ref": "Blue10BB7880"}, "PAY-RELEASE-09"},
	{"a quiet hour stops a release", "platform", alarmType, "GateBlueErrors", "Properties/TreatMissingData", "breaching", "PAY-RELEASE-10"},
	{"tasks have public addresses after the next release", "platform", "Custom::Release", "", "Properties/AppSpec", `{"Resources":[{"TargetService":{"Properties":{"NetworkConfiguration":{"AwsvpcConfiguration":{"AssignPublicIp":"ENABLED"}}}}}]}`, "PAY-RELEASE-12"},
	{"an alarm tells a stranger", "observability", alarmType, "", "Properties/AlarmActions", list{"arn:aws:sns:us-east-2:999999999999:alarms"}, "PAY-LOGS-07"},
	{"an alarm tells nobody", "observability", alarmType, "", "Properties/AlarmActions", nil, "PAY-LOGS-07"},
	{"nobody hears why a release is stopped", "platform", alarmType, "GateGreenErrors", "Properties/AlarmActions", nil, "CT.CLOUDWATCH.PR.1"},
	{"an alarm's actions are off", "observability", alarmType, "", "Properties/ActionsEnabled", false, "CT.CLOUDWATCH.PR.4"},
}

var sabotagedStores = []Edit{
	{"the archive's stream is plain text", "platform", "AWS::KinesisFirehose::DeliveryStream", "", "Properties/DeliveryStreamEncryptionConfigurationInput", nil, "PAY-CRYPT-17"},
	{"the archive is kept for a month", "platform", bucketType, "Archive", "Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", 30.0, "PAY-CRYPT-10"},
	{"nobody sees who reads the logs", "platform", bucketType, "AccessLogs", "Properties/LoggingConfiguration", nil, "AwsSolutions-S1"},
	{"a queue is plain text", "platform", "AWS::Lambda::Permission", "", "", object{"Type": "AWS::SQS::Queue", "Properties": object{"SqsManagedSseEnabled": false}}, "PAY-CRYPT-12"},
	{"a trail is off", "platform", "AWS::Lambda::Permission", "", "", object{"Type": "AWS::CloudTrail::Trail", "Properties": object{"IsLogging": false, "S3BucketName": "x"}}, "PAY-LOGS-10"},
	{"an alarm is silenced", "observability", alarmType, "Cpu", "Properties/ActionsEnabled", false, "PAY-LOGS-08"},
	{"a log is kept as plain text", "platform", logsType, "Logs", "Properties/KmsKeyId", nil, "PAY-LOGS-01"},
	{"the flow log is kept as plain text", "network", logsType, "FlowLogs", "Properties/KmsKeyId", nil, "CT.CLOUDWATCH.PR.3"},
	{"a log is kept for ever", "platform", logsType, "Logs", "Properties/RetentionInDays", nil, "PAY-LOGS-02"},
	{"a log is kept for a week", "platform", logsType, "SessionLogs", "Properties/RetentionInDays", 7.0, "PAY-LOGS-02"},
	{"who changed a password is known for a month", "platform", logsType, "RotationLogs", "Properties/RetentionInDays", 30.0, "PAY-LOGS-04"},
	{"flow logs are kept for a month", "network", logsType, "FlowLogs", "Properties/RetentionInDays", 30.0, "PAY-LOGS-04"},
	{"nobody records who talks to whom", "network", "AWS::EC2::FlowLog", "", "", nil, "PAY-LOGS-03"},
	{"only what is refused is recorded", "network", "AWS::EC2::FlowLog", "", "Properties/TrafficType", "REJECT", "PAY-LOGS-03"},
	{"a function logs where Lambda wants", "platform", functionType, "", "Properties/LoggingConfig", nil, "PAY-LOGS-05"},
	{"a release's trace has a hole", "platform", functionType, "ReleaseProviderframeworkonEvent", "Properties/TracingConfig/Mode", "PassThrough", "PAY-LOGS-09"},
	{"a function is not traced", "platform", functionType, "HookFunction", "Properties/TracingConfig/Mode", "PassThrough", "PAY-LOGS-09"},
	{"a state machine does not log", "platform", "AWS::StepFunctions::StateMachine", "", "Properties/LoggingConfiguration", nil, "PAY-LOGS-06"},
	{"a state machine's log is off", "platform", "AWS::StepFunctions::StateMachine", "", "Properties/LoggingConfiguration/Level", "OFF", "CT.STEPFUNCTIONS.PR.1"},
	{"a key does not rotate", "platform", keyType, "", "Properties/EnableKeyRotation", false, "CT.KMS.PR.1"},
	{"nothing says that a key rotates", "network", keyType, "", "Properties/EnableKeyRotation", nil, "PAY-CRYPT-01"},
	{"CloudWatch may use the key for anybody's topic", "observability", keyType, "", "Properties/KeyPolicy/Statement/Sid=AlarmsPublish/Condition", nil, "PAY-CRYPT-02"},
	{"the log service may use the key for any log group", "platform", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Condition", nil, "PAY-CRYPT-03"},
	{"the log service may use the key for all our log groups", "network", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Condition/ArnLike/kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:us-east-2:111122223333:log-group:*", "PAY-CRYPT-03"},
	{"a key is given to another account's administrator", "platform", keyType, "", "Properties/KeyPolicy/Statement/0/Principal/AWS", "arn:aws:iam::999999999999:user/mallory", "PAY-CRYPT-04"},
	{"production's key goes with its stack", "platform", keyType, "", "DeletionPolicy", "Delete", "PAY-CRYPT-16"},
	{"the load balancer's log is not encrypted", "platform", bucketType, "AccessLogs", "Properties/BucketEncryption", nil, "PAY-CRYPT-05"},
	{"the load balancer's log can be made public", "platform", bucketType, "AccessLogs", "Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", false, "CT.S3.PR.1"},
	{"nothing keeps the load balancer's log from the public", "platform", bucketType, "AccessLogs", "Properties/PublicAccessBlockConfiguration", nil, "PAY-CRYPT-06"},
	{"an overwritten log is lost", "platform", bucketType, "AccessLogs", "Properties/VersioningConfiguration", nil, "CT.S3.PR.11"},
	{"versioning is suspended", "platform", bucketType, "AccessLogs", "Properties/VersioningConfiguration/Status", "Suspended", "PAY-CRYPT-07"},
	{"access control lists open the bucket", "platform", bucketType, "AccessLogs", "Properties/OwnershipControls", nil, "PAY-CRYPT-08"},
	{"the bucket takes requests without TLS", "platform", "AWS::S3::BucketPolicy", "AccessLogs", "Properties/PolicyDocument/Statement/0/Effect", "Allow", "CT.S3.PR.8"},
	{"the bucket's policy is gone", "platform", "AWS::S3::BucketPolicy", "AccessLogs", "", nil, "PAY-CRYPT-09"},
	{"production's access logs are kept for three months", "platform", bucketType, "AccessLogs", "Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", 90.0, "PAY-CRYPT-10"},
	{"old versions of logs are kept for ever", "platform", bucketType, "AccessLogs", "Properties/LifecycleConfiguration", nil, "CT.S3.PR.6"},
	{"the topic's messages are plain text", "observability", "AWS::SNS::Topic", "", "Properties/KmsMasterKeyId", nil, "PAY-CRYPT-11"},
	{"the topic takes messages without TLS", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/0", nil, "PAY-CRYPT-19"},
	{"anybody may publish", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/Sid=EventsPublish/Principal", "*", "PAY-CRYPT-18"},
	{"the secret is encrypted with AWS's key", "platform", secretType, "DatabaseSecret", "Properties/KmsKeyId", nil, "PAY-CRYPT-13"},
	{"the secret stands in the template", "platform", secretType, "DatabaseSecret", "Properties/SecretString", "hunter2", "PAY-CRYPT-14"},
	{"the password is short", "platform", secretType, "DatabaseSecret", "Properties/GenerateSecretString/PasswordLength", 8.0, "PAY-CRYPT-15"},
	{"production's secret goes with its stack", "platform", secretType, "DatabaseSecret", "DeletionPolicy", "Delete", "PAY-CRYPT-16"},
}

const clusterDatabase = "AWS::RDS::DBCluster"

var sabotagedDatabase = []Edit{
	{"the database is plain text", "database", clusterDatabase, "", "Properties/StorageEncrypted", false, "PAY-DATABASE-01"},
	{"the database is encrypted with AWS's key", "database", clusterDatabase, "", "Properties/KmsKeyId", nil, "PAY-DATABASE-01"},
	{"nothing says that the database is encrypted", "database", clusterDatabase, "", "Properties/StorageEncrypted", nil, "AwsSolutions-RDS2"},
	{"people log in to the database with passwords", "database", clusterDatabase, "", "Properties/EnableIAMDatabaseAuthentication", false, "PAY-DATABASE-02"},
	{"nobody may log in without a password", "database", clusterDatabase, "", "Properties/EnableIAMDatabaseAuthentication", nil, "CT.RDS.PR.4"},
	{"production's database can be deleted", "database", clusterDatabase, "", "Properties/DeletionProtection", false, "PAY-DATABASE-03"},
	{"production's database is not protected", "database", clusterDatabase, "", "Properties/DeletionProtection", nil, "AwsSolutions-RDS10"},
	{"production's database goes with its stack", "database", clusterDatabase, "", "DeletionPolicy", "Delete", "PAY-CRYPT-16"},
	{"the database talks without TLS", "database", "AWS::RDS::DBClusterParameterGroup", "", "Properties/Parameters/rds.force_ssl", "0", "PAY-DATABASE-04"},
	{"the database has its engine's parameters", "database", clusterDatabase, "", "Properties/DBClusterParameterGroupName", "default.aurora-postgresql17", "PAY-DATABASE-04"},
	{"the database has a public address", "database", "AWS::RDS::DBInstance", "", "Properties/PubliclyAccessible", true, "PAY-DATABASE-05"},
	{"the writer is on the internet", "database", "AWS::RDS::DBInstance", "ClusterWriter", "Properties/PubliclyAccessible", true, "PCI.DSS.321-RDSInstancePublicAccess"},
	{"backups are kept for a week", "database", clusterDatabase, "", "Properties/BackupRetentionPeriod", 7.0, "PAY-DATABASE-06"},
	{"the database does not log", "database", clusterDatabase, "", "Properties/EnableCloudwatchLogsExports", nil, "PAY-DATABASE-07"},
	{"nobody knows whose snapshots they are", "database", clusterDatabase, "", "Properties/CopyTagsToSnapshot", nil, "PAY-DATABASE-08"},
	{"the master's password stands in the template", "database", clusterDatabase, "", "Properties/MasterUserPassword", "hunter2", "PAY-DATABASE-09"},
	{"the password is never changed", "platform", "AWS::SecretsManager::RotationSchedule", "", "", nil, "PAY-DATABASE-10"},
	{"another secret's password is changed", "platform", "AWS::SecretsManager::RotationSchedule", "", "Properties/SecretId", "other", "AwsSolutions-SMG4"},
	{"nobody sees what the database does", "database", "AWS::RDS::DBInstance", "", "Properties/EnablePerformanceInsights", false, "PAY-DATABASE-11"},
	{"the database is open to the VPC", "database", firewallType, "SecurityGroup", "Properties/SecurityGroupIngress", list{object{"CidrIp": "10.0.0.0/16", "FromPort": 5432.0, "ToPort": 5432.0, "IpProtocol": "tcp"}}, "PAY-DATABASE-12"},
	{"the database is open to the internet", "database", firewallType, "SecurityGroup", "Properties/SecurityGroupIngress", list{object{"CidrIp": "0.0.0.0/0", "FromPort": 5432.0, "ToPort": 5432.0, "IpProtocol": "tcp"}}, "PAY-NETWORK-01"},
	{"the database's log is plain text", "database", logsType, "Logs", "Properties/KmsKeyId", nil, "PAY-LOGS-01"},
}

const firewall = "Properties/Rules/"

var sabotagedEdges = []Edit{
	{"no firewall stands before the load balancer", "platform", "AWS::WAFv2::WebACLAssociation", "", "", nil, "PAY-ENTRANCE-04"},
	{"the firewall stands before something else", "platform", "AWS::WAFv2::WebACLAssociation", "", "Properties/ResourceArn", "arn:aws:apigateway:us-east-2::/restapis/x/stages/y", "PCI.DSS.321-ALBWAFEnabled"},
	{"the firewall lets injected SQL pass", "platform", "AWS::WAFv2::WebACL", "", firewall + "Name=AWSManagedRulesSQLiRuleSet", nil, "PAY-ENTRANCE-07"},
	{"the firewall counts what it should refuse", "platform", "AWS::WAFv2::WebACL", "", firewall + "Name=AWSManagedRulesCommonRuleSet/OverrideAction", object{"Count": object{}}, "PAY-ENTRANCE-07"},
	{"one client may send any number of requests", "platform", "AWS::WAFv2::WebACL", "", firewall + "0", nil, "PAY-ENTRANCE-08"},
	{"too many requests are counted and let through", "platform", "AWS::WAFv2::WebACL", "", firewall + "0/Action", object{"Count": object{}}, "PAY-ENTRANCE-08"},
	{"what the firewall refuses is not logged", "platform", "AWS::WAFv2::LoggingConfiguration", "", "", nil, "PAY-ENTRANCE-09"},
	{"sessions are in the firewall's log", "platform", "AWS::WAFv2::LoggingConfiguration", "", "Properties/RedactedFields/1", nil, "PAY-ENTRANCE-10"},
	{"a rule of the firewall is not measured", "platform", "AWS::WAFv2::WebACL", "", firewall + "1/VisibilityConfig/CloudWatchMetricsEnabled", false, "PAY-ENTRANCE-11"},
	{"a person gets a key from the template", "platform", "AWS::Lambda::Permission", "", "", object{"Type": "AWS::IAM::User"}, "PAY-ACCESS-06"},
	{"a function answers the internet", "platform", "AWS::Lambda::Permission", "", "", object{"Type": "AWS::Lambda::Url", "Properties": object{"AuthType": "NONE", "TargetFunctionArn": "x"}}, "PAY-ACCESS-09"},
	{"another network is joined to ours", "network", "AWS::EC2::EIP", "", "", object{"Type": "AWS::EC2::VPCPeeringConnection", "Properties": object{"VpcId": object{"Ref": "Vpc8378EB38"}, "PeerVpcId": "vpc-1"}}, "PAY-NETWORK-13"},
	{"tasks are open to the internet", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroup", "Properties/CidrIp", "0.0.0.0/0", "PAY-NETWORK-01"},
	{"the load balancer is open for SSH", "platform", firewallType, "LoadBalancerSecurityGroup", "Properties/SecurityGroupIngress/0", object{"CidrIp": "0.0.0.0/0", "FromPort": 22.0, "ToPort": 22.0, "IpProtocol": "tcp"}, "PAY-NETWORK-02"},
	{"the database's port is open to the internet", "platform", firewallType, "LoadBalancerSecurityGroup", "Properties/SecurityGroupIngress/0", object{"CidrIp": "0.0.0.0/0", "FromPort": 5432.0, "ToPort": 5432.0, "IpProtocol": "tcp"}, "CT.EC2.PR.4"},
	{"the test listener is open to the internet", "platform", firewallType, "LoadBalancerSecurityGroup", "Properties/SecurityGroupIngress/0", object{"CidrIp": "0.0.0.0/0", "FromPort": 9001.0, "ToPort": 9001.0, "IpProtocol": "tcp"}, "CT.EC2.PR.3"},
	{"every port is open to the load balancer", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroup", "Properties/ToPort", 65535.0, "PAY-NETWORK-03"},
	{"everything may leave", "platform", firewallType, "TaskSecurityGroup", "Properties/SecurityGroupEgress/0/IpProtocol", "-1", "PAY-NETWORK-04"},
	{"an endpoint's rule outwards is forgotten", "network", firewallType, "EndpointSecurityGroup", "Properties/SecurityGroupEgress", nil, "PAY-NETWORK-05"},
	{"the default security group lets its members talk", "network", "Custom::VpcRestrictDefaultSG", "", "", nil, "PAY-NETWORK-06"},
	{"an endpoint uses the default security group", "network", "AWS::EC2::VPCEndpoint", "VpcEcrApi", "Properties/SecurityGroupIds/0/Fn::GetAtt", list{"Vpc8378EB38", "DefaultSecurityGroup"}, "PAY-NETWORK-07"},
	{"what starts in a subnet has a public address", "network", "AWS::EC2::Subnet", "", "Properties/MapPublicIpOnLaunch", true, "CT.EC2.PR.11"},
	{"what starts in a public subnet has a public address", "network", "AWS::EC2::Subnet", "VpcPublic", "Properties/MapPublicIpOnLaunch", true, "PAY-NETWORK-08"},
	{"the database's subnet has a way out", "network", "AWS::EC2::Route", "VpcPrivate", "Properties/RouteTableId/Ref", "VpcIsolatedSubnet1RouteTable4771E3E5", "PAY-NETWORK-09"},
	{"tasks' subnets are reachable", "network", "AWS::EC2::Route", "VpcPublic", "Properties/RouteTableId/Ref", "VpcPrivateSubnet1RouteTableB2C5B500", "PAY-NETWORK-10"},
	{"tasks leave the VPC for their secrets", "network", "AWS::EC2::VPCEndpoint", "VpcSecretsManager", "Properties/PrivateDnsEnabled", false, "PAY-NETWORK-11"},
	{"data can be carried into any account's bucket", "network", "AWS::EC2::VPCEndpoint", "VpcS3", "Properties/PolicyDocument", nil, "PAY-NETWORK-12"},
	{"data can be carried into another account's bucket", "network", "AWS::EC2::VPCEndpoint", "VpcS3", "Properties/PolicyDocument/Statement/Sid=OwnAccount/Condition", nil, "PAY-NETWORK-12"},
	{"invalid headers reach the tasks", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=routing.http.drop_invalid_header_fields.enabled/Value", "false", "CT.ELASTICLOADBALANCING.PR.4"},
	{"nothing says what becomes of invalid headers", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=routing.http.drop_invalid_header_fields.enabled", nil, "PAY-ENTRANCE-02"},
	{"requests can be smuggled", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=routing.http.desync_mitigation_mode/Value", "monitor", "CT.ELASTICLOADBALANCING.PR.3"},
	{"requests are not logged", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=access_logs.s3.enabled/Value", "false", "CT.ELASTICLOADBALANCING.PR.6"},
	{"connections are not logged", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=connection_logs.s3.enabled", nil, "PAY-ENTRANCE-02"},
	{"production's load balancer can be deleted", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=deletion_protection.enabled/Value", "false", "CT.ELASTICLOADBALANCING.PR.5"},
	{"production's load balancer is not protected", "platform", balancerType, "", "Properties/LoadBalancerAttributes/Key=deletion_protection.enabled", nil, "PAY-ENTRANCE-03"},
	{"the listener takes TLS 1.0", "platform", listenerType, "ProductionListener", "Properties/SslPolicy", "ELBSecurityPolicy-2016-08", "PAY-ENTRANCE-05"},
	{"the listener takes ciphers without forward secrecy", "platform", listenerType, "ProductionListener", "Properties/SslPolicy", "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "PAY-ENTRANCE-05"},
	{"production answers without TLS", "platform", listenerType, "HttpListener", "Properties/DefaultActions/0", object{"Type": "forward", "TargetGroupArn": object{"Ref": "Blue10BB7880"}}, "CT.ELASTICLOADBALANCING.PR.1"},
	{"production's payments are not encrypted", "platform", listenerType, "ProductionListener", "Properties/Protocol", "HTTP", "PAY-ENTRANCE-06"},
	{"a function may do anything", "platform", policyType, "HookRole", "Properties/PolicyDocument/Statement/0/Action", "*", "PAY-ACCESS-01"},
	{"a role may do anything with ECS", "platform", policyType, "CodeDeployRole", "Properties/PolicyDocument/Statement/0/Action", "ecs:*", "CT.IAM.PR.5"},
	{"a role is an administrator", "platform", policyType, "TaskRole", "Properties/PolicyDocument/Statement/0", object{"Effect": "Allow", "Action": "*", "Resource": "*"}, "CT.IAM.PR.1"},
	{"the task may read every secret", "platform", policyType, "TaskRole", "Properties/PolicyDocument/Statement/0", object{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}, "PAY-ACCESS-02"},
	{"the task may take on every role", "platform", policyType, "TaskRole", "Properties/PolicyDocument/Statement/0", object{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/*"}, "PAY-ACCESS-02"},
	{"a role may do all but something", "platform", policyType, "HookRole", "Properties/PolicyDocument/Statement/0", object{"Effect": "Allow", "NotAction": "iam:*", "Resource": object{"Ref": "Images2D38C313"}}, "PAY-ACCESS-03"},
	{"another account may take on a role", "platform", roleType, "TaskRole", "Properties/AssumeRolePolicyDocument/Statement/0/Principal", object{"AWS": "arn:aws:iam::999999999999:root"}, "PAY-ACCESS-04"},
	{"a role has an administrator's policy", "platform", roleType, "TaskRole", "Properties/ManagedPolicyArns", list{"arn:aws:iam::aws:policy/AdministratorAccess"}, "PAY-ACCESS-05"},
	{"a role has a policy of AWS that is for every log group", "platform", roleType, "HookRole", "Properties/ManagedPolicyArns", list{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}, "AwsSolutions-IAM4"},
	{"any rule of any account may call a function", "platform", "AWS::Lambda::Permission", "", "Properties/SourceArn", nil, "PAY-ACCESS-07"},
	{"anybody may call a function", "platform", "AWS::Lambda::Permission", "", "Properties/Principal", "*", "PAY-ACCESS-08"},
	{"a stranger may call a function", "platform", "AWS::Lambda::Permission", "", "Properties/Principal", "999999999999", "PAY-ACCESS-08"},
	{"a token stands in a function's environment", "platform", functionType, "HookFunction", "Properties/Environment", object{"Variables": object{"API_TOKEN": "x"}}, "PAY-ACCESS-10"},
}
