package stacks

import "fmt"

// capacityAlarms say that the service runs short, before or while customers notice.
func capacityAlarms(signals signals) []alarm {
	return []alarm{
		{
			ID: "CpuAlarm", Name: "cpu",
			Means: "Tasks use more than 80 % of their CPU and scaling does not keep up: payments will slow down.",
			First: "see whether running tasks are at maxCapacity; raise it, or look for the release that made requests dearer.",
			// Scaling acts above its target (70 %) after three minutes and a task starts within two: five minutes
			// above 80 % is scaling that does not help.
			Metric: signals.CPU, Fires: above, Threshold: 80, Periods: 5, Datapoints: 5, Missing: silenceIsUnknown,
		},
		{
			ID: "MemoryAlarm", Name: "memory",
			Means:  "Tasks use more than 85 % of their memory: at 100 % they are killed with the payments in their hands.",
			First:  "see whether memory climbs since a release (a leak: roll back) or with traffic (raise memoryMiB or maxCapacity).",
			Metric: signals.Memory, Fires: above, Threshold: 85, Periods: 5, Datapoints: 5, Missing: silenceIsUnknown,
		},
		{
			ID: "RunningTasksAlarm", Name: "running-tasks",
			Means: "Fewer tasks run than ECS wants: payments run on less capacity than the traffic asks for.",
			First: "read the saved queries service-events (cannot place) and task-stops (start and die).",
			// A task takes about two minutes to be replaced; ten are ECS that does not succeed.
			Metric: signals.Missing, Fires: above, Threshold: 0, Periods: 10, Datapoints: 10,
			Missing: silenceIsBad, // Container Insights reports an existing service every minute
		},
	}
}

// natAlarms watch each gateway, because each has its own ports: 55,000 connections to one destination.
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
func natAlarms(signals signals) []alarm {
	var alarms []alarm
	for i, errors := range signals.NatPortErrors {
		alarms = append(alarms, alarm{
			ID: fmt.Sprintf("NatPortsAlarm%d", i+1), Name: fmt.Sprintf("nat-ports-%d", i+1), Section: "nat-ports",
			Means:  "A NAT gateway has no port left: new connections to a card network fail, and payments with them.",
			First:  "see which destination grew (flow logs); make tasks reuse connections, then raise natGateways.",
			Metric: errors, Fires: above, Threshold: 0, Periods: 1, Datapoints: 1,
			Missing: silenceIsFine, // a gateway that is replaced reports nothing
		})
	}
	return alarms
}
