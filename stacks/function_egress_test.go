package stacks

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// reached are what the functions inside the VPC may speak to: ports of whoever has a security group, or of addresses.
func reached(e *environment) map[string][]string {
	owner := map[string]string{}
	for _, r := range e.resources("AWS::EC2::VPCEndpoint", "AWS::RDS::DBCluster", "AWS::ECS::Service") {
		for _, group := range e.securityGroups(r) {
			owner[group] += unhashed(r.ID)
		}
	}
	found := map[string][]string{}
	for _, r := range e.resources("AWS::Lambda::Function") {
		groups := e.securityGroups(r)
		if r.Properties["VpcConfig"] == nil {
			continue
		}
		all := []string{}
		note := func(rule object) {
			group, _ := e.reference(r.Stack, rule["DestinationSecurityGroupId"])
			if rule["CidrIp"] == "255.255.255.255/32" {
				return // nowhere: it stands in place of EC2's rule for everything
			}
			to := owner[group]
			if to == "" || rule["DestinationPrefixListId"] != nil {
				to = fmt.Sprint(rule)
			}
			all = append(all, fmt.Sprintf("%v %v-%v of %s", rule["IpProtocol"], rule["FromPort"], rule["ToPort"], to))
		}
		for _, rule := range e.resources("AWS::EC2::SecurityGroupEgress") {
			if group, _ := e.reference(rule.Stack, rule.Properties["GroupId"]); slices.Contains(groups, group) {
				note(rule.Properties)
			}
		}
		for _, group := range groups {
			for _, rule := range listed(e.find(group).Properties["SecurityGroupEgress"]) {
				note(asObject(rule))
			}
		}
		slices.Sort(all)
		found[unhashed(r.ID)] = all
	}
	return found
}

// unhashed is a logical id as it is in the code.
func unhashed(id string) string { return strings.TrimRight(id, "0123456789ABCDEF") }

// Two of them are shown the master's password: what breaks into one must find no way to send it on.
func TestFunctionsReachWhatTheyNeed(t *testing.T) {
	const secrets, lambda, database, tasks = "tcp 443-443 of VpcSecretsManager", "tcp 443-443 of LambdaEndpoint", "tcp 5432-5432 of Cluster", "tcp 8080-8080 of Service"
	for mode, e := range modes(t, "dev") {
		want := map[string][]string{"ProbeFunction": {tasks}}
		switch mode {
		case "with a secret":
		case "created":
			want["ApplicationCredentialsFunction"], want["RotationFunction"] = []string{secrets, database}, []string{lambda, secrets, database}
		default:
			want["ApplicationCredentialsFunction"] = []string{secrets}
		}
		if got := reached(e); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: functions inside the VPC reach %v, want %v", mode, got, want)
		}
	}
}

// A function inside the VPC that answered CloudFormation itself would need a way to S3, whose addresses are public.
func TestAnswersComeFromOutsideTheVpc(t *testing.T) {
	for mode, e := range modes(t, "dev") {
		inside := map[string]bool{}
		for _, r := range e.resources("AWS::Lambda::Function") {
			inside[r.key()] = r.Properties["VpcConfig"] != nil
		}
		asked := map[string]bool{}
		for _, r := range e.resources() {
			if function, ok := e.reference(r.Stack, r.Properties["ServiceToken"]); ok {
				asked[r.Type] = true
				if inside[function] {
					t.Errorf("%s: %v is answered for by %s, from inside the VPC", mode, r, function)
				}
			}
		}
		if len(asked) < 4 {
			t.Errorf("%s: %v are too few custom resources to prove anything", mode, slices.Collect(maps.Keys(asked)))
		}
	}
}

// What the framework calls must still be allowed, and be let out, when CloudFormation asks for the resource's deletion.
func TestCredentialsAreMadeAfterTheirWayOut(t *testing.T) {
	e := synthesized(t, "dev")
	needed := e.needs("ApplicationCredentials")
	for _, r := range e.resources("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::IAM::Policy", "AWS::Lambda::Function") {
		if strings.HasPrefix(r.ID, "ApplicationCredentials") && !needed[r.ID] {
			t.Errorf("%v may come after the request", r)
		}
	}
}

// The framework would log each request, with the address at which anybody may answer in our place, and each response.
func TestTheFrameworkLogsNoRequests(t *testing.T) {
	frameworks := 0
	for _, r := range synthesized(t, "prod").resources("AWS::Lambda::Function") {
		if !strings.HasPrefix(literal(r.Properties["Handler"]), "framework.") {
			continue
		}
		frameworks++
		if level := asObject(r.Properties["LoggingConfig"])["ApplicationLogLevel"]; level != "FATAL" {
			t.Errorf("%v logs from level %v on, want FATAL", r, level)
		}
	}
	if frameworks != 7 {
		t.Errorf("%d functions of the framework, want three for each of Release and LiveTargetGroup, and one", frameworks)
	}
}
