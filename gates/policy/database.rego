# The database. PCI DSS 1.4.4, 3.5.1.2, 4.2.1, 8.2.1, 8.6.3, 10.2.1, 12.10.1; Security Hub RDS.2, RDS.7, RDS.12, RDS.16,
# RDS.27, RDS.37, RDS.50, SecretsManager.1, SecretsManager.4.
package payment

import rego.v1

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not encrypted(cluster)
	v := finding("PAY-DATABASE-01", id, "Properties.StorageEncrypted", "the database is not encrypted with a key of ours")
}

encrypted(cluster) if {
	cluster.properties.StorageEncrypted == true
	reference(cluster.properties.KmsKeyId)
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "EnableIAMDatabaseAuthentication", false) != true
	v := finding("PAY-DATABASE-02", id, "Properties.EnableIAMDatabaseAuthentication", "people have no way in but a password")
}

violation contains v if {
	production
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "DeletionProtection", false) != true
	v := finding("PAY-DATABASE-03", id, "Properties.DeletionProtection", "production's database can be deleted")
}

tls_forced(cluster) if {
	parameters := input.resources[cluster.properties.DBClusterParameterGroupName.__ref].properties.Parameters
	sprintf("%v", [parameters["rds.force_ssl"]]) == "1"
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not tls_forced(cluster)
	v := finding("PAY-DATABASE-04", id, "Properties.DBClusterParameterGroupName", "the database takes connections without TLS")
}

violation contains v if {
	some id, instance in typed("AWS::RDS::DBInstance")
	object.get(instance.properties, "PubliclyAccessible", true) != false # without a word it is public where the VPC has a way in
	v := finding("PAY-DATABASE-05", id, "Properties.PubliclyAccessible", "the database has a public address")
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "BackupRetentionPeriod", 1) < backup_days
	v := finding("PAY-DATABASE-06", id, "Properties.BackupRetentionPeriod", sprintf("backups are kept for less than %d days", [backup_days]))
}

default backup_days := 1

backup_days := 30 if production

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not "postgresql" in object.get(cluster.properties, "EnableCloudwatchLogsExports", [])
	v := finding("PAY-DATABASE-07", id, "Properties.EnableCloudwatchLogsExports", "the database's log is not exported")
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "CopyTagsToSnapshot", false) != true
	v := finding("PAY-DATABASE-08", id, "Properties.CopyTagsToSnapshot", "nobody knows whose snapshots they are")
}

# What writes a password into the template.
violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	is_string(cluster.properties.MasterUserPassword)
	not startswith(cluster.properties.MasterUserPassword, "{{resolve:secretsmanager:")
	v := finding("PAY-DATABASE-09", id, "Properties.MasterUserPassword", "a password stands in the template")
}

rotated(secret) if {
	some schedule in typed("AWS::SecretsManager::RotationSchedule")
	refers(schedule.properties.SecretId, secret)
	schedule.properties.RotationRules.AutomaticallyAfterDays <= 90
	reference(schedule.properties.RotationLambdaARN)
}

# Where others run the database, they change the password, and tell us.
violation contains v if {
	some credentials in typed("Custom::ApplicationCredentials")
	credentials.properties.MasterSecretArn != ""
	id := credentials.properties.SecretArn.__ref
	not rotated(id)
	v := finding("PAY-DATABASE-10", id, "Properties", "a secret is not rotated, or not each three months")
}

insight(instance) if {
	instance.properties.EnablePerformanceInsights == true
	reference(instance.properties.PerformanceInsightsKMSKeyId)
}

violation contains v if {
	some id, instance in typed("AWS::RDS::DBInstance")
	not insight(instance)
	v := finding("PAY-DATABASE-11", id, "Properties.EnablePerformanceInsights", "nobody sees what the database does, or it is not encrypted with a key of ours")
}

