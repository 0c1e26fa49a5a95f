package stacks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// rendered evaluates what a template says, with invented physical names, so that a test can compare what AWS will see:
// the ARN where a name is wanted, or the name of another resource, is then another string.
func (e *environment) rendered(t *testing.T, part string, value any) any {
	t.Helper()
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = e.rendered(t, part, item)
		}
		return list
	case object:
		for function, argument := range value {
			if len(value) == 1 && (function == "Ref" || strings.HasPrefix(function, "Fn::")) {
				return e.evaluated(t, part, function, argument)
			}
		}
		all := object{}
		for key, item := range value {
			all[key] = e.rendered(t, part, item)
		}
		return all
	default:
		return value
	}
}

func (e *environment) evaluated(t *testing.T, part, function string, argument any) any {
	t.Helper()
	switch function {
	case "Ref":
		return e.physical(t, part, argument.(string), "")
	case "Fn::GetAtt":
		pair := argument.([]any)
		return e.physical(t, part, pair[0].(string), pair[1].(string))
	case "Fn::Join":
		pair := e.rendered(t, part, argument).([]any)
		var pieces []string
		for _, piece := range pair[1].([]any) {
			pieces = append(pieces, fmt.Sprint(piece))
		}
		return strings.Join(pieces, pair[0].(string))
	case "Fn::Split":
		pair := e.rendered(t, part, argument).([]any)
		var pieces []any
		for piece := range strings.SplitSeq(pair[1].(string), pair[0].(string)) {
			pieces = append(pieces, piece)
		}
		return pieces
	case "Fn::Select":
		pair := e.rendered(t, part, argument).([]any)
		return pair[1].([]any)[int(pair[0].(float64))]
	case "Fn::GetStackOutput":
		output := argument.(object)
		for other, template := range e.Templates {
			if e.Config.names().stack(other) == output["StackName"] {
				return e.rendered(t, other, template["Outputs"].(object)[output["OutputName"].(string)].(object)["Value"])
			}
		}
	case "Fn::ImportValue":
		for other, template := range e.Templates {
			outputs, _ := template["Outputs"].(object)
			for _, output := range outputs {
				if export, ok := output.(object)["Export"].(object); ok && export["Name"] == argument {
					return e.rendered(t, other, output.(object)["Value"])
				}
			}
		}
	}
	t.Fatalf("%s: cannot render %s %v", part, function, argument)
	return nil
}

// physical invents what AWS would answer for a resource's Ref (no attribute) or attribute.
func (e *environment) physical(t *testing.T, part, id, attribute string) string {
	t.Helper()
	if pseudo, ok := map[string]string{"AWS::AccountId": "111122223333", "AWS::Region": e.Config.Region, "AWS::Partition": "aws", "AWS::StackId": "arn:aws:cloudformation:us-east-2:111122223333:stack/" + part}[id]; ok {
		return pseudo
	}
	body, ok := e.Templates[part]["Resources"].(object)[id].(object)
	if !ok {
		t.Fatalf("%s has no resource %s", part, id)
	}
	properties, _ := body["Properties"].(object)
	named := func(property string) string {
		if name, ok := properties[property]; ok {
			return e.rendered(t, part, name).(string)
		}
		return id
	}
	switch body["Type"].(string) + "." + attribute {
	case "AWS::ECS::Cluster.":
		return named("ClusterName")
	case "AWS::ECS::Cluster.Arn":
		return "arn:aws:ecs:us-east-2:111122223333:cluster/" + named("ClusterName")
	case "AWS::ECS::Service.Name":
		return named("ServiceName")
	case "AWS::ECS::Service.":
		return "arn:aws:ecs:us-east-2:111122223333:service/" + named("Cluster") + "/" + named("ServiceName")
	case "AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerFullName":
		return "app/" + id + "/1"
	case "AWS::ElasticLoadBalancingV2::LoadBalancer.":
		return "arn:aws:elasticloadbalancing:us-east-2:111122223333:loadbalancer/app/" + id + "/1"
	case "AWS::ElasticLoadBalancingV2::Listener.":
		return strings.Replace(named("LoadBalancerArn"), ":loadbalancer/", ":listener/", 1) + "/" + id
	case "AWS::ElasticLoadBalancingV2::TargetGroup.TargetGroupFullName":
		return "targetgroup/" + id + "/1"
	case "AWS::RDS::DBCluster.":
		return named("DBClusterIdentifier")
	case "AWS::EC2::NatGateway.", "AWS::EC2::NatGateway.NatGatewayId":
		return "nat-" + id
	case "AWS::Logs::LogGroup.":
		return named("LogGroupName")
	case "AWS::Logs::LogGroup.Arn":
		return "arn:aws:logs:us-east-2:111122223333:log-group:" + named("LogGroupName") + ":*"
	case "AWS::KinesisFirehose::DeliveryStream.":
		return named("DeliveryStreamName")
	case "AWS::WAFv2::WebACL.metric name": // what its metrics are under
		return properties["VisibilityConfig"].(object)["MetricName"].(string)
	case "AWS::CodeDeploy::Application.":
		return named("ApplicationName")
	case "AWS::CodeDeploy::DeploymentGroup.":
		return named("DeploymentGroupName")
	case "AWS::SNS::Topic.":
		return "arn:aws:sns:us-east-2:111122223333:" + named("TopicName")
	case "AWS::CloudWatch::Alarm.Arn":
		return "arn:aws:cloudwatch:us-east-2:111122223333:alarm:" + named("AlarmName")
	}
	return strings.TrimSuffix(id+"."+attribute, ".")
}

// dashboard returns the widgets as CloudWatch will read them.
func (e *environment) dashboard(t *testing.T) []object {
	t.Helper()
	dashboard := e.only(t, "AWS::CloudWatch::Dashboard")
	body := e.rendered(t, dashboard.Stack, dashboard.Properties["DashboardBody"]).(string)
	var parsed struct{ Widgets []object }
	if err := json.Unmarshal([]byte(body), &parsed); err != nil {
		t.Fatalf("dashboard: %v\n%s", err, body)
	}
	return parsed.Widgets
}
