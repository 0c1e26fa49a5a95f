package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
)

// databaseSignals are the metrics of a database of ours, and of its credentials' rotation.
type databaseSignals struct {
	Capacity, Utilization awscloudwatch.Metric // ACU, and percent of the most
	Connections           awscloudwatch.Metric
	Memory                awscloudwatch.Metric // bytes that would be free at the most capacity
	Lag                   awscloudwatch.Metric // milliseconds that readers are behind; nil without readers
	Rotation              awscloudwatch.Metric // errors
}

// newDatabaseSignals is nil where others run the database, and watch it.
//
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
func newDatabaseSignals(props ObservabilityStackProps) *databaseSignals {
	if props.Database == nil {
		return nil
	}
	cluster := props.Database.Cluster.ClusterIdentifier()
	writer := map[string]*string{"DBClusterIdentifier": cluster, "Role": new("WRITER")}
	s := &databaseSignals{
		Capacity:    metric("AWS/RDS", "ServerlessDatabaseCapacity", "ACU", "Average", 1, writer),
		Utilization: metric("AWS/RDS", "ACUUtilization", "% of databaseMaxAcu", "Average", 1, writer),
		Connections: metric("AWS/RDS", "DatabaseConnections", "connections", "Maximum", 1, writer),
		Memory:      metric("AWS/RDS", "FreeableMemory", "free memory", "Average", 1, writer),
		// Not Secrets Manager's event RotationFailed: it reaches EventBridge by way of a CloudTrail trail, which the
		// account need not have. A step that fails is an error of its function; that none was begun in time, RotationRelease
		// tells.
		Rotation: functionErrors(loose(props.Platform.Rotation), "failed steps of a rotation"),
	}
	if props.Config.Database.Readers > 0 {
		s.Lag = metric("AWS/RDS", "AuroraReplicaLagMaximum", "slowest reader", "Maximum", 1, map[string]*string{"DBClusterIdentifier": cluster})
	}
	return s
}

// databaseAlarms take silence for no answer: a database that has paused measures nothing.
func databaseAlarms(s *databaseSignals, config DatabaseConfig) []alarm {
	if s == nil {
		return nil
	}
	alarms := []alarm{
		{
			ID: "DatabaseCapacityAlarm", Name: "database-capacity",
			Means:  "The database is at its maximum capacity: payments wait for it, and it cannot grow.",
			First:  "look in Database Insights for the statement that grew; raise databaseMaxAcu to buy time.",
			Metric: s.Utilization, Fires: above, Threshold: 95, Periods: 5, Datapoints: 5, Missing: silenceIsUnknown,
		},
		{
			ID: "DatabaseConnectionsAlarm", Name: "database-connections",
			Means:  "More than 80 % of the connections that the database allows are open: soon new ones are refused, and payments with them.",
			First:  "see whether tasks multiplied (a release runs twice as many) or each opens more; roll back, or raise databaseMaxAcu.",
			Metric: s.Connections, Fires: above, Threshold: 0.8 * mostConnections(config), Periods: 3, Datapoints: 3, Missing: silenceIsUnknown,
		},
		{
			ID: "DatabaseMemoryAlarm", Name: "database-memory",
			Means:  "Less than a tenth of the memory is free that the database can have: it will evict what it caches, or restart.",
			First:  "look in Database Insights for what holds memory; raise databaseMaxAcu.",
			Metric: s.Memory, Fires: below, Threshold: float64(config.MaxACU) * bytesOfACU / 10, Periods: 5, Datapoints: 5, Missing: silenceIsUnknown,
		},
		{
			ID: "RotationAlarm", Name: "rotation",
			Means:  "The database password could not be changed. Payments go on with the present one.",
			First:  "read why in the log of the rotation function (saved query release-decisions); then rotate again.",
			Metric: s.Rotation, Fires: atLeast, Threshold: 1, Periods: 1, Datapoints: 1, Missing: silenceIsFine,
		},
	}
	if s.Lag != nil {
		alarms = append(alarms, alarm{
			ID: "ReplicaLagAlarm", Name: "replica-lag",
			Means: "A reader is more than a second behind the writer: what is read from it is old, and taking over takes longer.",
			First: "see whether the writer is at its maximum capacity, or one large transaction writes.",
			// Readers share the writer's storage and are milliseconds behind.
			Metric: s.Lag, Fires: above, Threshold: 1000, Periods: 5, Datapoints: 5, Missing: silenceIsUnknown,
		})
	}
	return alarms
}

const bytesOfACU = 2 << 30

// mostConnections is max_connections as Aurora derives it from the maximum capacity, and caps it where the minimum is
// small.
//
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
func mostConnections(config DatabaseConfig) float64 {
	most := min(float64(211*config.MaxACU-22), 5000)
	if config.MinACU == 0 {
		return min(most, 2000)
	}
	return most
}

// databaseWidgets are what the database may be short of.
func databaseWidgets(s *databaseSignals, config DatabaseConfig) *[]awscloudwatch.IWidget {
	late := graph{Title: "Failed rotations", Width: 6, Left: metrics(s.Rotation), LeftUnit: "in five minutes"}
	if s.Lag != nil {
		late = graph{
			Title: "Replica lag, failed rotations", Width: 6, Left: metrics(s.Lag), LeftUnit: "milliseconds", AlarmAt: 1000,
			Right: metrics(s.Rotation), RightUnit: "in five minutes",
		}
	}
	return row(
		graph{
			Title: "Database capacity", Width: 6, Left: metrics(s.Utilization), LeftUnit: "%", AlarmAt: 95,
			Right: metrics(s.Capacity), RightUnit: "ACU",
		},
		graph{Title: "Database connections", Width: 6, Left: metrics(s.Connections), LeftUnit: "open", AlarmAt: 0.8 * mostConnections(config)},
		graph{Title: "Database memory", Width: 6, Left: metrics(s.Memory), LeftUnit: "bytes free", AlarmAt: float64(config.MaxACU) * bytesOfACU / 10},
		late,
	)
}
