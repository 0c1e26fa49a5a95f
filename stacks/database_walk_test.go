package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	givenSecretArn = "arn:aws:secretsmanager:us-east-2:111122223333:secret:payments-a1B2c3"
	givenKeyArn    = "arn:aws:kms:us-east-2:111122223333:key/0f7a2c3e-0000-4000-8000-000000000000"
)

// The databases of others.
var (
	inGroup    = object{"database": "external", "databaseHost": "db.example.com", "databaseSecurityGroupId": "sg-0123456789abcdef0"}
	inNetwork  = object{"database": "external", "databaseHost": "db.example.com", "databaseCidr": "192.168.7.0/24", "databasePort": "6432"}
	withSecret = object{
		"database": "external", "databaseSecretArn": givenSecretArn, "databaseSecretKeyArn": givenKeyArn,
		"databaseSecurityGroupId": "sg-0123456789abcdef0",
	}
)

// databaseIngress finds who reaches a database beside tasks and the functions that stand where nothing leads out, or on
// another port than the database's.
func databaseIngress(e *environment) []string {
	allowed := map[string]bool{}
	for _, r := range e.resources("AWS::ECS::Service", "AWS::Lambda::Function") {
		for _, id := range e.securityGroups(r) {
			allowed[id] = r.Type == "AWS::ECS::Service" || len(e.waysOut(e.subnets(r))) == 0
		}
	}
	return ingress(e, "AWS::RDS::DBCluster", allowed, func(cluster resource) any { return cluster.Properties["Port"] })
}

// waysOut are the routes of those subnets' tables. Endpoints to S3 are no routes: their policy says to which buckets
// they lead.
func (e *environment) waysOut(subnets []string) []string {
	tables := map[string]bool{}
	for _, tie := range e.resources("AWS::EC2::SubnetRouteTableAssociation") {
		subnet, _ := e.reference(tie.Stack, tie.Properties["SubnetId"])
		table, _ := e.reference(tie.Stack, tie.Properties["RouteTableId"])
		if slices.Contains(subnets, subnet) {
			tables[table] = true
		}
	}
	var routes []string
	for _, route := range e.resources("AWS::EC2::Route") {
		if table, _ := e.reference(route.Stack, route.Properties["RouteTableId"]); tables[table] {
			routes = append(routes, route.String())
		}
	}
	return routes
}

// isolatedRoutes finds databases that stand where something leads out, and ways out of what is called isolated.
func isolatedRoutes(e *environment) []string {
	var findings []string
	for _, group := range e.resources("AWS::RDS::DBSubnetGroup") {
		if in := e.subnets(group); len(in) < 2 {
			findings = append(findings, fmt.Sprintf("%v has %d subnets of this app, want two zones", group, len(in)))
		}
		for _, route := range e.waysOut(e.subnets(group)) {
			findings = append(findings, fmt.Sprintf("%v has the way out %s", group, route))
		}
	}
	for _, subnet := range e.resources("AWS::EC2::Subnet") {
		if tagsOf(subnet)["aws-cdk:subnet-type"] != isolatedSubnets {
			continue
		}
		for _, route := range e.waysOut([]string{subnet.key()}) {
			findings = append(findings, fmt.Sprintf("%v has the way out %s", subnet, route))
		}
	}
	return findings
}

// masterReaders finds roles that may read the password of a database's master user, and are not of a function that
// stands where nothing leads out.
func masterReaders(e *environment) []string {
	clusters := map[string]bool{}
	for _, r := range e.resources("AWS::RDS::DBCluster") {
		clusters[r.key()] = true
	}
	isolated := map[string]bool{}
	for _, r := range e.resources("AWS::Lambda::Function") {
		if role, ok := e.reference(r.Stack, r.Properties["Role"]); ok && len(e.subnets(r)) > 0 {
			isolated[role] = len(e.waysOut(e.subnets(r))) == 0
		}
	}
	var findings []string
	for _, s := range e.statements() {
		if s.Type == "AWS::KMS::Key" || !slices.ContainsFunc(e.references(s.Stack, s.Body["Resource"]), func(id string) bool { return clusters[id] }) {
			continue
		}
		roles := e.references(s.Stack, s.Properties["Roles"])
		if len(roles) == 0 || slices.ContainsFunc(roles, func(role string) bool { return !isolated[role] }) {
			findings = append(findings, fmt.Sprintf("%v: %v may know the master password", s, roles))
		}
	}
	return findings
}

