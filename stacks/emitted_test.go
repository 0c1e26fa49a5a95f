package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

type emission struct {
	Page       string // of AWS, where it was read
	Namespace  string
	Metrics    []string
	Dimensions [][]string // sorted; the exact sets under which these metrics exist
}

// emitted is what AWS publishes about our resources: an alarm or a graph on anything else stays silent for ever.
var emitted = []emission{
	{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html", "AWS/ECS",
		[]string{"CPUUtilization", "MemoryUtilization"},
		[][]string{{"ClusterName"}, {"ClusterName", "ServiceName"}}},
	{"https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html", "ECS/ContainerInsights",
		[]string{"DesiredTaskCount", "RunningTaskCount", "PendingTaskCount", "TaskSetCount", "DeploymentCount"},
		[][]string{{"ClusterName", "ServiceName"}}},
	{"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html", "AWS/ApplicationELB",
		[]string{"ConsumedLCUs"},
		[][]string{{"LoadBalancer"}}},
	{"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html", "AWS/ApplicationELB",
		[]string{"RejectedConnectionCount", "HTTPCode_ELB_5XX_Count"},
		[][]string{{"LoadBalancer"}, {"AvailabilityZone", "LoadBalancer"}}},
	{"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html", "AWS/ApplicationELB",
		[]string{"HealthyHostCount", "UnHealthyHostCount"},
		[][]string{{"LoadBalancer", "TargetGroup"}, {"AvailabilityZone", "LoadBalancer", "TargetGroup"}}},
	{"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html", "AWS/ApplicationELB",
		[]string{"RequestCount", "TargetResponseTime", "HTTPCode_Target_5XX_Count", "HTTPCode_Target_4XX_Count", "TargetConnectionErrorCount"},
		[][]string{{"LoadBalancer"}, {"AvailabilityZone", "LoadBalancer"}, {"LoadBalancer", "TargetGroup"}, {"AvailabilityZone", "LoadBalancer", "TargetGroup"}}},
	{"https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html", "AWS/NATGateway",
		[]string{"ErrorPortAllocation", "BytesOutToDestination", "BytesInFromDestination"},
		[][]string{{"NatGatewayId"}}},
	{"https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html", "AWS/Events",
		[]string{"TriggeredRules", "FailedInvocations", "Invocations"},
		[][]string{{"RuleName"}}},
	{"https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html", "AWS/RDS",
		[]string{"ACUUtilization", "DatabaseConnections", "FreeableMemory", "ServerlessDatabaseCapacity"},
		[][]string{{"DBClusterIdentifier"}, {"DBInstanceIdentifier"}, {"DBClusterIdentifier", "Role"}}},
	{"https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html", "AWS/RDS",
		[]string{"AuroraReplicaLagMaximum"},
		[][]string{{"DBClusterIdentifier"}}},
	{"https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", "AWS/Lambda",
		[]string{"AsyncEventsDropped", "Errors"},
		[][]string{{"FunctionName"}}},
	{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html", "AWS/Usage",
		[]string{"ResourceCount"},
		[][]string{{"Class", "Resource", "Service", "Type"}}},
	{"https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html", "AWS/Logs",
		[]string{"IncomingBytes", "IncomingLogEvents"},
		[][]string{{"LogGroupName"}}},
	{"https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html", "AWS/Logs",
		[]string{"DeliveryErrors", "DeliveryThrottling", "ForwardedLogEvents"},
		[][]string{{"DestinationType", "FilterName", "LogGroupName"}}},
	{"https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html", "AWS/Firehose",
		[]string{"DeliveryToS3.DataFreshness", "DeliveryToS3.Success", "DeliveryToS3.Records"},
		[][]string{{"DeliveryStreamName"}}},
	{"https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html", "AWS/WAFV2",
		[]string{"AllowedRequests", "BlockedRequests", "CountedRequests"},
		[][]string{{"Region", "Rule", "WebACL"}}},
}

