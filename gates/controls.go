package gates

import "slices"

// Control is what an assessor asks for, and where to see that it is so.
type Control struct {
	PCI   string // requirements of PCI DSS 4.0.1; empty: none asks
	Hub   string // ids of AWS Security Hub's controls; empty: none asks
	What  string
	Stack string // where production's template says so; empty: At says in words where else to look
	Type  string
	ID    string // what the logical id begins with; empty: the first one of the type

	At     string // the path of the property, as in an Edit
	Is     string // its value, as JSON; empty: whatever it is, it is there
	HeldBy []string
}

// Controls are those that the templates implement, in the order of PCI DSS's requirements.
var Controls = slices.Concat(
	controlsOfNetwork, controlsOfConfiguration, controlsOfData, controlsOfSoftware, controlsOfAccess, controlsOfLogs, controlsOfResponse,
)

// outsideFSBP are the controls in Controls and Unmet that other standards of Security Hub ask for (NIST 800-53, PCI DSS
// 4.0.1), and AWS Foundational Security Best Practices does not.
//
// https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html (March 2026)
var outsideFSBP = []string{
	"CloudWatch.15", "CloudWatch.16", "CloudWatch.17", "EC2.53", "EC2.54", "ECR.5", "ECS.17", "ELB.16", "KMS.4", "Lambda.3",
	"RDS.26", "S3.7", "S3.10", "S3.11", "S3.14", "S3.15", "S3.17", "S3.20", "S3.22", "S3.23", "SNS.1", "WAF.11",
}

