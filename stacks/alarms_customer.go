package stacks

// customerAlarms say that customers notice something now.
func customerAlarms(signals signals, config Config) []alarm {
	return []alarm{
		{
			ID: "TargetErrorsAlarm", Name: "target-5xx",
			Means: "More than 1 % of the payments that reach a task fail.",
			First: "read the saved query errors; if a deployment is running, stop it with rollback.",
			// A rate, so that it means the same at noon and at night; three minutes of five let one bad request
			// at night pass. One percent is ours: change it together with the service level objective.
			Metric: signals.ErrorRate, Fires: above, Threshold: 1, Periods: 5, Datapoints: 3,
			Missing: silenceIsFine, // no requests, no rate
		},
		{
			ID: "LoadBalancerErrorsAlarm", Name: "elb-5xx",
			Means: "The load balancer itself answers payments with errors: no healthy task, or tasks that hang up or time out.",
			First: "look at healthy tasks on the dashboard, then at the saved query task-stops.",
			// A count, because a request that reaches no task is not in RequestCount.
			Metric: signals.ELBErrors, Fires: above, Threshold: 5, Periods: 5, Datapoints: 3,
			Missing: silenceIsFine, // reported only if not zero
		},
		{
			ID: "LatencyAlarm", Name: "latency-p99",
			Means: "One payment in a hundred takes longer than two seconds; shops time out and customers pay twice.",
			First: "read the saved query slow-requests and compare with CPU, the database and the card networks.",
			// Two seconds is ours: change it together with the service level objective.
			Metric: signals.P99, Fires: above, Threshold: 2, Periods: 5, Datapoints: 3,
			Missing: silenceIsFine, // no requests, no latency
		},
		{
			ID: "RejectedConnectionsAlarm", Name: "rejected-connections",
			Means:  "The load balancer is at its connection limit and turns shops away.",
			First:  "see in the traffic graph whether it is a rush or an attack; ask AWS Support to pre-scale the load balancer, or block the source.",
			Metric: signals.RejectedConnections, Fires: above, Threshold: 0, Periods: 1, Datapoints: 1,
			Missing: silenceIsFine, // reported only if not zero
		},
		{
			ID: "HealthyTasksAlarm", Name: "healthy-tasks",
			Means: "The live target group has lost half of its tasks: one more failure and payments stop.",
			First: "read the saved queries task-stops and errors; if a deployment is running, stop it with rollback.",
			// Below half of the smallest fleet, for three minutes: one Spot interruption of three tasks is normal.
			Metric: signals.Healthy, Fires: below, Threshold: half(config.Scaling.MinCapacity), Periods: 3, Datapoints: 3,
			Missing: silenceIsBad, // both groups are empty
		},
	}
}

// half rounds up, so that the last of one task counts as well.
func half(tasks int) float64 { return float64((tasks + 1) / 2) }
