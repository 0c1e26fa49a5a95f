# Nothing is named that is another account's, or that somebody made by hand: it is not reviewed here, and may be anybody's
# tomorrow. PCI DSS 1.4.2, 7.2.5, 7.2.6, 8.6.2, 10.3.1.
package payment

import rego.v1

# Whoever deploys is 123456789012 to the engine; what the configuration names, an assertion compares with them.
our_accounts contains "123456789012"

our_accounts contains account if some account in accounts

our_accounts contains account if {
	some rule in input.parsedRules
	some assertion in rule.assertions
	some account in regex.find_n(`\b[0-9]{12}\b`, assertion.assertDescription, -1)
}

# all is what the resources say. Each pattern looks at it once, and only what it finds is looked for in each resource.
all := json.marshal({id: said(res) | some id, res in input.resources})

# Tags say what their authors like.
said(res) := {name: value | some name, value in res.properties; name != "Tags"}

foreign contains account if {
	some named in regex.find_n(`[:"/][0-9]{12}[:"./\\]`, all, -1)
	account := substring(named, 1, 12)
	not our_accounts[account]
	not balancing_accounts[account]
}

violation contains v if {
	some account in foreign
	some id, res in input.resources
	contains(json.marshal(said(res)), account)
	v := finding("PAY-STRANGER-01", id, "Properties", sprintf("account %s is not ours", [account]))
}

# Where AWS's load balancing writes from in regions from before August 2022.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
balancing_accounts := {
	"127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "589379963580",
	"718504428378", "383597477331", "600734575887", "114774131450", "783225319266", "582318560864", "985666609251",
	"054676820928", "156460612806", "652711504416", "635631232127", "009996457667", "897822967062", "076674570225",
	"507241528517",
}

# A bucket's ARN says nothing of whose it is.
violation contains v if {
	some arn in regex.find_n(`arn:aws[a-z-]*:s3:::[a-z*][^"]*`, all, -1)
	not regex.match(`:::prod-[a-z0-9-]+-starport-layer-bucket/\*$`, arn)
	some id, res in input.resources
	contains(json.marshal(res.properties), arn)
	v := finding("PAY-STRANGER-02", id, "Properties", sprintf("%s may be anybody's bucket", [arn]))
}

# made_here are the properties that name what this app makes, and only that.
made_here := {
	"AWS::ApplicationAutoScaling::ScalableTarget": [["ResourceId"]],
	"AWS::ApplicationAutoScaling::ScalingPolicy": [["ScalingTargetId"]],
	"AWS::CloudTrail::Trail": [["CloudWatchLogsLogGroupArn"], ["CloudWatchLogsRoleArn"], ["S3BucketName"]],
	"AWS::CloudWatch::Alarm": [["Dimensions", 0, "Value"], ["Dimensions", 1, "Value"]],
	"AWS::CodeDeploy::DeploymentGroup": [["ServiceRoleArn"], ["ApplicationName"], ["ECSServices", 0, "ServiceName"], ["ECSServices", 0, "ClusterName"]],
	"AWS::EC2::FlowLog": [["DeliverLogsPermissionArn"], ["LogGroupName"], ["ResourceId"]],
	"AWS::EC2::SecurityGroup": [["VpcId"]],
	"AWS::EC2::SecurityGroupEgress": [["GroupId"]],
	"AWS::EC2::VPCEndpoint": [["SecurityGroupIds"], ["SubnetIds"], ["RouteTableIds"], ["VpcId"]],
	"AWS::ECS::Service": [
		["NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups"], ["NetworkConfiguration", "AwsvpcConfiguration", "Subnets"],
		["LoadBalancers", 0, "TargetGroupArn"], ["Cluster"],
	],
	"AWS::ECS::TaskDefinition": [["TaskRoleArn"], ["ExecutionRoleArn"]],
	"AWS::ElasticLoadBalancingV2::Listener": [["LoadBalancerArn"]],
	"AWS::ElasticLoadBalancingV2::LoadBalancer": [["SecurityGroups"], ["Subnets"]],
	"AWS::ElasticLoadBalancingV2::TargetGroup": [["VpcId"]],
	"AWS::Events::Rule": [["Targets", 0, "Arn"], ["Targets", 1, "Arn"]],
	"AWS::IAM::Policy": [["Roles"]],
	"AWS::KinesisFirehose::DeliveryStream": [["ExtendedS3DestinationConfiguration", "RoleARN"]],
	"AWS::Lambda::Function": [["Role"], ["VpcConfig", "SecurityGroupIds"], ["VpcConfig", "SubnetIds"]],
	"AWS::Lambda::Permission": [["FunctionName"]],
	"AWS::Logs::SubscriptionFilter": [["RoleArn"]],
	"AWS::RDS::DBCluster": [["DBSubnetGroupName"], ["VpcSecurityGroupIds"], ["MasterUserSecret", "KmsKeyId"]],
	"AWS::RDS::DBInstance": [["DBClusterIdentifier"], ["MonitoringRoleArn"]],
	"AWS::S3::Bucket": [["LoggingConfiguration", "DestinationBucketName"]],
	"AWS::StepFunctions::StateMachine": [["RoleArn"]],
	"AWS::WAFv2::LoggingConfiguration": [["ResourceArn"]],
	"AWS::WAFv2::WebACLAssociation": [["ResourceArn"], ["WebACLArn"]],
	"Custom::ImageGate": [["RepositoryName"], ["RepositoryUri"]],
	"Custom::LiveTargetGroup": [["BlueTargetGroup"]],
	"Custom::Release": [["Listener"], ["Probe"], ["TaskDefinition"]],
}

