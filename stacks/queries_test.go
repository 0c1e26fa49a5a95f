package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
)

// A saved query on the wrong log group finds nothing, and whoever asks it concludes that nothing happened.
func TestSavedQueriesAskTheRightLog(t *testing.T) {
	for _, env := range observedEnvironments(t) {
		names := env.Config.names()
		want := map[string]string{
			"errors": names.logGroup(), "errors-by-message": names.logGroup(), "slow-requests": names.logGroup(),
			"exec-sessions": "the audit log", "release-decisions": "the functions' logs",
			"task-stops": names.eventLog(), "tasks-by-capacity-provider": names.eventLog(),
			"service-events": names.eventLog(), "deployments": names.eventLog(),
			"blocked-requests": "aws-waf-logs-" + names.application(),
		}
		found := map[string]bool{}
		for _, r := range env.resources("AWS::Logs::QueryDefinition") {
			properties := env.rendered(t, r.Stack, r.Properties).(object)
			folder, name, _ := strings.Cut(properties["Name"].(string), "/")
			found[name] = true
			if folder != names.application() {
				t.Errorf("query %v is not in the folder %s", properties["Name"], names.application())
			}
			groups, _ := properties["LogGroupNames"].([]any)
			if name == "release-decisions" {
				if len(groups) != len(env.Stacks.Platform.FunctionLogs) {
					t.Errorf("release-decisions reads %v, want the logs of the %d functions", groups, len(env.Stacks.Platform.FunctionLogs))
				}
				continue
			}
			if name == "exec-sessions" {
				if len(groups) != 1 || slices.Contains([]string{names.logGroup(), names.eventLog()}, groups[0].(string)) {
					t.Errorf("exec-sessions reads %v, want the audit log alone", groups)
				}
				continue
			}
			if fmt.Sprint(groups) != fmt.Sprint([]any{want[name]}) {
				t.Errorf("query %s reads %v, want %s", name, groups, want[name])
			}
		}
		if len(found) != len(want) {
			t.Errorf("saved queries are %v, want %v", found, want)
		}
	}
}

// Every line must be a command, joined by the pipes that Logs Insights wants.
func TestSavedQueriesAreWellFormed(t *testing.T) {
	env := synthesized(t, "dev")
	for _, r := range env.resources("AWS::Logs::QueryDefinition") {
		query := r.Properties["QueryString"].(string)
		for line := range strings.SplitSeq(query, "\n| ") {
			command, _, _ := strings.Cut(line, " ")
			if !slices.Contains([]string{"fields", "filter", "stats", "sort", "limit"}, command) || strings.Contains(line, "\n") {
				t.Errorf("%s: %q is no command", r.ID, line)
			}
		}
		if strings.Count(query, `"`)%2 != 0 || strings.Count(query, "`")%2 != 0 {
			t.Errorf("%s: quotes are not closed in %s", r.ID, query)
		}
	}
}

func TestEventQueriesFilterWhatTheLogHolds(t *testing.T) {
	env := synthesized(t, "dev")
	for id, filter := range map[string]string{
		"TaskStopsQuery":     "`detail-type` = \"ECS Task State Change\" and detail.lastStatus = \"STOPPED\"",
		"CapacityQuery":      "`detail-type` = \"ECS Task State Change\"",
		"ServiceEventsQuery": "`detail-type` = \"ECS Service Action\"",
		"DeploymentsQuery":   "`detail-type` = \"CodeDeploy Deployment State-change Notification\"",
	} {
		query := env.Templates["observability"]["Resources"].(object)[id].(object)["Properties"].(object)["QueryString"].(string)
		if !strings.Contains(query, "filter "+filter+"\n") {
			t.Errorf("%s does not filter %s: %s", id, filter, query)
		}
	}
}

func TestReleaseDecisionsAreAskedOfEveryFunction(t *testing.T) {
	platform := synthesized(t, "dev").Stacks.Platform
	platform.FunctionLogs = []awslogs.ILogGroup{platform.LogGroup, platform.LogGroup}
	for _, query := range savedQueries(serviceEvents{}, ObservabilityStackProps{Platform: platform}) {
		if query.Name == "release-decisions" && len(query.Logs) != 2 {
			t.Errorf("two functions log, and release-decisions reads %d logs", len(query.Logs))
		}
	}
}