# Nothing leads to the database but rules that name who connects.
violation contains v if {
	some cluster in typed("AWS::RDS::DBCluster")
	some group in cluster.properties.VpcSecurityGroupIds
	some rule in input.resources[group.__ref].properties.SecurityGroupIngress
	rule.CidrIp
	v := finding("PAY-DATABASE-12", group.__ref, "Properties.SecurityGroupIngress", "the database is open to addresses")
}

violation contains v if {
	some id, rule in typed("AWS::EC2::SecurityGroupIngress")
	contains(text(rule.properties.GroupId), "-database-") # the name of the stack that exports it
	by_address(rule.properties)
	v := finding("PAY-DATABASE-12", id, "Properties", "the database is open to addresses")
}

violation contains v if {
	some cluster in typed("AWS::RDS::DBCluster")
	some group in cluster.properties.VpcSecurityGroupIds
	some rule in input.resources[group.__ref].properties.SecurityGroupEgress
	not nowhere(rule)
	v := finding("PAY-DATABASE-21", group.__ref, "Properties.SecurityGroupEgress", "the database has a way out")
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	count(object.get(cluster.properties, "VpcSecurityGroupIds", [])) != 1
	v := finding("PAY-DATABASE-21", id, "Properties.VpcSecurityGroupIds", "the database has the VPC's default security group")
}

# The engine that the parameters, the log and the rotation are for, in a version that AWS mends.
violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not current(cluster)
	v := finding("PAY-DATABASE-22", id, "Properties.EngineVersion", "the database's engine is old, or another than its parameters are for")
}

current(cluster) if {
	cluster.properties.Engine == "aurora-postgresql"
	major := split(cluster.properties.EngineVersion, ".")[0]
	to_number(major) >= 16
	group := input.resources[cluster.properties.DBClusterParameterGroupName.__ref]
	group.properties.Family == sprintf("aurora-postgresql%s", [major])
}

violation contains v if {
	some id, instance in typed("AWS::RDS::DBInstance")
	not regex.match("^rds-ca-(rsa2048|rsa4096|ecc384)-g1$", object.get(instance.properties, "CACertificateIdentifier", ""))
	v := finding("PAY-DATABASE-23", id, "Properties.CACertificateIdentifier", "who connects cannot tell that it is the database")
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not cluster_insight(cluster.properties)
	v := finding("PAY-DATABASE-11", id, "Properties.PerformanceInsightsEnabled", "nobody sees what the database does, or it is not encrypted with a key of ours")
}

cluster_insight(cluster) if {
	cluster.PerformanceInsightsEnabled == true
	reference(cluster.PerformanceInsightsKmsKeyId)
}

# One that is created is asked for by its endpoint, and its master makes the application's users.
violation contains v if {
	some id, credentials in typed("Custom::ApplicationCredentials")
	made := {true | reference(credentials.properties.Host)} | {false | not reference(credentials.properties.Host)}
	mastered := {true | reference(credentials.properties.MasterSecretArn)} | {false | not reference(credentials.properties.MasterSecretArn)}
	made != mastered
	v := finding("PAY-DATABASE-24", id, "Properties", "tasks are sent to another database than the one that is made")
}

violation contains v if {
	some id, credentials in typed("Custom::ApplicationCredentials")
	credentials.properties.Username != "payment_processor"
	v := finding("PAY-DATABASE-24", id, "Properties.Username", "the application is somebody else in the database")
}

violation contains v if {
	some id, group in typed("AWS::RDS::DBSubnetGroup")
	count(group.properties.SubnetIds) < 2
	v := finding("PAY-DATABASE-19", id, "Properties.SubnetIds", "the database goes with one zone")
}

# The first payment after a pause would wait for about 15 seconds.
violation contains v if {
	production
	some id, cluster in typed("AWS::RDS::DBCluster")
	cluster.properties.ServerlessV2ScalingConfiguration.MinCapacity == 0
	v := finding("PAY-DATABASE-25", id, "Properties.ServerlessV2ScalingConfiguration", "production's database pauses")
}