// dimensionValues says which of a resource's names CloudWatch wants under a dimension: the ARN is never it.
var dimensionValues = map[string]struct{ Type, Attribute string }{
	"ClusterName":  {"AWS::ECS::Cluster", ""},
	"ServiceName":  {"AWS::ECS::Service", "Name"},
	"LoadBalancer": {"AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName"},
	"TargetGroup":  {"AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName"},
	"NatGatewayId": {"AWS::EC2::NatGateway", ""},
	"RuleName":     {"AWS::Events::Rule", ""},

	"DBClusterIdentifier": {"AWS::RDS::DBCluster", ""},
	"FunctionName":        {"AWS::Lambda::Function", ""},
	"LogGroupName":        {"AWS::Logs::LogGroup", ""},

	"DeliveryStreamName": {"AWS::KinesisFirehose::DeliveryStream", ""},
	"WebACL":             {"AWS::WAFv2::WebACL", "metric name"},
}

// otherValues are those that are no resource's name.
var otherValues = map[string][]string{
	"Service": {"Fargate"}, "Type": {"Resource"}, "Resource": {"vCPU"}, "Class": {"Standard/OnDemand", "Standard/Spot"},
	"Role":            {"WRITER"},
	"DestinationType": {"Firehose"}, "FilterName": {archiveFilter}, "Region": {"us-east-2"},
	"Rule": append([]string{"ALL", rateRule}, managedRules...), // TestFirewall holds the metric names to these
}

// watched is one metric of an alarm or widget, as CloudWatch sees it.
type watched struct {
	By         string
	Namespace  string
	Metric     string
	Dimensions map[string]string
}

// neverEmitted says why a metric stays silent, or nothing.
func (e *environment) neverEmitted(t *testing.T, w watched) string {
	t.Helper()
	names := slices.Sorted(maps.Keys(w.Dimensions))
	known := slices.ContainsFunc(emitted, func(entry emission) bool {
		return entry.Namespace == w.Namespace && slices.Contains(entry.Metrics, w.Metric) &&
			slices.ContainsFunc(entry.Dimensions, func(set []string) bool { return slices.Equal(set, names) })
	})
	if !known {
		return fmt.Sprintf("%s: AWS emits no %s %s with dimensions %v", w.By, w.Namespace, w.Metric, names)
	}
	for _, name := range names {
		accepted := slices.Clone(otherValues[name])
		if source, ok := dimensionValues[name]; ok {
			for _, r := range e.resources(source.Type) {
				accepted = append(accepted, e.physical(t, r.Stack, r.ID, source.Attribute))
			}
		}
		if !slices.Contains(accepted, w.Dimensions[name]) {
			return fmt.Sprintf("%s: %s %s with %s=%q, which is none of %q", w.By, w.Namespace, w.Metric, name, w.Dimensions[name], accepted)
		}
	}
	return ""
}

func (e *environment) watchedByAlarms(t *testing.T) []watched {
	t.Helper()
	var all []watched
	for _, alarm := range e.resources("AWS::CloudWatch::Alarm") {
		properties := e.rendered(t, alarm.Stack, alarm.Properties).(object)
		stats := []object{properties} // one metric without a label stands in the alarm itself
		if list, ok := properties["Metrics"].([]any); ok {
			stats = nil
			for _, item := range list {
				if stat, ok := item.(object)["MetricStat"].(object); ok {
					stats = append(stats, stat["Metric"].(object))
				}
			}
		}
		for _, stat := range stats {
			w := watched{By: alarm.ID, Namespace: stat["Namespace"].(string), Metric: stat["MetricName"].(string), Dimensions: map[string]string{}}
			list, _ := stat["Dimensions"].([]any)
			for _, d := range list {
				w.Dimensions[d.(object)["Name"].(string)] = d.(object)["Value"].(string)
			}
			all = append(all, w)
		}
	}
	return all
}

func (e *environment) watchedByDashboard(t *testing.T) []watched {
	t.Helper()
	var all []watched
	for _, widget := range e.dashboard(t) {
		properties := widget["properties"].(object)
		rows, _ := properties["metrics"].([]any)
		for _, r := range rows {
			var words []string
			for _, word := range r.([]any) {
				if word, ok := word.(string); ok {
					words = append(words, word)
				}
			}
			if len(words) == 0 {
				continue // an expression over the other rows
			}
			w := watched{By: fmt.Sprint("widget ", properties["title"]), Namespace: words[0], Metric: words[1], Dimensions: map[string]string{}}
			for i := 2; i < len(words); i += 2 {
				w.Dimensions[words[i]] = words[i+1]
			}
			all = append(all, w)
		}
	}
	return all
}

