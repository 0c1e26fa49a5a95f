package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// databaseAccess is the one way to the database. Whoever may go it gets the rules for that: one out of its own security
// group, and where the database is ours, one into the database's. Both are this stack's, so that the database's stack
// knows nobody.
type databaseAccess struct {
	Config DatabaseConfig
	Group  awsec2.ISecurityGroup // of our database; nil where others run it
}

func newDatabaseAccess(props PlatformStackProps) databaseAccess {
	access := databaseAccess{Config: props.Config.Database}
	if props.Database != nil {
		access.Group = props.Database.SecurityGroup
	}
	return access
}

// admit lets the members of group, which who names, speak to the database. What depends on group comes after the rules.
func (d databaseAccess) admit(who string, group awsec2.SecurityGroup) {
	port := jsii.Number(d.Config.Port)
	out := &awsec2.CfnSecurityGroupEgressProps{
		GroupId: group.SecurityGroupId(), IpProtocol: new("tcp"), FromPort: port, ToPort: port,
		Description: jsii.Sprintf("%s to the database", who),
	}
	switch {
	case d.Group != nil:
		out.DestinationSecurityGroupId = d.Group.SecurityGroupId()
		awsec2.NewCfnSecurityGroupIngress(group, new("IntoDatabase"), &awsec2.CfnSecurityGroupIngressProps{
			GroupId: d.Group.SecurityGroupId(), SourceSecurityGroupId: group.SecurityGroupId(),
			IpProtocol: new("tcp"), FromPort: port, ToPort: port, Description: out.Description,
		})
	case d.Config.SecurityGroupID != "":
		out.DestinationSecurityGroupId = &d.Config.SecurityGroupID
	default:
		out.CidrIp = &d.Config.Cidr
	}
	awsec2.NewCfnSecurityGroupEgress(group, new("ToDatabase"), out)
}
