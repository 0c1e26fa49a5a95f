package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawslogs"
)

// savedQuery is a question for CloudWatch Logs Insights that people ask under pressure.
type savedQuery struct {
	ID    string // of the construct
	Name  string // in the console, in a folder of the application's name
	Lines []string
	Logs  []interfacesawslogs.ILogGroupRef
}

func newQueries(stack awscdk.Stack, events serviceEvents, props ObservabilityStackProps) {
	names := props.Config.names()
	for _, q := range savedQueries(events, props) {
		var groups []any
		for _, group := range q.Logs {
			groups = append(groups, loose(group))
		}
		awslogs.NewCfnQueryDefinition(stack, &q.ID, &awslogs.CfnQueryDefinitionProps{
			Name:          new(names.query(q.Name)),
			QueryString:   new(strings.Join(q.Lines, "\n| ")),
			LogGroupNames: &groups,
		})
	}
}

func savedQueries(events serviceEvents, props ObservabilityStackProps) []savedQuery {
	application := []interfacesawslogs.ILogGroupRef{props.Platform.LogGroup}
	history := []interfacesawslogs.ILogGroupRef{events.History}
	audit := []interfacesawslogs.ILogGroupRef{props.Platform.Cluster.ExecuteCommandConfiguration().LogConfiguration.CloudWatchLogGroup}
	var decisions []interfacesawslogs.ILogGroupRef
	for _, group := range props.Platform.FunctionLogs {
		decisions = append(decisions, group)
	}
	return []savedQuery{
		{"ErrorsQuery", "errors", []string{
			"fields @timestamp, level, msg, error, @logStream",
			`filter level in ["ERROR", "error", "FATAL", "fatal"] or @message like /(?i)\b(panic|fatal|exception)\b/`,
			"sort @timestamp desc",
			"limit 200",
		}, application},
		{"ErrorCountQuery", "errors-by-message", []string{
			`filter level in ["ERROR", "error", "FATAL", "fatal"]`,
			"stats count(*) as times, min(@timestamp) as first, max(@timestamp) as last by msg",
			"sort times desc",
			"limit 50",
		}, application},
		{"SlowRequestsQuery", "slow-requests", []string{
			"fields @timestamp, method, path, status, duration_ms, @logStream",
			"filter duration_ms > 1000",
			"sort duration_ms desc",
			"limit 100",
		}, application},
		{"ExecSessionsQuery", "exec-sessions", []string{
			"fields @timestamp, @logStream as session, @message",
			"sort @timestamp desc",
			"limit 1000",
		}, audit},
		{"TaskStopsQuery", "task-stops", taskStops, history},
		{"CapacityQuery", "tasks-by-capacity-provider", tasksByProvider, history},
		{"ServiceEventsQuery", "service-events", []string{
			"fields @timestamp, detail.eventType as severity, detail.eventName as event, detail.reason as reason",
			"filter `detail-type` = \"" + serviceAction + "\"",
			"sort @timestamp desc",
			"limit 200",
		}, history},
		{"ReleaseDecisionsQuery", "release-decisions", []string{
			"fields @timestamp, msg as decision, reason, deployment, @log",
			"filter ispresent(msg)",
			"sort @timestamp desc",
			"limit 200",
		}, decisions},
		{"DeploymentsQuery", "deployments", deployments, history},
		{"BlockedRequestsQuery", "blocked-requests", blockedRequests, []interfacesawslogs.ILogGroupRef{props.Platform.FirewallLog}},
	}
}

// ECS may tell the same state of a task more than once, so tasks are counted and not events.
var (
	taskStops = []string{
		"filter `detail-type` = \"" + taskStateChange + "\" and detail.lastStatus = \"STOPPED\"",
		"stats count_distinct(detail.taskArn) as tasks, max(@timestamp) as last by detail.stopCode as code, detail.stoppedReason as reason",
		"sort tasks desc",
		"limit 50",
	}
	tasksByProvider = []string{
		"filter `detail-type` = \"" + taskStateChange + "\"",
		"stats latest(detail.lastStatus) as status, latest(detail.capacityProviderName) as provider by detail.taskArn",
		"stats count(*) as tasks by provider, status",
		"sort provider, status",
	}
	// A request that a managed group refuses names the group in terminatingRuleId, and its rule in the label.
	blockedRequests = []string{
		"filter action = \"BLOCK\"",
		"stats count(*) as requests, max(@timestamp) as last by httpRequest.clientIp as address, terminatingRuleId as rule, labels.0.name as label, httpRequest.uri as path",
		"sort requests desc",
		"limit 50",
	}
	deployments = []string{
		"filter `detail-type` = \"" + deploymentStateChange + "\"",
		"stats latest(detail.state) as state, min(@timestamp) as started, max(@timestamp) as last by detail.deploymentId as deployment",
		"sort started desc",
		"limit 20",
	}
)
