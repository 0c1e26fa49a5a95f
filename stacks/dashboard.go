package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"
)

// newDashboard lays out what a person on call asks, in the order in which they ask it: is anything ringing; what do
// customers feel; what runs short; what has changed; what does it cost; who is kept out. docs/dashboard.md shows the layout.
func newDashboard(stack awscdk.Stack, signals signals, alarms []awscloudwatch.IAlarm, events serviceEvents, props ObservabilityStackProps) awscloudwatch.Dashboard {
	dashboard := awscloudwatch.NewDashboard(stack, new("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName:   new(props.Config.names().application()),
		DefaultInterval: awscdk.Duration_Hours(new(3.0)),
		Widgets:         dashboardRows(signals, alarms, events, props),
	})
	// CloudFormation tags dashboards since 2026; cfn-lint 1.51.0 does not know it yet.
	dashboard.Node().DefaultChild().(awscdk.CfnResource).AddMetadata(new("cfn-lint"), map[string]any{
		"config": map[string]any{"ignore_checks": jsii.Strings("E3002")},
	})
	return dashboard
}

func dashboardRows(signals signals, alarms []awscloudwatch.IAlarm, events serviceEvents, props ObservabilityStackProps) *[]*[]awscloudwatch.IWidget {
	rows := []*[]awscloudwatch.IWidget{
		{introduction(props.Config), alarmStatus(alarms)},
		customerWidgets(signals),
		causeWidgets(signals, props),
	}
	if signals.Database != nil {
		rows = append(rows, databaseWidgets(signals.Database, props.Config.Database))
	}
	rows = append(rows, changeWidgets(signals, events, props), costWidgets(events, props), securityWidgets(signals, props))
	return &rows
}

func introduction(config Config) awscloudwatch.IWidget {
	return awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
		Width: new(6.0), Height: new(4.0), Background: awscloudwatch.TextWidgetBackground_TRANSPARENT,
		Markdown: jsii.Sprintf("### Payments, %s\nLeft to right: traffic, errors, latency, saturation. Below each its cause, "+
			"then database, deployments, Spot, cost.\n\nBlue and green are target groups: either may be live, the other is empty.\n\n"+
			"Runbooks: docs/runbooks. Saved queries: folder %s.", config.EnvironmentSuffix, config.names().application()),
	})
}

func alarmStatus(alarms []awscloudwatch.IAlarm) awscloudwatch.IWidget {
	var refs []interfacesawscloudwatch.IAlarmRef
	for _, alarm := range alarms {
		refs = append(refs, alarm)
	}
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title: new("Alarms"), Alarms: &refs, Width: new(18.0), Height: new(4.0),
		SortBy: awscloudwatch.AlarmStatusWidgetSortBy_STATE_UPDATED_TIMESTAMP,
	})
}

// graph is a time series with a line at the value at which its alarm fires, if it has one.
type graph struct {
	Title     string
	Width     float64 // of 24
	Left      []awscloudwatch.IMetric
	LeftUnit  string
	Right     []awscloudwatch.IMetric
	RightUnit string
	AlarmAt   float64 // 0: no line
	Stacked   bool
}

func (g graph) widget() awscloudwatch.IWidget {
	props := &awscloudwatch.GraphWidgetProps{
		Title: &g.Title, Width: &g.Width, Height: new(6.0), Left: &g.Left, Stacked: &g.Stacked,
		LeftYAxis: axis(g.LeftUnit),
	}
	if len(g.Right) > 0 {
		props.Right, props.RightYAxis = &g.Right, axis(g.RightUnit)
	}
	if g.AlarmAt > 0 {
		props.LeftAnnotations = &[]*awscloudwatch.HorizontalAnnotation{{
			Value: &g.AlarmAt, Label: new("alarm"), Color: awscloudwatch.Color_RED(),
		}}
	}
	return awscloudwatch.NewGraphWidget(props)
}

// axis starts at zero, so that a flat line looks flat.
func axis(unit string) *awscloudwatch.YAxisProps {
	return &awscloudwatch.YAxisProps{Min: new(0.0), Label: &unit, ShowUnits: new(false)}
}

func table(title string, width float64, lines []string, log awslogs.ILogGroup) awscloudwatch.IWidget {
	return awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title: &title, Width: &width, Height: new(6.0), View: awscloudwatch.LogQueryVisualizationType_TABLE,
		LogGroupNames: &[]*string{log.LogGroupName()},
		QueryString:   new(strings.Join(lines, "\n| ")),
	})
}
