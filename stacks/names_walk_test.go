package stacks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// naming are the properties by which AWS may know a resource: of these, whatever is literal must carry the suffix.
var naming = regexp.MustCompile(`(Name|Identifier|Family)$`)

// notNames are properties that only look like a physical name, by type, each with what it is instead.
var notNames = map[string]map[string]string{
	"AWS::ApplicationAutoScaling::ScalingPolicy": {"PolicyName": "inside its scalable target"},
	"AWS::CertificateManager::Certificate": {
		"DomainName": "the configuration's", "DomainValidationOptions.DomainName": "the configuration's",
	},
	"AWS::CloudWatch::Alarm": {
		"MetricName": "AWS's", "Dimensions.Name": "AWS's",
		"Metrics.MetricStat.Metric.MetricName": "AWS's", "Metrics.MetricStat.Metric.Dimensions.Name": "AWS's",
	},
	"AWS::EC2::VPCEndpoint": {"ServiceName": "AWS's name of the service"},
	"AWS::ECS::Cluster":     {"ClusterSettings.Name": "a setting"},
	"AWS::ECS::Service":     {"LoadBalancers.ContainerName": "inside the task"},
	"AWS::ECS::TaskDefinition": {
		"ContainerDefinitions.Name": "inside the task", "Volumes.Name": "inside the task",
		"ContainerDefinitions.Environment.Name": "a variable", "ContainerDefinitions.Secrets.Name": "a variable",
		"RuntimePlatform.OperatingSystemFamily": "a platform",
	},
	"AWS::Events::Rule":                 {"EventPattern.detail.eventName": "an event's"},
	"AWS::RDS::DBCluster":               {"DatabaseName": "inside the cluster"},
	"AWS::RDS::DBClusterParameterGroup": {"Family": "AWS's"},
	"AWS::RDS::DBInstance":              {"CACertificateIdentifier": "AWS's"},
	"AWS::Route53::RecordSet":           {"Name": "the configuration's", "AliasTarget.DNSName": "the load balancer's"},
	"AWS::Logs::LogStream":              {"LogStreamName": "inside its log group"},
	"AWS::Logs::SubscriptionFilter":     {"FilterName": "inside its log group"},
	"AWS::WAFv2::WebACL": {
		"Rules.Name": "inside its web ACL", "Rules.VisibilityConfig.MetricName": "inside its web ACL's",
		"Rules.Statement.ManagedRuleGroupStatement.Name": "AWS's", "Rules.Statement.ManagedRuleGroupStatement.VendorName": "AWS",
	},
	"AWS::WAFv2::LoggingConfiguration": {"RedactedFields.SingleHeader.Name": "a header"},
	"AWS::KinesisFirehose::DeliveryStream": {
		"ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions.LogStreamName": "inside its log group",
	},
	"AWS::IAM::Policy": {"PolicyName": "inline: inside its role"},
	"AWS::IAM::Role":   {"Policies.PolicyName": "inside the role"},
}

// awsNames are names that AWS gave what it offers to everybody.
var awsNames = regexp.MustCompile(`^CodeDeployDefault\.`)

// physicalNames are the literal names in a template, by the resource and property that carry them.
func (e *environment) physicalNames() map[string]string {
	found := map[string]string{}
	for _, r := range e.resources() {
		visit(r.Properties, "", func(path string, value any) {
			if !naming.MatchString(path) || notNames[r.Type][path] != "" || strings.Contains(path, "Fn::GetStackOutput.") {
				return
			}
			if name := literal(value); name != "$" && !awsNames.MatchString(name) {
				found[r.String()+" "+path] = name
			}
		})
	}
	return found
}

// suffixlessNames finds names and exports that another environment in the account could have as well.
func suffixlessNames(e *environment) []string {
	var findings []string
	names := e.physicalNames()
	for _, of := range slices.Sorted(maps.Keys(names)) {
		if !carries(names[of], e.Config.EnvironmentSuffix) {
			findings = append(findings, fmt.Sprintf("%s is %q, without the suffix", of, names[of]))
		}
	}
	for export, of := range e.exports() {
		if !carries(export, e.Config.EnvironmentSuffix) {
			findings = append(findings, fmt.Sprintf("%s exports %q, without the suffix", of, export))
		}
	}
	return findings
}

func (e *environment) exports() map[string]string {
	found := map[string]string{}
	for part, template := range e.Templates {
		for name, output := range asObject(template["Outputs"]) {
			if export := asObject(asObject(output)["Export"])["Name"]; export != nil {
				found[literal(export)] = part + "/" + name
			}
		}
	}
	return found
}

// carries reports whether the suffix is a word of the name: "dev" is none of "devices".
func carries(name, suffix string) bool {
	return regexp.MustCompile(`(^|[^a-zA-Z0-9])` + regexp.QuoteMeta(suffix) + `($|[^a-zA-Z0-9])`).MatchString(name)
}

// Two environments share one account: a name that both have makes the second deployment fail half-way.
func TestTwoSuffixesShareNoName(t *testing.T) {
	one, other := synthesized(t, "dev"), synthesized(t, "pr-17")
	if shared := sharedNames(one, other); len(shared) > 0 {
		t.Errorf("dev and pr-17 share %v", shared)
	}
	if len(one.physicalNames()) == 0 || len(one.exports()) == 0 {
		t.Error("no name to compare")
	}
}

func sharedNames(one, other *environment) []string {
	var shared []string
	theirs := slices.Collect(maps.Values(other.physicalNames()))
	for _, name := range one.physicalNames() {
		if slices.Contains(theirs, name) {
			shared = append(shared, name)
		}
	}
	for name := range one.exports() {
		if other.exports()[name] != "" {
			shared = append(shared, name)
		}
	}
	return shared
}

func TestSharedNamesFires(t *testing.T) {
	topic := `{"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alarms"}}}`
	if len(sharedNames(rendered(t, topic), rendered(t, topic))) != 1 {
		t.Error("a name in both is not found")
	}
	exporting := &environment{Templates: map[string]object{"network": {"Outputs": object{"VpcId": object{"Export": object{"Name": "vpc"}}}}}}
	if len(sharedNames(exporting, exporting)) != 1 {
		t.Error("an export of both is not found")
	}
}

func TestSuffixlessNamesFires(t *testing.T) {
	for _, s := range []sabotage{
		{`{"C": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "payment-processor"}}}`, `"payment-processor", without`},
		{`{"C": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "payment-devices"}}}`, "without the suffix"},
		{`{"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "payment-staging"}}}`, "without the suffix"},
		{`{"D": {"Type": "AWS::RDS::DBCluster", "Properties": {"DBClusterIdentifier": {"Fn::Sub": "db-${AWS::Region}"}}}}`, "without the suffix"},
		{`{"D": {"Type": "AWS::X::Y", "Properties": {"Deep": [{"Name": {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}}]}}}`, "Deep.Name"},
	} {
		s.try(t, suffixlessNames)
	}
	exporting := rendered(t, `{}`)
	exporting.Templates["platform"]["Outputs"] = object{"A": object{"Export": object{"Name": "payment-processor-A"}}}
	if len(suffixlessNames(exporting)) != 1 {
		t.Error("an export without the suffix is not found")
	}
	harmless(t, suffixlessNames, `{"C": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "payment-processor-dev"}},
		"S": {"Type": "AWS::ECS::Service", "Properties": {"Cluster": {"Ref": "C"}, "ServiceName": {"Fn::GetAtt": ["C", "Name"]}}}}`)
}
