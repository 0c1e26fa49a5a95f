# What nobody has foreseen does not get to an account: our rules are written for these types and properties, and would not
# look at another. Who needs one writes it here, and the rules for it beside. PCI DSS 2.2.4, 6.5.1, 7.2.5.
package payment

import rego.v1

violation contains v if {
	some id, res in input.resources
	not foreseen[res.resourceType]
	v := finding("PAY-FORESEEN-01", id, "Properties", sprintf("no rule looks at a %s", [res.resourceType]))
}

violation contains v if {
	some id, res in input.resources
	known := foreseen[res.resourceType]
	some property, _ in res.properties
	property != "Tags"
	not known[property]
	v := finding("PAY-FORESEEN-02", id, sprintf("Properties.%s", [property]), sprintf("no rule looks at %s", [property]))
}

# parts are what has parts that matter: what they are, and which they have.
parts contains [id, "container", names(c)] if some [id, _, c] in containers

parts contains [id, part, names(value)] if {
	some type, paths in inner
	some id, res in typed(type)
	some part, path in paths
	some value in listed(object.get(res.properties, path, []))
	is_object(value)
}

parts contains [id, "attributes", {a.Key}] if {
	some type, name in {
		"AWS::ElasticLoadBalancingV2::LoadBalancer": "LoadBalancerAttributes",
		"AWS::ElasticLoadBalancingV2::TargetGroup": "TargetGroupAttributes",
	}
	some id, res in typed(type)
	some a in res.properties[name]
}

parts contains [id, "environment", {variable.Name}] if {
	some [id, _, c] in containers
	some variable in c.Environment
}

parts contains [id, "log options", names(options)] if {
	some [id, _, c] in containers
	options := c.LogConfiguration.Options
}

parts contains [id, "group of rules", names(group)] if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	some rule in acl.properties.Rules
	group := rule.Statement.ManagedRuleGroupStatement
}

violation contains v if {
	some [id, part, keys] in parts
	some key in keys - within[part]
	v := finding("PAY-FORESEEN-03", id, "Properties", sprintf("no rule looks at %s of its %s", [key, part]))
}

# A macro writes the template anew, and a parameter or a condition makes it something else, after all of this.
violation contains v if {
	later := {name | some name in input.template.transforms} | names(input.parameters)
	count(later) > 0
	v := finding("PAY-FORESEEN-04", "", "", sprintf("%v decide later what the template is", [later]))
}

violation contains v if {
	some id, res in input.resources
	is_string(res.condition)
	v := finding("PAY-FORESEEN-04", id, "Condition", "whether it is there is decided later")
}

inner := {
	"AWS::ECS::TaskDefinition": {"volume": ["Volumes"]},
	"AWS::EC2::SecurityGroup": {"rule inwards": ["SecurityGroupIngress"], "rule outwards": ["SecurityGroupEgress"]},
	"AWS::ElasticLoadBalancingV2::Listener": {"action": ["DefaultActions"]},
	"AWS::KinesisFirehose::DeliveryStream": {"destination": ["ExtendedS3DestinationConfiguration"]},
	"AWS::Lambda::Function": {"code": ["Code"], "variables": ["Environment", "Variables"]},
	"AWS::RDS::DBClusterParameterGroup": {"parameters": ["Parameters"]},
	"AWS::S3::Bucket": {"lifecycle": ["LifecycleConfiguration", "Rules"]},
	"AWS::SecretsManager::Secret": {"password": ["GenerateSecretString"]},
	"AWS::SecretsManager::RotationSchedule": {"rotation": ["RotationRules"]},
	"AWS::WAFv2::WebACL": {"default": ["DefaultAction"]},
	"AWS::ApplicationAutoScaling::ScalingPolicy": {"tracking": ["TargetTrackingScalingPolicyConfiguration"]},
}

