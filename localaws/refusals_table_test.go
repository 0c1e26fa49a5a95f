package main

import (
	"fmt"
	"strings"
)

// fault is a template, or an edit of the base, and the words that its refusal must hold.
type fault struct {
	name     string
	template string
	edit     [2]string
	want     []string
}

// refused makes one of a template that is refused as a whole.
func refusedTemplate(name, template string, want ...string) fault {
	return fault{name: name, template: template, want: want}
}

// refusedResource makes one of a resource; one that was made before it must be gone again.
func refusedResource(name, kind, properties string, want ...string) fault {
	body := fmt.Sprintf("Resources:\n  Before: {Type: AWS::SQS::Queue}\n  Bad: {Type: '%s', DependsOn: Before, Properties: %s}", kind, properties)
	return fault{name: name, template: body, want: append(want, "Bad")}
}

func refusedEdit(name, from, to string, want ...string) fault {
	return fault{name: name, edit: [2]string{from, to}, want: want}
}

var refusedTemplates = []fault{
	refusedTemplate("a dependency cycle", `Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt B.QueueName}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.QueueName}}`, "Circular dependency between resources: [A, B]"),
	refusedTemplate("a Ref to nothing", `Resources: {Bad: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Gone}}}`, "Unresolved resource dependencies [Gone]"),
	refusedTemplate("an attribute that is none", `Resources: {Bad: {Type: AWS::SQS::Queue}, Other: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt Bad.Color}}}`, "resource Bad does not support attribute type Color"),
	refusedTemplate("an unknown resource type", `Resources: {Bad: {Type: AWS::SQS::Cue}}`, "Unrecognized resource types: [AWS::SQS::Cue]"),
	refusedTemplate("a parameter outside its values", `Parameters: {Stage: {Type: String, Default: moon, AllowedValues: [test]}}
Resources: {A: {Type: AWS::SQS::Queue}}`, "Parameter 'Stage' must be one of AllowedValues"),
	refusedTemplate("a missing export", `Resources: {Bad: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue gone}}}`, "No export named gone found"),
	refusedTemplate("no resources", `Description: nothing`, "At least one Resources member must be defined"),
	refusedTemplate("an export name that exists", `Resources: {Bad: {Type: AWS::SQS::Queue}}
Outputs: {Vpc: {Value: !Ref Bad, Export: {Name: refused-vpc}}}`, "Export with name refused-vpc is already exported by stack refused"),
}

const (
	trusted   = `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}]}`
	endless   = `{MetricName: Errors, Namespace: AWS/Lambda, Statistic: Sum, Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: GreaterThanThreshold}`
	newTask   = `{Cpu: "256", Memory: "512", NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: app, Image: app}]}`
	newWorker = `{Cluster: refused, ServiceName: bad, TaskDefinition: !ImportValue refused-task, DesiredCount: 1, DeploymentController: {Type: CODE_DEPLOY}, CapacityProviderStrategy: [{CapacityProvider: FARGATE, Base: 1, Weight: 1}], NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!ImportValue refused-subnet]}}, LoadBalancers: [{ContainerName: app, ContainerPort: 8080, TargetGroupArn: !ImportValue refused-blue}]}`
	newGroup  = `{ApplicationName: refused, ServiceRoleArn: !ImportValue refused-role, DeploymentConfigName: CodeDeployDefault.ECSAllAtOnce, DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}, ECSServices: [{ClusterName: refused, ServiceName: refused}], BlueGreenDeploymentConfiguration: {DeploymentReadyOption: {ActionOnTimeout: CONTINUE_DEPLOYMENT}, TerminateBlueInstancesOnDeploymentSuccess: {Action: TERMINATE}}, LoadBalancerInfo: {TargetGroupPairInfoList: [{TargetGroups: [{Name: refused-blue}, {Name: refused-green}], ProdTrafficRoute: {ListenerArns: [!ImportValue refused-listener]}}]}}`
)

// changed is a valid text with one mistake.
func changed(text, from, to string) string {
	if !strings.Contains(text, from) {
		panic(from)
	}
	return strings.Replace(text, from, to, 1)
}

func role(trust, more string) string { return "{AssumeRolePolicyDocument: " + trust + more + "}" }

var elevenAlarms = "{Enabled: true, Alarms: [" + strings.Repeat("{Name: a}, ", 11) + "]}"