// An alarm on a metric that does not exist is green while payments fail.
func TestEveryAlarmCanFireAndEveryGraphHasData(t *testing.T) {
	for _, env := range observedEnvironments(t) {
		alarms, graphs := env.watchedByAlarms(t), env.watchedByDashboard(t)
		if len(alarms) < 15 || len(graphs) < 25 {
			t.Errorf("found only %d metrics in alarms and %d in graphs: the check reads the templates wrongly", len(alarms), len(graphs))
		}
		if !slices.ContainsFunc(alarms, func(w watched) bool { return strings.HasPrefix(w.By, "Gate") }) {
			t.Errorf("%s: no alarm that stops a release was looked at", env.Config.EnvironmentSuffix)
		}
		for _, w := range append(alarms, graphs...) {
			if why := env.neverEmitted(t, w); why != "" {
				t.Errorf("%s: %s", env.Config.EnvironmentSuffix, why)
			}
		}
	}
}

func TestSilentMetricsAreFound(t *testing.T) {
	env := synthesized(t, "dev")
	service := map[string]string{"ClusterName": "payment-processor-dev", "ServiceName": "payment-processor-dev"}
	if why := env.neverEmitted(t, watched{"good", "AWS/ECS", "CPUUtilization", service}); why != "" {
		t.Fatal(why)
	}
	for _, bad := range []watched{
		{"wrong namespace", "AWS/ECS/ContainerInsights", "RunningTaskCount", service},
		{"namespace of another metric", "AWS/ECS", "RunningTaskCount", service},
		{"wrong metric", "AWS/ECS", "CpuUtilized", service},
		{"missing dimension", "ECS/ContainerInsights", "RunningTaskCount", map[string]string{"ClusterName": "payment-processor-dev"}},
		{"surplus dimension", "AWS/ECS", "CPUUtilization", map[string]string{"ClusterName": "payment-processor-dev", "ServiceName": "payment-processor-dev", "TaskId": "1"}},
		{"wrong value", "AWS/ECS", "CPUUtilization", map[string]string{"ClusterName": "payment-processor-dev", "ServiceName": "arn:aws:ecs:us-east-2:111122223333:service/payment-processor-dev/payment-processor-dev"}},
		{"wrong class", "AWS/Usage", "ResourceCount", map[string]string{"Service": "Fargate", "Type": "Resource", "Resource": "vCPU", "Class": "Spot"}},
		{"healthy hosts of a whole load balancer", "AWS/ApplicationELB", "HealthyHostCount", map[string]string{"LoadBalancer": env.balancer(t)}},
		{"no dimension", "AWS/ApplicationELB", "RequestCount", nil},
	} {
		if why := env.neverEmitted(t, bad); !strings.HasPrefix(why, bad.By+": ") {
			t.Errorf("%s is taken for a metric that exists: %q", bad.By, why)
		}
	}
}

func (e *environment) balancer(t *testing.T) string {
	t.Helper()
	r := e.only(t, "AWS::ElasticLoadBalancingV2::LoadBalancer")
	return e.physical(t, r.Stack, r.ID, "LoadBalancerFullName")
}

// observedEnvironments are all in which the stack looks different.
func observedEnvironments(t *testing.T) []*environment {
	t.Helper()
	return []*environment{synthesized(t, "dev"), synthesized(t, "staging"), synthesized(t, "prod"), withoutNat(t), withEmail(t), synthesized(t, "prod", inGroup)}
}

func withoutNat(t *testing.T) *environment {
	t.Helper()
	return synthesized(t, "dev", object{"natGateways": "0"})
}

func withEmail(t *testing.T) *environment {
	t.Helper()
	return synthesized(t, "dev", object{"alarmEmail": "oncall@example.com"})
}