within := {
	"container": {
		"DockerLabels", "Environment", "Essential", "Image", "LinuxParameters", "LogConfiguration", "MountPoints", "Name",
		"PortMappings", "Privileged", "ReadonlyRootFilesystem", "Secrets", "StopTimeout", "User",
	},
	"volume": {"Name"},
	"environment": {"PORT", "PROTOCOL"},
	"log options": {"awslogs-group", "awslogs-region", "awslogs-stream-prefix", "max-buffer-size", "mode"},
	"rule inwards": {"CidrIp", "Description", "FromPort", "IpProtocol", "ToPort"},
	"rule outwards": {"CidrIp", "Description", "FromPort", "IpProtocol", "ToPort"},
	"attributes": {
		"access_logs.s3.bucket", "access_logs.s3.enabled", "access_logs.s3.prefix", "connection_logs.s3.bucket",
		"connection_logs.s3.enabled", "connection_logs.s3.prefix", "deletion_protection.enabled",
		"routing.http.desync_mitigation_mode", "routing.http.drop_invalid_header_fields.enabled", "routing.http2.enabled",
		"deregistration_delay.timeout_seconds", "stickiness.enabled",
	},
	"action": {"RedirectConfig", "TargetGroupArn", "Type"},
	"destination": {
		"BucketARN", "BufferingHints", "CloudWatchLoggingOptions", "CompressionFormat", "EncryptionConfiguration",
		"ErrorOutputPrefix", "FileExtension", "Prefix", "RoleARN",
	},
	"code": {"S3Bucket", "S3Key"},
	"variables": {
		"DATABASE_HOST", "HEALTH_CHECK_PATH", "MASTER_SECRET_ARN", "PROBE_FUNCTION", "PROPERTIES", "RELEASE_FUNCTION",
		"USER_IS_COMPLETE_FUNCTION_ARN", "USER_ON_EVENT_FUNCTION_ARN", "WAITER_STATE_MACHINE_ARN",
	},
	"parameters": {
		"log_connections", "log_disconnections", "log_min_duration_statement", "log_min_error_statement", "log_statement",
		"password_encryption", "pg_stat_statements.track_utility", "pgaudit.log", "rds.accepted_password_auth_method",
		"rds.force_ssl", "shared_preload_libraries", "ssl_min_protocol_version",
	},
	"lifecycle": {"AbortIncompleteMultipartUpload", "ExpirationInDays", "NoncurrentVersionExpiration", "Status"},
	"password": {"ExcludePunctuation", "GenerateStringKey", "PasswordLength", "SecretStringTemplate"},
	"rotation": {"AutomaticallyAfterDays"},
	"default": {"Allow"},
	"tracking": {"PredefinedMetricSpecification", "ScaleInCooldown", "ScaleOutCooldown", "TargetValue"},
	"group of rules": {"Name", "VendorName"},
}

