package stacks

import (
	"reflect"
	"testing"
)

// monitoringRole is the database stack's only role.
func monitoringRole(t *testing.T, e *environment) resource {
	t.Helper()
	for _, role := range e.resources("AWS::IAM::Role") {
		if role.Stack == "database" {
			return role
		}
	}
	t.Fatal("the database stack has no role")
	return resource{}
}

// Without its measurements nobody can tell a database that is short of CPU from one that waits for its disks.
func TestTheDatabasesSystemIsMonitored(t *testing.T) {
	for _, suffix := range []string{"dev", "prod"} {
		e := synthesized(t, suffix)
		role := object{"Fn::GetAtt": []any{monitoringRole(t, e).ID, "Arn"}}
		for _, instance := range e.resources("AWS::RDS::DBInstance") {
			p := instance.Properties
			if p["MonitoringInterval"] != 60.0 || !reflect.DeepEqual(p["MonitoringRoleArn"], any(role)) {
				t.Errorf("%s: %v is measured every %v s as %v, want every 60 s as %v", suffix, instance, p["MonitoringInterval"], p["MonitoringRoleArn"], role)
			}
		}
	}
}

// With a role for everybody, anybody's database could write what looks like ours.
func TestOnlyOurDatabasesWriteTheirMeasurements(t *testing.T) {
	e := synthesized(t, "prod")
	role, group := monitoringRole(t, e), "arn:aws:logs:us-east-2:111122223333:log-group:RDSOSMetrics"
	for property, want := range map[string]any{
		"AssumeRolePolicyDocument": object{"Version": "2012-10-17", "Statement": []any{object{
			"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "monitoring.rds.amazonaws.com"},
			"Condition": object{
				"StringEquals": object{"aws:SourceAccount": "111122223333"},
				"ArnLike":      object{"aws:SourceArn": "arn:aws:rds:us-east-2:111122223333:db:*"},
			},
		}}},
		// A part of the role: attached afterwards, it would come too late for the first instance.
		"Policies": []any{object{"PolicyName": "Logs", "PolicyDocument": object{"Version": "2012-10-17", "Statement": []any{object{
			"Effect": "Allow", "Resource": []any{group, group + ":*"},
			"Action": []any{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents", "logs:PutRetentionPolicy"},
		}}}}},
		"ManagedPolicyArns": nil,
	} {
		if got := e.rendered(t, role.Stack, role.Properties[property]); !reflect.DeepEqual(got, want) {
			t.Errorf("%s of %s:\n got %v\nwant %v", property, role.ID, got, want)
		}
	}
}

// RDS applies security fixes by itself; scanners ask the cluster and each instance.
func TestMinorUpgradesAreAutomatic(t *testing.T) {
	for _, r := range synthesized(t, "prod").resources("AWS::RDS::DBCluster", "AWS::RDS::DBInstance") {
		if r.Properties["AutoMinorVersionUpgrade"] != true {
			t.Errorf("%v: AutoMinorVersionUpgrade is %v", r, r.Properties["AutoMinorVersionUpgrade"])
		}
	}
}