// 1: network security controls.
var controlsOfNetwork = []Control{
	{"1.2.5", "EC2.18, EC2.53, EC2.54", "only HTTPS, and HTTP for redirects, are open to the internet", "platform", firewallType, "LoadBalancerSecurityGroup", "Properties/SecurityGroupIngress/0/FromPort", "443", []string{"PAY-NETWORK-01", "PAY-NETWORK-02", "PAY-ENTRANCE-18", "CT.EC2.PR.3", "TestWalks"}},
	{"1.3.1", "EC2.19", "tasks are reached from the load balancer and the probe of a release alone", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroupfrom", "Properties/SourceSecurityGroupId", "", []string{"PAY-NETWORK-01", "PAY-NETWORK-03", "PAY-NETWORK-14", "CT.EC2.PR.4", "TestWalks"}},
	{"1.3.1", "", "the database is reached from tasks, and the functions that keep its credentials, alone", "platform", "AWS::EC2::SecurityGroupIngress", "TaskSecurityGroupIntoDatabase", "Properties/SourceSecurityGroupId", "", []string{"PAY-DATABASE-12", "TestWalks"}},
	{"1.3.1", "EC2.2", "the default security group is empty, and nobody's", "network", "Custom::VpcRestrictDefaultSG", "", "Properties/DefaultSecurityGroupId", "", []string{"PAY-NETWORK-06", "PAY-NETWORK-07", "PCI.DSS.321-VPCDefaultSecurityGroupClosed"}},
	{"1.3.2", "", "what may leave is named: HTTPS; to whom is the network's matter: [decision](decisions/12-egress.md)", "platform", firewallType, "TaskSecurityGroup", "Properties/SecurityGroupEgress/0/FromPort", "443", []string{"PAY-NETWORK-04", "PAY-NETWORK-05", "PAY-NETWORK-15", "PAY-DATABASE-21", "PAY-NETWORK-19"}},
	{"1.3.2", "", "functions in the VPC reach the database, the tasks and named endpoints alone", "platform", "AWS::EC2::SecurityGroupEgress", "ApplicationCredentialsSecurityGroupToSecrets", "Properties/DestinationSecurityGroupId", "", []string{"PAY-NETWORK-18", "TestFunctionsReachWhatTheyNeed"}},
	{"1.3.2", "EC2.55, EC2.56", "images, logs and secrets come from AWS without the internet", "network", endpointType, "VpcEcrApi", "Properties/PrivateDnsEnabled", "true", []string{"PAY-NETWORK-11", "PAY-NETWORK-20", "PAY-NETWORK-21", "TestTasksNeedNoInternet"}},
	{"1.3.2", "", "what leaves by an endpoint stays in this account", "network", endpointType, "VpcS3", "Properties/PolicyDocument/Statement/Sid=OwnAccount/Condition/StringEquals/aws:ResourceAccount", "", []string{"PAY-NETWORK-12", "TestEndpointsAreForOurAccount"}},
	{"1.4.2", "EC2.15", "subnets give no public address", "network", "AWS::EC2::Subnet", "VpcPublic", "Properties/MapPublicIpOnLaunch", "false", []string{"PAY-NETWORK-08", "CT.EC2.PR.11"}},
	{"1.4.2", "ECS.2", "tasks have no public address", "platform", serviceType, "", "Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", `"DISABLED"`, []string{"PAY-RELEASE-12", "CT.ECS.PR.9"}},
	{"1.4.2", "ECS.16", "neither have those that a release starts", "platform", "Custom::Release", "", "Properties/AppSpec", "", []string{"PAY-RELEASE-12", "TestAppSpecRepeatsTheService"}},
	{"1.4.2", "", "nothing is named that is another account's, or that somebody made by hand", "", "", "", "each reference", "", []string{"PAY-STRANGER-01", "PAY-STRANGER-02", "PAY-STRANGER-03", "PAY-STRANGER-04"}},
	{"1.4.4", "", "no route leads from the internet to tasks or data", "network", "AWS::EC2::Route", "VpcPrivate", "Properties/NatGatewayId", "", []string{"PAY-NETWORK-09", "PAY-NETWORK-10", "PAY-NETWORK-16", "PAY-NETWORK-22", "PAY-NETWORK-23", "PAY-NETWORK-24", "TestWalks"}},
	{"1.4.4", "RDS.2", "the database has no public address", "database", "AWS::RDS::DBInstance", "", "Properties/PubliclyAccessible", "false", []string{"PAY-DATABASE-05", "PAY-DATABASE-18", "CT.RDS.PR.23", "PCI.DSS.321-RDSInstancePublicAccess"}},
	{"1.4.4", "RDS.46", "the database is in subnets without a way out", "database", "AWS::RDS::DBSubnetGroup", "", "Properties/SubnetIds", "", []string{"PAY-DATABASE-19", "TestWalks"}},
}

// 2: secure configurations.
var controlsOfConfiguration = []Control{
	{"2.2.2", "RDS.24", "the database's master has no name that everybody tries", "database", clusterDatabase, "", "Properties/MasterUsername", `"master"`, []string{"PAY-DATABASE-17"}},
	{"2.2.4", "", "the container has no Linux capability", "platform", taskType, "", container + "LinuxParameters/Capabilities/Drop", `["ALL"]`, []string{"PAY-CONTAINER-04"}},
	{"2.2.4", "", "nothing is there that no rule looks at: neither a resource, nor a property, nor a part of what runs", "", "", "", "each of them", "", []string{"PAY-FORESEEN-01", "PAY-FORESEEN-02", "PAY-FORESEEN-03", "PAY-FORESEEN-04"}},
	{"2.2.6", "ECS.20", "the container does not run as root", "platform", taskType, "", container + "User", `"65532"`, []string{"PAY-CONTAINER-01", "CT.ECS.PR.3"}},
	{"2.2.6", "ECS.5", "the root file system is read-only", "platform", taskType, "", container + "ReadonlyRootFilesystem", "true", []string{"PAY-CONTAINER-02", "PAY-CONTAINER-13", "PAY-CONTAINER-14", "CT.ECS.PR.6"}},
	{"2.2.6", "ECS.4", "the container is not privileged", "platform", taskType, "", container + "Privileged", "false", []string{"PAY-CONTAINER-03", "CT.ECS.PR.11"}},
	{"2.2.6", "ECS.3, ECS.17", "tasks share nothing with their host", "platform", taskType, "", "Properties/NetworkMode", `"awsvpc"`, []string{"PAY-CONTAINER-10", "PAY-CONTAINER-11", "PAY-CONTAINER-15", "CT.ECS.PR.4", "CT.ECS.PR.10"}},
	{"2.2.7", "", "sessions in a task are encrypted on their way", "platform", clusterType, "", "Properties/Configuration/ExecuteCommandConfiguration/KmsKeyId", "", []string{"PAY-RELEASE-13"}},
}

// 3, 4: stored account data, and its transmission.
var controlsOfData = []Control{
	{"3.5.1.2", "RDS.27", "the database's storage is encrypted with a key of ours. That is the disk's encryption, which 3.5.1.2 does not accept alone: making card numbers in it unreadable is the application's", "database", clusterDatabase, "", "Properties/StorageEncrypted", "true", []string{"PAY-DATABASE-01", "PAY-DATABASE-11", "CT.RDS.PR.16", "PCI.DSS.321-RDSStorageEncrypted"}},
	{"3.6.1", "KMS.5", "a key is for what it is for: the log service's is for the groups of its stack", "platform", keyType, "LogKey", "Properties/KeyPolicy/Statement/Sid=LogGroupsOfThisStack/Condition", "", []string{"PAY-CRYPT-02", "PAY-CRYPT-03", "PAY-CRYPT-04", "PAY-CRYPT-22", "PAY-CRYPT-24", "PAY-CRYPT-25", "TestWalks"}},
	{"3.7.4", "KMS.4", "keys rotate each year", "platform", keyType, "", "Properties/EnableKeyRotation", "true", []string{"PAY-CRYPT-01", "CT.KMS.PR.1", "PCI.DSS.321-KMSBackingKeyRotationEnabled"}},
	{"4.2.1", "ELB.17", "clients speak TLS 1.2 with forward secrecy, or 1.3", "platform", listenerType, "ProductionListener", "Properties/SslPolicy", `"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"`, []string{"PAY-ENTRANCE-05"}},
	{"4.2.1", "ACM.1, ACM.2", "the certificate that is made for `domainName` is of 2,048 bits, and ACM renews it", "", "", "", "the option `domainName`", "", []string{"TestDomainGetsARecordAndACertificate"}},
	{"4.2.1", "ELB.1", "HTTP is only good for a redirect", "platform", listenerType, "HttpListener", "Properties/DefaultActions/0/RedirectConfig/Protocol", `"HTTPS"`, []string{"PAY-ENTRANCE-06", "PAY-ENTRANCE-17", "CT.ELASTICLOADBALANCING.PR.1", "PCI.DSS.321-ALBHttpToHttpsRedirection"}},
	{"4.2.1", "", "from the load balancer to tasks, inside the VPC, it is HTTP; `targetProtocol: HTTPS` makes it HTTPS: [decision](decisions/9-encryption-to-tasks.md)", "platform", "AWS::ElasticLoadBalancingV2::TargetGroup", "Blue", "Properties/Protocol", `"HTTP"`, []string{"TestTargetProtocol"}},
	{"4.2.1", "", "the database speaks TLS 1.2 and newer alone", "database", settingsType, "", "Properties/Parameters/rds.force_ssl", `"1"`, []string{"PAY-DATABASE-04", "PAY-DATABASE-13", "PAY-DATABASE-22", "PAY-DATABASE-23"}},
	{"4.2.1", "S3.5", "buckets refuse requests without TLS 1.2", "platform", readersType, "AccessLogs", "Properties/PolicyDocument/Statement/0/Condition/Bool/aws:SecureTransport", `"false"`, []string{"PAY-CRYPT-09", "PAY-CRYPT-20", "CT.S3.PR.8"}},
	{"4.2.1", "", "the topic refuses messages without TLS", "observability", "AWS::SNS::TopicPolicy", "", "Properties/PolicyDocument/Statement/0/Condition/Bool/aws:SecureTransport", `"false"`, []string{"PAY-CRYPT-19"}},
}
