package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// customerWidgets are what customers feel: the four golden signals, left to right.
func customerWidgets(s signals) *[]awscloudwatch.IWidget {
	return row(
		graph{Title: "Traffic", Width: 6, Left: metrics(s.Requests), LeftUnit: "a minute"},
		graph{
			Title: "Errors", Width: 6, Left: metrics(s.ErrorRate), LeftUnit: "% of requests", AlarmAt: 1,
			Right: metrics(s.TargetErrors, s.ELBErrors), RightUnit: "a minute",
		},
		graph{Title: "Latency", Width: 6, Left: metrics(s.BlueP99, s.GreenP99), LeftUnit: "seconds", AlarmAt: 2},
		graph{Title: "Saturation", Width: 6, Left: metrics(s.CPU, s.Memory), LeftUnit: "% of the reservation", AlarmAt: 80},
	)
}

// causeWidgets stand each below the signal that they explain.
func causeWidgets(s signals, props ObservabilityStackProps) *[]awscloudwatch.IWidget {
	byGroup := func(name, suffix string) []awscloudwatch.IMetric {
		return metrics(
			groupMetric(props.Platform, props.Platform.BlueTargetGroup, name, "blue"+suffix, "Sum"),
			groupMetric(props.Platform, props.Platform.GreenTargetGroup, name, "green"+suffix, "Sum"),
		)
	}
	turnedAway := metrics(s.RejectedConnections)
	for _, nat := range s.NatPortErrors {
		turnedAway = append(turnedAway, nat)
	}
	return row(
		graph{
			Title: "Traffic by group", Width: 6, LeftUnit: "a minute", Stacked: true, Left: byGroup("RequestCount", ""),
		},
		graph{
			Title: "Errors by group, connections refused", Width: 6, LeftUnit: "a minute",
			Left: byGroup("HTTPCode_Target_5XX_Count", " 5xx"), Right: turnedAway, RightUnit: "a minute",
		},
		graph{Title: "Healthy tasks by group", Width: 6, Left: metrics(s.BlueHealthy, s.GreenHealthy), LeftUnit: "tasks", AlarmAt: half(props.Config.Scaling.MinCapacity)},
		graph{Title: "Tasks", Width: 6, Left: metrics(s.Desired, s.Running, s.Pending), LeftUnit: "tasks"},
	)
}

// changeWidgets are what happened to the service: releases, Spot, tasks that stopped.
func changeWidgets(s signals, events serviceEvents, props ObservabilityStackProps) *[]awscloudwatch.IWidget {
	onDemand, spot := fargate("Standard/OnDemand", "on demand"), fargate("Standard/Spot", "Spot")
	return &[]awscloudwatch.IWidget{
		graph{
			Title: "Deployments: task sets, failures", Width: 6,
			Left: metrics(insight(props.Platform, "TaskSetCount", "task sets")), LeftUnit: "2 while one is running",
			Right: metrics(s.Deployment), RightUnit: "failed or stopped",
		}.widget(),
		table("Latest deployments", 6, deployments, events.History),
		graph{
			Title: "Spot share and interruptions", Width: 6, LeftUnit: "% of the account's Fargate vCPUs",
			Left: metrics(expression("Spot %", "100 * spot / (spot + ondemand)", 5, map[string]awscloudwatch.IMetric{
				"spot": spot, "ondemand": onDemand,
			})),
			Right: metrics(s.Spot, s.Placement), RightUnit: "in five minutes",
		}.widget(),
		table("Tasks by capacity provider", 6, tasksByProvider, events.History),
	}
}

// costWidgets are what the bill follows, beside why tasks stopped.
func costWidgets(events serviceEvents, props ObservabilityStackProps) *[]awscloudwatch.IWidget {
	widgets := []awscloudwatch.IWidget{
		table("Why tasks stopped", 6, taskStops, events.History),
		graph{
			Title: "Load balancer capacity units", Width: 6, LeftUnit: "LCU an hour",
			Left: metrics(props.Platform.LoadBalancer.Metrics().ConsumedLCUs(minutely("LCUs", "Average"))),
		}.widget(),
		graph{
			Title: "Log ingestion", Width: 6, LeftUnit: "bytes a minute", Stacked: true,
			Left: metrics(ingestion(props.Platform.LogGroup, "application"), ingestion(events.History, "events")),
		}.widget(),
	}
	var bytes []awscloudwatch.IMetric
	for i, id := range props.Network.NatGatewayIDs {
		bytes = append(bytes,
			natMetric(id, "BytesOutToDestination", *jsii.Sprintf("out %d", i+1)),
			natMetric(id, "BytesInFromDestination", *jsii.Sprintf("in %d", i+1)))
	}
	if len(bytes) > 0 {
		widgets = append(widgets, graph{Title: "NAT gateway bytes", Width: 6, Left: bytes, LeftUnit: "bytes a minute", Stacked: true}.widget())
	}
	return &widgets
}

// fargate is how many vCPUs run in the account. ECS has no metric by capacity provider; this one is the nearest that
// is really emitted. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html
func fargate(class, label string) awscloudwatch.Metric {
	return metric("AWS/Usage", "ResourceCount", label, "Average", 5, map[string]*string{
		"Service": new("Fargate"), "Type": new("Resource"), "Resource": new("vCPU"), "Class": &class,
	})
}

// ingestion is what a log group takes in.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
func ingestion(group awslogs.ILogGroup, label string) awscloudwatch.Metric {
	return metric("AWS/Logs", "IncomingBytes", label, "Sum", 1, map[string]*string{"LogGroupName": group.LogGroupName()})
}

func row(graphs ...graph) *[]awscloudwatch.IWidget {
	var widgets []awscloudwatch.IWidget
	for _, g := range graphs {
		widgets = append(widgets, g.widget())
	}
	return &widgets
}

func metrics(list ...awscloudwatch.IMetric) []awscloudwatch.IMetric { return list }
