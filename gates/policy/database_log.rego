# The database says who was there, and keeps no secret in what it says. PCI DSS 2.2.2, 4.2.1, 6.3.3, 8.3.2, 10.2; Security
# Hub RDS.13, RDS.24, RDS.35, RDS.46.
package payment

import rego.v1

# log_statement and log_min_error_statement would log passwords that people set, and card numbers in statements.
required_parameters := {
	"log_connections": {"1"}, "log_disconnections": {"1"},
	"log_statement": {"none"}, "log_min_error_statement": {"panic"}, "log_min_duration_statement": {"-1"},
	"password_encryption": {"scram-sha-256"}, "rds.accepted_password_auth_method": {"scram"},
	"ssl_min_protocol_version": {"TLSv1.2", "TLSv1.3"},
	"pg_stat_statements.track_utility": {"0"}, # it keeps CREATE ROLE with its password
}

violation contains v if {
	some id, group in typed("AWS::RDS::DBClusterParameterGroup")
	some name, values in required_parameters
	not values[group.properties.Parameters[name]]
	v := finding("PAY-DATABASE-13", id, "Properties.Parameters", sprintf("%s is not one of %v", [name, values]))
}

# Who changes roles, rights and tables is logged, with passwords taken out.
audits_changes(parameters) if {
	contains(parameters.shared_preload_libraries, "pgaudit")
	{class | some class in split(parameters["pgaudit.log"], ",")} == {"ddl", "role"} # others log what is in statements
}

violation contains v if {
	some id, group in typed("AWS::RDS::DBClusterParameterGroup")
	not audits_changes(group.properties.Parameters)
	v := finding("PAY-DATABASE-14", id, "Properties.Parameters", "who changes roles and tables is not logged")
}

violation contains v if {
	some type in ["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"]
	some id, database in typed(type)
	object.get(database.properties, "AutoMinorVersionUpgrade", true) != true
	v := finding("PAY-DATABASE-15", id, "Properties.AutoMinorVersionUpgrade", "known holes stay open")
}

managed(cluster) if {
	cluster.properties.ManageMasterUserPassword == true
	reference(cluster.properties.MasterUserSecret.KmsKeyId)
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	not managed(cluster)
	v := finding("PAY-DATABASE-16", id, "Properties.MasterUserSecret", "RDS does not keep, and change, the master's password with a key of ours")
}

violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "MasterUsername", "postgres") in {"postgres", "admin", "root", "rdsadmin"}
	v := finding("PAY-DATABASE-17", id, "Properties.MasterUsername", "the master's name is the one that everybody tries")
}

# The Data API answers on the internet to who has the rights.
violation contains v if {
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "EnableHttpEndpoint", false) != false
	v := finding("PAY-DATABASE-18", id, "Properties.EnableHttpEndpoint", "the database is reached around the VPC")
}

violation contains v if {
	some id, group in typed("AWS::RDS::DBSubnetGroup")
	some subnet in group.properties.SubnetIds
	not contains(text(subnet), "IsolatedSubnet") # the name that the network's stack exports
	v := finding("PAY-DATABASE-19", id, "Properties.SubnetIds", "the database is in a subnet with a way out")
}

violation contains v if {
	production
	some id, cluster in typed("AWS::RDS::DBCluster")
	object.get(cluster.properties, "DeleteAutomatedBackups", true) != false
	v := finding("PAY-DATABASE-20", id, "Properties.DeleteAutomatedBackups", "production's backups go with its database")
}
