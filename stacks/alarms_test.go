package stacks

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// described puts what makes an alarm fire on one line.
func described(alarm object) string {
	metric, _ := alarm["MetricName"].(string)
	stat, period := fmt.Sprint(cmp.Or(alarm["Statistic"], alarm["ExtendedStatistic"])), alarm["Period"]
	list, _ := alarm["Metrics"].([]any)
	for _, item := range list {
		item := item.(object)
		if source, ok := item["MetricStat"].(object); ok {
			stat, period = source["Stat"].(string), source["Period"]
			if item["ReturnData"] == true {
				metric = source["Metric"].(object)["MetricName"].(string)
			}
		} else {
			metric = item["Expression"].(string)
		}
	}
	return fmt.Sprintf("%s: %s %s %s %v, %v of %v x %v s, silence is %s", alarm["AlarmName"], metric, stat, alarm["ComparisonOperator"],
		alarm["Threshold"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], period, alarm["TreatMissingData"])
}

func (e *environment) pagingAlarms(t *testing.T) []object {
	t.Helper()
	var alarms []object
	for _, r := range e.resources("AWS::CloudWatch::Alarm") {
		alarms = append(alarms, e.rendered(t, r.Stack, r.Properties).(object))
	}
	return alarms
}

func TestAlarmsFireWhenTheyShould(t *testing.T) {
	want := []string{
		"payment-processor-cpu-dev: CPUUtilization Average GreaterThanThreshold 80, 5 of 5 x 60 s, silence is missing",
		"payment-processor-database-capacity-dev: ACUUtilization Average GreaterThanThreshold 95, 5 of 5 x 60 s, silence is missing",
		"payment-processor-database-connections-dev: DatabaseConnections Maximum GreaterThanThreshold 657.6, 3 of 3 x 60 s, silence is missing",
		"payment-processor-database-memory-dev: FreeableMemory Average LessThanThreshold 8.589934592e+08, 5 of 5 x 60 s, silence is missing",
		"payment-processor-deployment-failed-dev: TriggeredRules Sum GreaterThanOrEqualToThreshold 1, 1 of 1 x 300 s, silence is notBreaching",
		"payment-processor-elb-5xx-dev: HTTPCode_ELB_5XX_Count Sum GreaterThanThreshold 5, 3 of 5 x 60 s, silence is notBreaching",
		"payment-processor-event-delivery-dev: spot + placement + deployment + findings Sum GreaterThanOrEqualToThreshold 1, 1 of 1 x 300 s, silence is notBreaching",
		"payment-processor-gate-blue-errors-dev: 100 * errors / requests Sum GreaterThanThreshold 5, 2 of 2 x 60 s, silence is notBreaching",
		"payment-processor-gate-blue-slow-dev: TargetResponseTime p99 GreaterThanThreshold 2, 2 of 2 x 60 s, silence is notBreaching",
		"payment-processor-gate-blue-unhealthy-dev: UnHealthyHostCount Maximum GreaterThanThreshold 0, 2 of 2 x 60 s, silence is notBreaching",
		"payment-processor-gate-green-errors-dev: 100 * errors / requests Sum GreaterThanThreshold 5, 2 of 2 x 60 s, silence is notBreaching",
		"payment-processor-gate-green-slow-dev: TargetResponseTime p99 GreaterThanThreshold 2, 2 of 2 x 60 s, silence is notBreaching",
		"payment-processor-gate-green-unhealthy-dev: UnHealthyHostCount Maximum GreaterThanThreshold 0, 2 of 2 x 60 s, silence is notBreaching",
		"payment-processor-healthy-tasks-dev: IF(blue > green, blue, green) Average LessThanThreshold 2, 3 of 3 x 60 s, silence is breaching",
		"payment-processor-image-findings-dev: TriggeredRules Sum GreaterThanOrEqualToThreshold 1, 1 of 1 x 300 s, silence is notBreaching",
		"payment-processor-latency-p99-dev: IF(blue > green, blue, green) p99 GreaterThanThreshold 2, 3 of 5 x 60 s, silence is notBreaching",
		"payment-processor-memory-dev: MemoryUtilization Average GreaterThanThreshold 85, 5 of 5 x 60 s, silence is missing",
		"payment-processor-nat-ports-1-dev: ErrorPortAllocation Sum GreaterThanThreshold 0, 1 of 1 x 60 s, silence is notBreaching",
		"payment-processor-rejected-connections-dev: RejectedConnectionCount Sum GreaterThanThreshold 0, 1 of 1 x 60 s, silence is notBreaching",
		"payment-processor-rotation-dev: Errors Sum GreaterThanOrEqualToThreshold 1, 1 of 1 x 300 s, silence is notBreaching",
		"payment-processor-rotation-release-dev: errors + dropped + unasked Sum GreaterThanOrEqualToThreshold 1, 3 of 12 x 300 s, silence is notBreaching",
		"payment-processor-running-tasks-dev: desired - running Average GreaterThanThreshold 0, 10 of 10 x 60 s, silence is breaching",
		"payment-processor-spot-interruptions-dev: TriggeredRules Sum GreaterThanOrEqualToThreshold 1, 3 of 6 x 300 s, silence is notBreaching",
		"payment-processor-target-5xx-dev: 100 * errors / requests Sum GreaterThanThreshold 1, 3 of 5 x 60 s, silence is notBreaching",
		"payment-processor-task-placement-dev: TriggeredRules Sum GreaterThanOrEqualToThreshold 1, 1 of 1 x 300 s, silence is notBreaching",
	}
	var got []string
	for _, alarm := range synthesized(t, "dev").pagingAlarms(t) {
		got = append(got, described(alarm))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("alarms\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// Each expression's letters must be bound to the metrics that they say, or the arithmetic is about something else.
func TestExpressionsAreAboutWhatTheySay(t *testing.T) {
	env := synthesized(t, "dev")
	group := func(prefix string) string {
		for _, r := range env.resources("AWS::ElasticLoadBalancingV2::TargetGroup") {
			if strings.Contains(strings.ToLower(r.ID), prefix) {
				return env.physical(t, r.Stack, r.ID, "TargetGroupFullName")
			}
		}
		t.Fatalf("no target group %s", prefix)
		return ""
	}
	want := map[string]map[string]string{
		"running-tasks":  {"desired": "DesiredTaskCount", "running": "RunningTaskCount"},
		"target-5xx":     {"errors": "HTTPCode_Target_5XX_Count", "requests": "RequestCount"},
		"healthy-tasks":  {"blue": "HealthyHostCount " + group("blue"), "green": "HealthyHostCount " + group("green")},
		"latency-p99":    {"blue": "TargetResponseTime " + group("blue"), "green": "TargetResponseTime " + group("green")},
		"event-delivery": {"spot": "FailedInvocations Spot", "placement": "FailedInvocations Placement", "deployment": "FailedInvocations Deployment", "findings": "FailedInvocations ImageFindings"},
		"rotation-release": {
			"errors": "Errors RotationReleaseFunction", "dropped": "AsyncEventsDropped RotationReleaseFunction",
			"unasked": "FailedInvocations RotationReleaseSchedule",
		},
	}
	for _, alarm := range env.pagingAlarms(t) {
		for id, part := range want[nameOf(env, alarm)] {
			found := false
			for _, item := range alarm["Metrics"].([]any) {
				if item := item.(object); item["Id"] == id {
					found = strings.Contains(describedMetric(item), part)
				}
			}
			if !found {
				t.Errorf("%s: %s is not %s: %v", alarm["AlarmName"], id, part, alarm["Metrics"])
			}
		}
	}
}

func describedMetric(item object) string {
	metric := item["MetricStat"].(object)["Metric"].(object)
	words := []string{metric["MetricName"].(string)}
	for _, d := range metric["Dimensions"].([]any) {
		if name := d.(object)["Name"]; name == "TargetGroup" || name == "RuleName" || name == "FunctionName" {
			words = append(words, d.(object)["Value"].(string))
		}
	}
	return strings.Join(words, " ")
}

func nameOf(env *environment, alarm object) string {
	name := strings.TrimPrefix(alarm["AlarmName"].(string), "payment-processor-")
	return strings.TrimSuffix(name, "-"+env.Config.EnvironmentSuffix)
}

// Whoever is woken must be told what it means for payments, what to do first and where to read on, and again when it is over.
func TestEveryAlarmPagesAndExplainsItself(t *testing.T) {
	sections := runbookSections(t)
	for _, env := range observedEnvironments(t) {
		topic := []any{"arn:aws:sns:us-east-2:111122223333:" + env.Config.names().alarmTopic()}
		for _, alarm := range env.pagingAlarms(t) {
			name, description := nameOf(env, alarm), alarm["AlarmDescription"].(string)
			if want := env.Config.names().alarm(name); alarm["AlarmName"] != want {
				t.Errorf("alarm is named %v, want %s", alarm["AlarmName"], want)
			}
			for _, actions := range []string{"AlarmActions", "OKActions"} {
				if fmt.Sprint(alarm[actions]) != fmt.Sprint(topic) {
					t.Errorf("%s: %s are %v, want %v", name, actions, alarm[actions], topic)
				}
			}
			means, rest, first := strings.Cut(description, ". First: ")
			_, runbook, linked := strings.Cut(rest, ". Runbook: docs/runbooks/alarms.md#")
			if !first || !linked || len(means) < 20 || len(description) > 1024 {
				t.Errorf("%s: description %q, want: meaning. First: action. Runbook: file#section", name, description)
			}
			if !slices.Contains(sections, runbook) || !strings.HasPrefix(name, runbook) {
				t.Errorf("%s: docs/runbooks/alarms.md has no section %q about it", name, runbook)
			}
		}
	}
}

func TestRunbookHasNoSectionWithoutAlarm(t *testing.T) {
	env := synthesized(t, "prod") // where everything is watched
	var names []string
	for _, alarm := range env.pagingAlarms(t) {
		_, section, _ := strings.Cut(alarm["AlarmDescription"].(string), "alarms.md#")
		names = append(names, section)
	}
	for _, section := range runbookSections(t) {
		if !slices.Contains(names, section) {
			t.Errorf("docs/runbooks/alarms.md explains %s, which no alarm is called", section)
		}
	}
}

func runbookSections(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("../docs/runbooks/alarms.md")
	if err != nil {
		t.Fatal(err)
	}
	var sections []string
	for _, match := range regexp.MustCompile(`(?m)^## (\S+)$`).FindAllStringSubmatch(string(raw), -1) {
		sections = append(sections, match[1])
	}
	return sections
}

func TestNatAlarmsFollowTheGateways(t *testing.T) {
	for _, env := range []*environment{withoutNat(t), synthesized(t, "dev"), synthesized(t, "dev", object{"natGateways": "2"})} {
		want := len(env.resources("AWS::EC2::NatGateway"))
		var names, gateways []string
		for _, alarm := range env.pagingAlarms(t) {
			if strings.HasPrefix(nameOf(env, alarm), "nat-ports-") {
				names = append(names, nameOf(env, alarm))
				gateways = append(gateways, fmt.Sprint(alarm["Metrics"]))
			}
		}
		if len(names) != want || len(slices.Compact(gateways)) != want {
			t.Errorf("%d NAT gateways have the alarms %v", want, names)
		}
		for i, name := range names {
			if name != fmt.Sprintf("nat-ports-%d", i+1) {
				t.Errorf("alarm %d of the NAT gateways is %s", i+1, name)
			}
		}
		if want != env.Config.Network.NatGateways {
			t.Errorf("found %d NAT gateways, configured are %d", want, env.Config.Network.NatGateways)
		}
	}
}

func TestHalfTheFleetRoundsUp(t *testing.T) {
	for tasks, want := range map[int]float64{1: 1, 2: 1, 3: 2, 4: 2, 10: 5} {
		if got := half(tasks); got != want {
			t.Errorf("half of %d tasks is %v, want %v: fewer must page", tasks, got, want)
		}
	}
}

// An alarm at 80 % of more connections than Aurora takes never fires.
func TestConnectionsFollowTheCapacity(t *testing.T) {
	for acu, want := range map[[2]int]float64{{0, 4}: 822, {0, 16}: 2000, {1, 16}: 3354, {1, 24}: 5000} {
		if got := mostConnections(DatabaseConfig{MinACU: acu[0], MaxACU: acu[1]}); got != want {
			t.Errorf("with %d to %d capacity units %v connections, want %v", acu[0], acu[1], got, want)
		}
	}
}
