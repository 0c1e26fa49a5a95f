package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/jsii-runtime-go"
)

const databaseLogType = "postgresql"

// databaseLog is where RDS puts what PostgreSQL logs: the name is AWS's.
func (n names) databaseLog() string {
	return "/aws/rds/cluster/" + n.application() + "/" + databaseLogType
}

func newDatabaseLog(stack awscdk.Stack, config Config) awslogs.LogGroup {
	name := config.names().databaseLog()
	return newLogGroup(stack, "Logs", logGroupProps{
		Config: config, Key: newLogKey(stack, "LogKey", config, name), Name: name, Audit: true,
	})
}

// databaseParameters force TLS, and log who connects and who changes roles, rights and tables.
//
// No statement is logged by PostgreSQL itself, because ALTER ROLE … PASSWORD is one: log_statement = 'ddl', which
// benchmarks ask for, logs it as it was sent; so does log_min_error_statement when it fails, and
// log_min_duration_statement when it is slow. pgaudit logs the same classes of statements and replaces what follows the
// first "password" in CREATE and ALTER of a role or a user mapping by <REDACTED>: "the most common usage", says its
// source (log_audit_event), not every one. What our functions send holds no password in any case, but a verifier.
//
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.pgaudit.html
// https://github.com/pgaudit/pgaudit/blob/REL_17_STABLE/pgaudit.c
//
// Switches are 0 and 1, as RDS gives them back: on and off would be drift for ever.
var databaseParameters = map[string]string{
	"rds.force_ssl":                     "1",
	"ssl_min_protocol_version":          "TLSv1.2",
	"password_encryption":               "scram-sha-256",
	"rds.accepted_password_auth_method": "scram",

	"log_connections":            "1",
	"log_disconnections":         "1",
	"log_statement":              "none",
	"log_min_error_statement":    "panic",
	"log_min_duration_statement": "-1",
	"shared_preload_libraries":   "pg_stat_statements,pgaudit",
	"pgaudit.log":                "ddl,role",

	"pg_stat_statements.track_utility": "0", // it would show ALTER ROLE to whoever may see statistics
}

func newDatabaseParameters(stack awscdk.Stack) awsrds.ParameterGroup {
	parameters := map[string]*string{}
	for name, value := range databaseParameters {
		parameters[name] = &value
	}
	return awsrds.NewParameterGroup(stack, new("Parameters"), &awsrds.ParameterGroupProps{
		Engine:      databaseEngine(),
		Description: jsii.Sprintf("TLS, and an audit log without passwords (%s)", *stack.StackName()),
		Parameters:  &parameters,
	})
}