const (
	aDatabase = `"D": {"Type": "AWS::RDS::DBCluster", "Properties": {"Port": 5432, "VpcSecurityGroupIds": [{"Ref": "G"}]}}, `
	aSubnet   = `"Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"Tags": [{"Key": "aws-cdk:subnet-type", "Value": "Isolated"}]}},
		"Other": {"Type": "AWS::EC2::Subnet"}, "Table": {"Type": "AWS::EC2::RouteTable"},
		"Tie": {"Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": {"RouteTableId": {"Ref": "Table"}, "SubnetId": {"Ref": "Subnet"}}}`
	aWayOut   = `, "Route": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "Table"}, "NatGatewayId": "nat-1"}}`
	aFunction = `, "Role": {"Type": "AWS::IAM::Role"}, "F": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]},
		"VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "FG"}]}}}`
	aReader = `, "C": {"Type": "AWS::RDS::DBCluster"}, "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument":
		{"Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": {"Fn::GetAtt": ["C", "MasterUserSecret.SecretArn"]}}]}}}`
)

func admitting(rule string) string {
	return `"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [` + rule + `]}}, "FG": {"Type": "AWS::EC2::SecurityGroup"}, `
}

func TestDatabaseIngressFires(t *testing.T) {
	function := admitting(`{"SourceSecurityGroupId": {"Ref": "FG"}, "FromPort": 5432, "ToPort": 5432}`)
	for _, s := range []sabotage{
		{`{"D": {"Type": "AWS::RDS::DBCluster"}}`, "has no security group"},
		{`{` + aDatabase + strings.TrimSuffix(admitting(`{"CidrIp": "10.0.0.0/16", "FromPort": 5432, "ToPort": 5432}`), ", ") + `}`, "admits 10.0.0.0/16"},
		{`{` + aDatabase + function + aSubnet + aWayOut + aFunction + `}`, "admits platform/FG"},
		{`{` + aDatabase + admitting(`{"SourceSecurityGroupId": {"Ref": "FG"}, "FromPort": 1, "ToPort": 65535}`) + aSubnet + aFunction + `}`, "open on ports 1–65535"},
	} {
		s.try(t, databaseIngress)
	}
	harmless(t, databaseIngress, `{`+aDatabase+function+aSubnet+aFunction+`}`)
}

func TestIsolatedRoutesFires(t *testing.T) {
	group := `"S": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"SubnetIds": [{"Ref": "Other"}, {"Ref": "Subnet"}]}}, `
	sabotage{`{` + aSubnet + aWayOut + `}`, "platform/Subnet (AWS::EC2::Subnet) has the way out platform/Route"}.try(t, isolatedRoutes)
	sabotage{`{` + group + aSubnet + aWayOut + `}`, "platform/S (AWS::RDS::DBSubnetGroup) has the way out"}.try(t, isolatedRoutes)
	sabotage{`{"S": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"SubnetIds": ["subnet-1", "subnet-2"]}}}`, "0 subnets of this app"}.try(t, isolatedRoutes)
	harmless(t, isolatedRoutes, `{`+group+aSubnet+`}`)
}

func TestMasterReadersFires(t *testing.T) {
	sabotage{`{` + aSubnet + aWayOut + aFunction + aReader + `}`, "may know the master password"}.try(t, masterReaders)
	sabotage{`{` + aSubnet + `, "Role": {"Type": "AWS::IAM::Role"}` + aReader + `}`, "may know the master password"}.try(t, masterReaders)
	harmless(t, masterReaders, `{`+aSubnet+aFunction+aReader+`}`)
}

// A walk over nothing finds nothing: the routes that it looks for must be found where they are.
func TestWaysOutAreFound(t *testing.T) {
	e := synthesized(t, "dev")
	if ways := e.waysOut(e.references("network", e.privateSubnets())); len(ways) != 2 {
		t.Errorf("the private subnets have the ways out %v, want one to NAT each", ways)
	}
	isolated := 0
	for _, r := range e.resources("AWS::EC2::Subnet") {
		if tagsOf(r)["aws-cdk:subnet-type"] == isolatedSubnets {
			isolated++
		}
	}
	readers := 0
	for _, s := range e.statements() {
		if strings.Contains(fmt.Sprint(s.Body["Resource"]), "MasterUserSecret") {
			readers++
		}
	}
	if isolated != 2 || readers != 2 {
		t.Errorf("%d isolated subnets and %d statements about the master's secret, want 2 and 2", isolated, readers)
	}
}
