package stacks

// eventAlarms keep in sight what a message has announced: the message says which task or deployment, the alarm that it
// is not over. A rule reports nothing until it matches, so silence is fine for all of them.
func eventAlarms(signals signals) []alarm {
	return []alarm{
		{
			ID: "SpotInterruptionsAlarm", Name: "spot-interruptions",
			Means: "Spot has taken back tasks in three of the last six five-minute spells: it cannot hold the fleet.",
			First: "see the Spot share on the dashboard; raise fargateBase or fargateWeight until Spot is calm.",
			// One interruption is Spot's normal life and only sends its message.
			Metric: signals.Spot, Fires: atLeast, Threshold: 1, Periods: 6, Datapoints: 3, Missing: silenceIsFine,
		},
		{
			ID: "TaskPlacementAlarm", Name: "task-placement",
			Means:  "ECS cannot place tasks: payments run on fewer than wanted, and scaling does nothing.",
			First:  "read the reason in the saved query service-events: no capacity (shift weight to FARGATE), no addresses, or a quota.",
			Metric: signals.Placement, Fires: atLeast, Threshold: 1, Periods: 1, Datapoints: 1, Missing: silenceIsFine,
		},
		{
			ID: "DeploymentFailedAlarm", Name: "deployment-failed",
			Means:  "A deployment failed or was stopped. Payments are served by the old version.",
			First:  "make sure that all traffic is back on one group, then read the deployment's error before trying again.",
			Metric: signals.Deployment, Fires: atLeast, Threshold: 1, Periods: 1, Datapoints: 1, Missing: silenceIsFine,
		},
		{
			ID: "ImageFindingsAlarm", Name: "image-findings",
			Means:  "The scan of a pushed image found holes of high or critical severity: released, it opens them to attackers.",
			First:  "read the findings of the image in ECR; if the image is live or about to be, build it with the mended package and release that.",
			Metric: signals.Findings, Fires: atLeast, Threshold: 1, Periods: 1, Datapoints: 1, Missing: silenceIsFine,
		},
		{
			ID: "EventDeliveryAlarm", Name: "event-delivery",
			Means:  "EventBridge could not deliver an event to the alarm topic: you are not told about Spot, placement, deployments or images.",
			First:  "check the topic's policy and its key's policy against the templates; somebody has changed one of them.",
			Metric: signals.Undelivered, Fires: atLeast, Threshold: 1, Periods: 1, Datapoints: 1, Missing: silenceIsFine,
		},
	}
}
