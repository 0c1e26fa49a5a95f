package providers

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"payment-processor/localaws/resource"
)

// alarm is an alarm's properties, and changes of them in pairs of name and value; nil takes a property away.
func alarm(pairs ...any) map[string]any {
	properties := with(map[string]any{"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60,
		"EvaluationPeriods": 3, "Threshold": "70.5", "ComparisonOperator": "GreaterThanThreshold"}, pairs...)
	for name, value := range properties {
		if value == nil {
			delete(properties, name)
		}
	}
	return properties
}

func math(queries ...any) map[string]any {
	return alarm("Namespace", nil, "MetricName", nil, "Statistic", nil, "Period", nil, "Metrics", queries)
}

func expression(id, formula string) map[string]any {
	return map[string]any{"Id": id, "Expression": formula}
}

func measured(id, stat string, period int) map[string]any {
	return map[string]any{"Id": id, "ReturnData": false, "MetricStat": map[string]any{"Stat": stat, "Period": period,
		"Metric": map[string]any{"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"}}}
}

func TestAlarm(t *testing.T) {
	life{
		kind: "AWS::CloudWatch::Alarm",
		properties: func(unique string) map[string]any {
			return alarm("AlarmName", "cpu-"+unique, "TreatMissingData", "notBreaching", "Tags", tag("a", "b"),
				"AlarmActions", []any{"arn:aws:sns:us-east-2:123456789012:pages"}, "DatapointsToAlarm", 2,
				"Dimensions", []any{map[string]any{"Name": "ClusterName", "Value": "c"}})
		},
		changes: []func(map[string]any){
			func(p map[string]any) { p["Threshold"], p["Tags"], p["ActionsEnabled"] = 80, tag("c", "d"), "false" },
			func(p map[string]any) {
				name := p["AlarmName"]
				clear(p)
				maps.Copy(p, math(measured("m1", "p99", 60), measured("m2", "Sum", 300), expression("e", "IF(m1 > 2, FILL(m2, 0), 1)")))
				p["AlarmName"] = name
			},
		},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := cloudwatch.NewFromConfig(local(t)).DescribeAlarms(t.Context(),
				&cloudwatch.DescribeAlarmsInput{AlarmNames: []string{result.PhysicalID}})
			if err != nil || len(found.MetricAlarms) != 1 {
				t.Fatalf("step %d: %v, %v", step, found, err)
			}
			alarm := found.MetricAlarms[0]
			if *alarm.AlarmArn != result.Attributes["Arn"] || *alarm.ActionsEnabled != (step != 1) ||
				*alarm.Threshold != []float64{70.5, 80, 70.5}[step] || len(alarm.Metrics) != []int{0, 0, 3}[step] {
				t.Errorf("step %d: %v", step, alarm)
			}
		},
	}.live(t)
	name := made(t, "AWS::CloudWatch::Alarm", alarm("Statistic", nil, "ExtendedStatistic", "p99.9")).PhysicalID
	refused(t, "AWS::CloudWatch::Alarm", "already exists", alarm("AlarmName", name))
	refused(t, "AWS::CloudWatch::Alarm", "Period must be", alarm("Period", 45))
	refused(t, "AWS::CloudWatch::Alarm", "Property /Threshold", alarm("Threshold", "much"))
}

func TestAlarmsThatCloudWatchRefuses(t *testing.T) {
	for _, wrong := range []struct {
		reason     string
		properties map[string]any
	}{
		{"'Greater' at 'ComparisonOperator'", alarm("ComparisonOperator", "Greater")},
		{"'TreatMissingData'", alarm("TreatMissingData", "never")},
		{"EvaluationPeriods must be", alarm("EvaluationPeriods", 0)},
		{"DatapointsToAlarm must be", alarm("DatapointsToAlarm", 4)},
		{"Exactly one of MetricName and Metrics", alarm("MetricName", nil)},
		{"Exactly one of Statistic", alarm("ExtendedStatistic", "p99")},
		{"Exactly one of Statistic", alarm("Statistic", nil)},
		{"'p99' at 'Statistic'", alarm("Statistic", "p99")},
		{"ExtendedStatistic is not supported", alarm("Statistic", nil, "ExtendedStatistic", "percentile")},
		{"Period must be 10, 20, 30", alarm("Period", 45)},
		{"more than a day", alarm("Period", 300, "EvaluationPeriods", 300)},
		{"more than a day", alarm("Period", 86400, "EvaluationPeriods", 8)},
		{"not unique", math(expression("e", "1"), expression("e", "2"))},
		{"lower-case", math(expression("E", "1"))},
		{"ReturnData=true", math(measured("m", "Sum", 60))},
		{"ReturnData=true", math(expression("e", "1"), expression("f", "2"))},
		{"exactly one of Expression and MetricStat", math(map[string]any{"Id": "e"})},
		{"MetricStat.Stat is required", math(measured("m", "", 60), expression("e", "m"))},
		{"Period must be", math(measured("m", "Sum", 61), expression("e", "m"))},
		{"unknown identifier m2", math(measured("m", "Sum", 60), expression("e", "m + m2"))},
	} {
		if err := checkAlarm(wrong.properties); err == nil || !strings.Contains(err.Error(), wrong.reason) {
			t.Errorf("got %v, want a refusal that says %q", err, wrong.reason)
		}
	}
	for _, right := range []map[string]any{
		alarm("Period", 86400, "EvaluationPeriods", 7), alarm("Statistic", nil, "ExtendedStatistic", "tm99"),
		math(expression("e", `SUM(SEARCH('{AWS/ECS,ClusterName} m9', "Sum"))`)),
	} {
		if err := checkAlarm(right); err != nil {
			t.Errorf("%v is refused: %v", right, err)
		}
	}
}

func TestCompositeAlarm(t *testing.T) {
	life{
		kind: "AWS::CloudWatch::CompositeAlarm",
		properties: func(unique string) map[string]any {
			return map[string]any{"AlarmName": "both-" + unique, "AlarmRule": "ALARM(a) AND NOT (OK(\"b c\") OR TRUE)", "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["AlarmRule"], p["ActionsEnabled"] = "INSUFFICIENT_DATA(a)", false }},
	}.live(t)
	for _, rule := range []string{"", "ALARM", "ALARM(a) OR", "ALARM(a) ALARM(b)", "(ALARM(a)", "RED(a)"} {
		refused(t, "AWS::CloudWatch::CompositeAlarm", "AlarmRule must not contain", map[string]any{"AlarmRule": rule})
	}
	refused(t, "AWS::CloudWatch::CompositeAlarm", "ActionsEnabled", map[string]any{"AlarmRule": "TRUE", "ActionsEnabled": "maybe"})
}

func TestDashboard(t *testing.T) {
	life{
		kind: "AWS::CloudWatch::Dashboard",
		properties: func(unique string) map[string]any {
			return map[string]any{"DashboardName": "d-" + unique, "DashboardBody": map[string]any{"widgets": []any{}}}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["DashboardBody"] = `{"widgets":[{"type":"text"}]}` }},
	}.live(t)
	refused(t, "AWS::CloudWatch::Dashboard", "JSON", map[string]any{"DashboardBody": "{"})
}
