package stacks

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// newEndpoints lets tasks start, log and be debugged without the internet: the image comes from ecr.api, ecr.dkr and,
// for its layers, S3; credentials from secretsmanager and kms; ssmmessages carries ECS Exec. It returns the security group
// of the one for secrets, which is its own: functions that may reach nothing else are let out to that.
//
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
func newEndpoints(stack awscdk.Stack, vpc awsec2.Vpc, config Config) awsec2.ISecurityGroup {
	s3 := vpc.AddGatewayEndpoint(new("S3"), &awsec2.GatewayVpcEndpointOptions{
		Service: awsec2.GatewayVpcEndpointAwsService_S3(),
	})
	s3.AddToPolicy(imageLayers(stack))
	s3.AddToPolicy(ownAccount(stack, "s3", map[string]any{"aws:ResourceAccount": stack.Account()}))
	nameTag(s3)

	door := newEndpointSecurityGroup(stack, "EndpointSecurityGroup", "Interface endpoints", vpc, config)
	secrets := newEndpointSecurityGroup(stack, "SecretsEndpointSecurityGroup", "Endpoint of Secrets Manager", vpc, config)
	for _, service := range []struct {
		id, prefix string
		service    awsec2.InterfaceVpcEndpointAwsService
		door       awsec2.ISecurityGroup
	}{
		{"EcrApi", "ecr", awsec2.InterfaceVpcEndpointAwsService_ECR(), door},
		{"EcrDkr", "ecr", awsec2.InterfaceVpcEndpointAwsService_ECR_DOCKER(), door},
		{"Logs", "logs", awsec2.InterfaceVpcEndpointAwsService_CLOUDWATCH_LOGS(), door},
		{"SecretsManager", "secretsmanager", awsec2.InterfaceVpcEndpointAwsService_SECRETS_MANAGER(), secrets},
		{"Kms", "kms", awsec2.InterfaceVpcEndpointAwsService_KMS(), door},
		{"SsmMessages", "ssmmessages", awsec2.InterfaceVpcEndpointAwsService_SSM_MESSAGES(), door},
	} {
		endpoint := vpc.AddInterfaceEndpoint(&service.id, &awsec2.InterfaceVpcEndpointOptions{
			Service:           service.service,
			PrivateDnsEnabled: new(true),
			Open:              new(false),
			SecurityGroups:    &[]awsec2.ISecurityGroup{service.door},
			Subnets:           &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS},
		})
		endpoint.AddToPolicy(ownAccount(stack, service.prefix, nil))
		nameTag(endpoint)
	}
	return secrets
}

// newEndpointSecurityGroup is the security group of endpoints, which what says.
func newEndpointSecurityGroup(stack awscdk.Stack, id, what string, vpc awsec2.IVpc, config Config) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(stack, &id, &awsec2.SecurityGroupProps{
		Vpc:              vpc,
		Description:      jsii.Sprintf("%s: HTTPS from inside the VPC, nothing outwards", what),
		AllowAllOutbound: new(false),
	})
	group.AddIngressRule(awsec2.Peer_Ipv4(&config.Network.VpcCidr), awsec2.Port_HTTPS(), new("HTTPS from inside the VPC"), nil)
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