var refusedResources = []fault{
	refusedResource("an unknown property", "AWS::SQS::Queue", `{Colour: red}`, "extraneous key [Colour] is not permitted"),
	refusedResource("a missing property", "AWS::EC2::Subnet", `{CidrBlock: 10.0.9.0/24}`, "required key [VpcId] not found"),

	refusedResource("a listener's port twice", "AWS::ElasticLoadBalancingV2::Listener", `{LoadBalancerArn: !ImportValue refused-entrance, Port: 80, Protocol: HTTP, DefaultActions: [{Type: forward, TargetGroupArn: !ImportValue refused-blue}]}`, "A listener already exists on this port"),
	refusedResource("HTTPS without a certificate", "AWS::ElasticLoadBalancingV2::Listener", `{LoadBalancerArn: !ImportValue refused-entrance, Port: 443, Protocol: HTTPS, DefaultActions: [{Type: forward, TargetGroupArn: !ImportValue refused-blue}]}`, "A certificate must be specified for HTTPS listeners"),

	refusedResource("two bases", "AWS::ECS::Service", changed(newWorker, "Weight: 1}", "Weight: 1}, {CapacityProvider: FARGATE_SPOT, Base: 1, Weight: 4}"), "Only one capacity provider", "base"),
	refusedResource("an unknown capacity provider", "AWS::ECS::Service", changed(newWorker, "CapacityProvider: FARGATE", "CapacityProvider: MOON"), "MOON"),
	refusedResource("an unknown capacity provider of a cluster", "AWS::ECS::Cluster", `{CapacityProviders: [MOON]}`, "MOON"),
	refusedResource("a wrong container name", "AWS::ECS::Service", changed(newWorker, "ContainerName: app", "ContainerName: web"), "The container web does not exist in the task definition"),
	refusedResource("a wrong container port", "AWS::ECS::Service", changed(newWorker, "ContainerPort: 8080", "ContainerPort: 81"), "The container app did not have a container port 81 defined"),
	refusedResource("a circuit breaker with CODE_DEPLOY", "AWS::ECS::Service", changed(newWorker, "DesiredCount: 1", "DesiredCount: 1, DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: true}}"), "DeploymentCircuitBreaker feature can only be enabled"),
	refusedResource("deployment alarms with CODE_DEPLOY", "AWS::ECS::Service", changed(newWorker, "DesiredCount: 1", "DesiredCount: 1, DeploymentConfiguration: {Alarms: {Enable: true, Rollback: true, AlarmNames: [a]}}"), "Deployment alarms can only be used"),
	refusedResource("a task of no size", "AWS::ECS::TaskDefinition", changed(newTask, `Memory: "512"`, `Memory: "999"`), "No Fargate configuration exists for given values: 256 CPU, 999 memory"),
	refusedResource("a task in a bridge", "AWS::ECS::TaskDefinition", changed(newTask, "awsvpc", "bridge"), "Fargate only supports network mode"),
	refusedResource("a container twice", "AWS::ECS::TaskDefinition", changed(newTask, "{Name: app, Image: app}", "{Name: app, Image: app}, {Name: app, Image: app}"), "not unique"),

	refusedResource("an unknown deployment configuration", "AWS::CodeDeploy::DeploymentGroup", changed(newGroup, "ECSAllAtOnce", "ECSNever"), "CodeDeployDefault.ECSNever"),
	refusedResource("eleven alarms", "AWS::CodeDeploy::DeploymentGroup", changed(newGroup, "ApplicationName: refused", "ApplicationName: refused, AlarmConfiguration: "+elevenAlarms), "maximum number of alarms"),
	refusedResource("an unknown service", "AWS::CodeDeploy::DeploymentGroup", changed(newGroup, "ServiceName: refused", "ServiceName: gone"), "The ECS service gone cannot be found"),
	refusedResource("one target group of two", "AWS::CodeDeploy::DeploymentGroup", changed(newGroup, ", {Name: refused-green}", ""), "one pair of two target groups"),
	refusedResource("an application's name twice", "AWS::CodeDeploy::Application", `{ApplicationName: refused, ComputePlatform: ECS}`, "refused"),

	refusedResource("a trust policy for nobody", "AWS::IAM::Role", role(changed(trusted, "Principal: {Service: ecs-tasks.amazonaws.com}, ", ""), ""), "MalformedPolicyDocument"),
	refusedResource("a trust policy for a resource", "AWS::IAM::Role", role(changed(trusted, "Effect: Allow", `Resource: "*", Effect: Allow`), ""), "MalformedPolicyDocument"),
	refusedResource("an inline policy without a vendor", "AWS::IAM::Role", role(trusted, `, Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: GetObject, Resource: "*"}]}}]`), "must be prefaced by a vendor"),
	refusedResource("an inline policy of no resource", "AWS::IAM::Policy", `{PolicyName: p, Roles: [refused], PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: s3:GetObject}]}}`, "must contain resources"),
	refusedResource("a bucket policy of another version", "AWS::S3::BucketPolicy", `{Bucket: !ImportValue refused-files, PolicyDocument: {Version: "2020-01-01", Statement: [{Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: "*"}]}}`, "MalformedPolicy"),
	refusedResource("a key policy without a principal", "AWS::KMS::Key", `{KeyPolicy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: kms:*, Resource: "*"}]}}`, "MalformedPolicyDocument"),
	refusedResource("a topic policy of no effect", "AWS::SNS::TopicPolicy", `{Topics: [!ImportValue refused-news], PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Maybe, Principal: "*", Action: sns:Publish, Resource: "*"}]}}`, "Invalid parameter"),

	refusedResource("a log group's name twice", "AWS::Logs::LogGroup", `{LogGroupName: /refused}`, "already exists"),
	refusedResource("a secret's name twice", "AWS::SecretsManager::Secret", `{Name: refused}`, "already exists"),
	refusedResource("a repository's name twice", "AWS::ECR::Repository", `{RepositoryName: refused}`, "already exists"),
	refusedResource("a role's name twice", "AWS::IAM::Role", role(trusted, ", RoleName: refused"), "already exists"),
	refusedResource("a target group's name twice", "AWS::ElasticLoadBalancingV2::TargetGroup", `{Name: refused-blue, TargetType: ip, Port: 81, Protocol: HTTP, VpcId: !ImportValue refused-vpc}`, "exist"),

	refusedResource("days that no log is kept", "AWS::Logs::LogGroup", `{RetentionInDays: 8}`, "retention", "8"),
	refusedResource("an alarm's period", "AWS::CloudWatch::Alarm", changed(endless, "Period: 60", "Period: 61"), "eriod"),
	refusedResource("an alarm's statistic", "AWS::CloudWatch::Alarm", changed(endless, "Statistic: Sum", "Statistic: Guess"), "Guess"),
	refusedResource("a subnet outside its network", "AWS::EC2::Subnet", `{VpcId: !ImportValue refused-vpc, CidrBlock: 10.1.0.0/24}`, "The CIDR '10.1.0.0/24' is invalid"),
	refusedResource("a subnet over another", "AWS::EC2::Subnet", `{VpcId: !ImportValue refused-vpc, CidrBlock: 10.0.0.0/25}`, "10.0.0.0/25' conflicts with another subnet"),
	refusedResource("a rule for nobody", "AWS::EC2::SecurityGroupIngress", `{GroupId: !ImportValue refused-firewall, IpProtocol: tcp, FromPort: 80, ToPort: 80}`, "Exactly one of CidrIp"),
	refusedResource("a group's rule for nobody", "AWS::EC2::SecurityGroup", `{GroupDescription: bad, VpcId: !ImportValue refused-vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80}]}`, "Exactly one of CidrIp"),
	refusedResource("scaling whose least is above its most", "AWS::ApplicationAutoScaling::ScalableTarget", `{ServiceNamespace: ecs, ResourceId: service/refused/refused, ScalableDimension: ecs:service:DesiredCount, MinCapacity: 5, MaxCapacity: 3, RoleARN: !ImportValue refused-role}`, "inimum"),
}

var refusedEdits = []fault{
	refusedEdit("another task definition under CODE_DEPLOY", "TaskDefinition: !Ref Task", "TaskDefinition: !Ref OtherTask", "Service: ", "Unable to update task definition on services with a CODE_DEPLOY deployment controller"),
	refusedEdit("another network under CODE_DEPLOY", "Subnets: [!Ref Subnet], SecurityGroups", "Subnets: [!Ref OtherSubnet], SecurityGroups", "Service: ", "Unable to update network parameters on services with a CODE_DEPLOY deployment controller"),
	refusedEdit("another strategy under CODE_DEPLOY", "Base: 1, Weight: 1", "Base: 1, Weight: 2", "Service: ", "Unable to update capacity provider strategy on services with a CODE_DEPLOY deployment controller"),
	refusedEdit("another type", "News: {Type: AWS::SNS::Topic}", "News: {Type: AWS::SQS::Queue}", "Update of resource type is not permitted", "News"),
	refusedEdit("a capacity provider in use", "CapacityProviders: [FARGATE, FARGATE_SPOT]", "CapacityProviders: [FARGATE_SPOT]", "Capacity: ", "in use"),
}