violation contains v if {
	some type, paths in made_here
	some id, res in typed(type)
	some path in paths
	some value in listed(object.get(res.properties, path, {"__ref": id}))
	not reference(value)
	v := finding("PAY-STRANGER-03", id, "Properties", sprintf("%v names %v, which is not made here", [path, value]))
}

# Whoever answers for a custom resource decides what it is.
violation contains v if {
	some id, res in input.resources
	startswith(res.resourceType, "Custom::")
	not input.resources[res.properties.ServiceToken.__ref].resourceType == "AWS::Lambda::Function"
	v := finding("PAY-STRANGER-04", id, "Properties.ServiceToken", "a custom resource asks a function that is not ours")
}

# What runs is what the CDK has put into its bucket.
violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	not startswith(text(function.properties.Code.S3Bucket), "cdk-")
	v := finding("PAY-STRANGER-05", id, "Properties.Code", "a function's code comes from another place than the CDK's")
}

# CloudFormation writes what {{resolve:…}} stands for into the resource, where whoever may describe it reads it.
written_out := `\{\{resolve:(secretsmanager|ssm-secure)|\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|://[^/":@]+:[^/":@]+@|\bsk_live_`

violation contains v if {
	some id, res in input.resources
	some tag in res.properties.Tags
	contains(json.marshal(tag), "{{resolve:")
	v := finding("PAY-STRANGER-06", id, "Properties.Tags", "a secret is a tag")
}

violation contains v if {
	regex.match(written_out, all)
	some id, res in input.resources
	regex.match(written_out, json.marshal({name: value | some name, value in res.properties; name != "MasterUserPassword"}))
	v := finding("PAY-STRANGER-06", id, "Properties", "a secret is written out")
}

violation contains v if {
	regex.match(written_out, json.marshal([output.value | some output in input.outputs]))
	some name, output in input.outputs
	regex.match(written_out, json.marshal(output.value))
	v := finding("PAY-STRANGER-06", name, "Value", "a secret is an output")
}

violation contains v if {
	some id, subscription in typed("AWS::SNS::Subscription")
	subscription.properties.Protocol != "email"
	v := finding("PAY-STRANGER-07", id, "Properties.Protocol", "a page goes elsewhere than to a mailbox")
}