foreseen := {
	"AWS::ApplicationAutoScaling::ScalableTarget": {
		"MaxCapacity", "MinCapacity", "ResourceId", "RoleARN", "ScalableDimension", "ServiceNamespace",
	},
	"AWS::ApplicationAutoScaling::ScalingPolicy": {
		"PolicyName", "PolicyType", "ScalingTargetId", "TargetTrackingScalingPolicyConfiguration",
	},
	"AWS::CDK::Metadata": {"Analytics"},
	"AWS::CertificateManager::Certificate": {"DomainName", "DomainValidationOptions", "ValidationMethod"},
	"AWS::CloudTrail::Trail": {
		"CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "EnableLogFileValidation", "IncludeGlobalServiceEvents",
		"IsLogging", "IsMultiRegionTrail", "KMSKeyId", "S3BucketName", "TrailName",
	},
	"AWS::CloudWatch::Alarm": {
		"AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator", "DatapointsToAlarm", "Dimensions",
		"EvaluationPeriods", "ExtendedStatistic", "MetricName", "Metrics", "Namespace", "OKActions", "Period",
		"Statistic", "Threshold", "TreatMissingData",
	},
	"AWS::CloudWatch::Dashboard": {"DashboardBody", "DashboardName"},
	"AWS::CodeDeploy::Application": {"ApplicationName", "ComputePlatform"},
	"AWS::CodeDeploy::DeploymentConfig": {"ComputePlatform", "TrafficRoutingConfig"},
	"AWS::CodeDeploy::DeploymentGroup": {
		"AlarmConfiguration", "ApplicationName", "AutoRollbackConfiguration", "BlueGreenDeploymentConfiguration",
		"DeploymentConfigName", "DeploymentGroupName", "DeploymentStyle", "ECSServices", "LoadBalancerInfo",
		"ServiceRoleArn",
	},
	"AWS::EC2::EIP": {"Domain"},
	"AWS::EC2::FlowLog": {
		"DeliverLogsPermissionArn", "LogDestinationType", "LogGroupName", "ResourceId", "ResourceType", "TrafficType",
	},
	"AWS::EC2::InternetGateway": {"Tags"},
	"AWS::EC2::NatGateway": {"AllocationId", "SubnetId"},
	"AWS::EC2::Route": {"DestinationCidrBlock", "GatewayId", "NatGatewayId", "RouteTableId"},
	"AWS::EC2::RouteTable": {"VpcId"},
	"AWS::EC2::SecurityGroup": {"GroupDescription", "SecurityGroupEgress", "SecurityGroupIngress", "VpcId"},
	"AWS::EC2::SecurityGroupEgress": {
		"CidrIp", "Description", "DestinationSecurityGroupId", "FromPort", "GroupId", "IpProtocol", "ToPort",
	},
	"AWS::EC2::SecurityGroupIngress": {
		"Description", "FromPort", "GroupId", "IpProtocol", "SourceSecurityGroupId", "ToPort",
	},
	"AWS::EC2::Subnet": {"AvailabilityZone", "CidrBlock", "MapPublicIpOnLaunch", "VpcId"},
	"AWS::EC2::SubnetRouteTableAssociation": {"RouteTableId", "SubnetId"},
	"AWS::EC2::VPC": {"CidrBlock", "EnableDnsHostnames", "EnableDnsSupport", "InstanceTenancy"},
	"AWS::EC2::VPCEndpoint": {
		"PolicyDocument", "PrivateDnsEnabled", "RouteTableIds", "SecurityGroupIds", "ServiceName", "SubnetIds",
		"VpcEndpointType", "VpcId",
	},
	"AWS::EC2::VPCGatewayAttachment": {"InternetGatewayId", "VpcId"},
	"AWS::ECR::Repository": {
		"EmptyOnDelete", "EncryptionConfiguration", "ImageScanningConfiguration", "ImageTagMutability",
		"LifecyclePolicy", "RepositoryName",
	},
	"AWS::ECS::Cluster": {"ClusterName", "ClusterSettings", "Configuration"},
	"AWS::ECS::ClusterCapacityProviderAssociations": {"CapacityProviders", "Cluster", "DefaultCapacityProviderStrategy"},
	"AWS::ECS::Service": {
		"CapacityProviderStrategy", "Cluster", "DeploymentConfiguration", "DeploymentController", "DesiredCount",
		"EnableECSManagedTags", "EnableExecuteCommand", "HealthCheckGracePeriodSeconds", "LoadBalancers",
		"NetworkConfiguration", "PlatformVersion", "PropagateTags", "ServiceName", "TaskDefinition",
	},
	"AWS::ECS::TaskDefinition": {
		"ContainerDefinitions", "Cpu", "ExecutionRoleArn", "Family", "Memory", "NetworkMode",
		"RequiresCompatibilities", "RuntimePlatform", "TaskRoleArn", "Volumes",
	},
	"AWS::ElasticLoadBalancingV2::Listener": {
		"Certificates", "DefaultActions", "LoadBalancerArn", "Port", "Protocol", "SslPolicy",
	},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {
		"LoadBalancerAttributes", "Name", "Scheme", "SecurityGroups", "Subnets", "Type",
	},
	"AWS::ElasticLoadBalancingV2::TargetGroup": {
		"HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckProtocol", "HealthCheckTimeoutSeconds",
		"HealthyThresholdCount", "Matcher", "Name", "Port", "Protocol", "TargetGroupAttributes", "TargetType",
		"UnhealthyThresholdCount", "VpcId",
	},
	"AWS::Events::Rule": {"Description", "EventPattern", "ScheduleExpression", "State", "Targets"},
	"AWS::IAM::Policy": {"PolicyDocument", "PolicyName", "Roles"},
	"AWS::IAM::Role": {"AssumeRolePolicyDocument", "Description", "Policies"},
	"AWS::KMS::Key": {"Description", "EnableKeyRotation", "KeyPolicy"},
	"AWS::KinesisFirehose::DeliveryStream": {
		"DeliveryStreamEncryptionConfigurationInput", "DeliveryStreamName", "DeliveryStreamType",
		"ExtendedS3DestinationConfiguration",
	},
	"AWS::Lambda::Function": {
		"Architectures", "Code", "Description", "Environment", "Handler", "LoggingConfig", "MemorySize", "Role",
		"Runtime", "Timeout", "TracingConfig", "VpcConfig",
	},
	"AWS::Lambda::Permission": {"Action", "FunctionName", "Principal", "SourceArn"},
	"AWS::Logs::LogGroup": {"KmsKeyId", "LogGroupName", "RetentionInDays"},
	"AWS::Logs::LogStream": {"LogGroupName", "LogStreamName"},
	"AWS::Logs::QueryDefinition": {"LogGroupNames", "Name", "QueryString"},
	"AWS::Logs::ResourcePolicy": {"PolicyDocument", "PolicyName"},
	"AWS::Logs::SubscriptionFilter": {"DestinationArn", "FilterName", "FilterPattern", "LogGroupName", "RoleArn"},
	"AWS::RDS::DBCluster": {
		"AutoMinorVersionUpgrade", "BackupRetentionPeriod", "CopyTagsToSnapshot", "DBClusterIdentifier",
		"DBClusterParameterGroupName", "DBSubnetGroupName", "DatabaseInsightsMode", "DatabaseName",
		"DeleteAutomatedBackups", "DeletionProtection", "EnableCloudwatchLogsExports",
		"EnableIAMDatabaseAuthentication", "Engine", "EngineVersion", "KmsKeyId", "ManageMasterUserPassword",
		"MasterUserSecret", "MasterUsername", "PerformanceInsightsEnabled", "PerformanceInsightsKmsKeyId",
		"PerformanceInsightsRetentionPeriod", "Port", "ServerlessV2ScalingConfiguration", "StorageEncrypted",
		"VpcSecurityGroupIds",
	},
	"AWS::RDS::DBClusterParameterGroup": {"Description", "Family", "Parameters"},
	"AWS::RDS::DBInstance": {
		"AutoMinorVersionUpgrade", "AvailabilityZone", "CACertificateIdentifier", "DBClusterIdentifier",
		"DBInstanceClass", "EnablePerformanceInsights", "Engine", "MonitoringInterval", "MonitoringRoleArn",
		"PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod", "PromotionTier", "PubliclyAccessible",
	},
	"AWS::RDS::DBSubnetGroup": {"DBSubnetGroupDescription", "SubnetIds"},
	"AWS::Route53::RecordSet": {"AliasTarget", "HostedZoneId", "Name", "Type"},
	"AWS::S3::Bucket": {
		"BucketEncryption", "LifecycleConfiguration", "LoggingConfiguration", "OwnershipControls",
		"PublicAccessBlockConfiguration", "VersioningConfiguration",
	},
	"AWS::S3::BucketPolicy": {"Bucket", "PolicyDocument"},
	"AWS::SNS::Subscription": {"Endpoint", "Protocol", "TopicArn"},
	"AWS::SNS::Topic": {"DisplayName", "KmsMasterKeyId", "TopicName"},
	"AWS::SNS::TopicPolicy": {"PolicyDocument", "Topics"},
	"AWS::SecretsManager::RotationSchedule": {
		"RotateImmediatelyOnUpdate", "RotationLambdaARN", "RotationRules", "SecretId",
	},
	"AWS::SecretsManager::Secret": {"Description", "GenerateSecretString", "KmsKeyId", "Name"},
	"AWS::StepFunctions::StateMachine": {"DefinitionString", "LoggingConfiguration", "RoleArn", "TracingConfiguration"},
	"AWS::WAFv2::LoggingConfiguration": {"LogDestinationConfigs", "LoggingFilter", "RedactedFields", "ResourceArn"},
	"AWS::WAFv2::WebACL": {"DefaultAction", "Description", "Name", "Rules", "Scope", "VisibilityConfig"},
	"AWS::WAFv2::WebACLAssociation": {"ResourceArn", "WebACLArn"},
	"Custom::ApplicationCredentials": {
		"Database", "Host", "MasterSecretArn", "Port", "SecretArn", "ServiceTimeout", "ServiceToken", "Username",
	},
	"Custom::ImageGate": {
		"Architecture", "Cluster", "Container", "Family", "Fingerprint", "ImageTag", "ParameterPath",
		"RepositoryName", "RepositoryUri", "Service", "ServiceTimeout", "ServiceToken",
	},
	"Custom::LiveTargetGroup": {
		"Application", "BlueTargetGroup", "Cluster", "DeploymentGroup", "ListenerFingerprint", "Parameter", "Service",
		"ServiceTimeout", "ServiceToken",
	},
	"Custom::Release": {
		"AppSpec", "Application", "Cluster", "DeploymentGroup", "Listener", "ListenerFingerprint", "Parameter",
		"Paths", "Probe", "Provisional", "Service", "ServiceTimeout", "ServiceToken", "TaskDefinition",
	},
	"Custom::S3AutoDeleteObjects": {"BucketName", "ServiceToken"},
	"Custom::VpcRestrictDefaultSG": {"Account", "DefaultSecurityGroupId", "ServiceToken"},
}
