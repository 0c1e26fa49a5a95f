package stacks

import (
	"maps"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// newEndpoints lets tasks start, log and be debugged without the internet: the image comes from ecr.api, ecr.dkr and,
// for its layers, S3; credentials from secretsmanager and kms; ssmmessages carries ECS Exec.
//
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
func newEndpoints(stack awscdk.Stack, vpc awsec2.Vpc, config Config) {
	s3 := vpc.AddGatewayEndpoint(new("S3"), &awsec2.GatewayVpcEndpointOptions{
		Service: awsec2.GatewayVpcEndpointAwsService_S3(),
	})
	s3.AddToPolicy(imageLayers(stack))
	s3.AddToPolicy(customResourceAnswers(stack))
	s3.AddToPolicy(ownAccount(stack, "s3", map[string]any{"aws:ResourceAccount": stack.Account()}))
	nameTag(s3)

	door := newEndpointSecurityGroup(stack, vpc, config.Network.VpcCidr)
	for _, service := range []struct {
		id, prefix string
		service    awsec2.InterfaceVpcEndpointAwsService
	}{
		{"EcrApi", "ecr", awsec2.InterfaceVpcEndpointAwsService_ECR()},
		{"EcrDkr", "ecr", awsec2.InterfaceVpcEndpointAwsService_ECR_DOCKER()},
		{"Logs", "logs", awsec2.InterfaceVpcEndpointAwsService_CLOUDWATCH_LOGS()},
		{"SecretsManager", "secretsmanager", awsec2.InterfaceVpcEndpointAwsService_SECRETS_MANAGER()},
		{"Kms", "kms", awsec2.InterfaceVpcEndpointAwsService_KMS()},
		{"SsmMessages", "ssmmessages", awsec2.InterfaceVpcEndpointAwsService_SSM_MESSAGES()},
	} {
		endpoint := vpc.AddInterfaceEndpoint(&service.id, &awsec2.InterfaceVpcEndpointOptions{
			Service:           service.service,
			PrivateDnsEnabled: new(true),
			Open:              new(false),
			SecurityGroups:    &[]awsec2.ISecurityGroup{door},
			Subnets:           &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS},
		})
		endpoint.AddToPolicy(ownAccount(stack, service.prefix, nil))
		nameTag(endpoint)
	}
}

func newEndpointSecurityGroup(stack awscdk.Stack, vpc awsec2.Vpc, cidr string) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(stack, new("EndpointSecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              vpc,
		Description:      new("Interface endpoints: HTTPS from inside the VPC, nothing outwards"),
		AllowAllOutbound: new(false),
	})
	group.AddIngressRule(awsec2.Peer_Ipv4(&cidr), awsec2.Port_HTTPS(), new("HTTPS from inside the VPC"), nil)
	nameTag(group)
	return group
}

// ownAccount lets nobody through but principals of this account: stolen credentials of another account cannot carry
// data out through our endpoint. What a principal may do is its role's matter.
func ownAccount(stack awscdk.Stack, service string, more map[string]any) awsiam.PolicyStatement {
	equals := map[string]any{"aws:PrincipalAccount": stack.Account()}
	maps.Copy(equals, more)
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new("OwnAccount"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings(service + ":*"),
		Resources:  jsii.Strings("*"),
		Conditions: &map[string]any{"StringEquals": equals},
	})
}

// imageLayers lets ECR's presigned URLs, which AWS's own account signs for its own bucket, through.
func imageLayers(stack awscdk.Stack) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new("ImageLayers"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:GetObject"),
		Resources: &[]*string{stack.FormatArn(&awscdk.ArnComponents{
			Service: new("s3"), Region: new(""), Account: new(""),
			Resource: jsii.Sprintf("prod-%s-starport-layer-bucket", *stack.Region()), ResourceName: new("*"),
		})},
	})
}

// customResourceAnswers lets a function inside the VPC answer CloudFormation, by a URL that CloudFormation has signed for
// a bucket of its own.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
func customResourceAnswers(stack awscdk.Stack) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new("CustomResourceAnswers"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources: &[]*string{stack.FormatArn(&awscdk.ArnComponents{
			Service: new("s3"), Region: new(""), Account: new(""), ResourceName: new("*"),
			Resource: jsii.Sprintf("cloudformation-custom-resource-response-%s", strings.ReplaceAll(*stack.Region(), "-", "")),
		})},
	})
}
