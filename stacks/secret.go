package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// databaseCredentials is the secret's JSON, but for the password that Secrets Manager generates. The names of the
// first four are the ones that AWS's rotation functions and tools read.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
//
// The values are frozen: a changed template is a new version of the secret, which overwrites what an operator, or
// rotation, has put there since.
var databaseCredentials = map[string]any{
	"engine":   "postgres",
	"host":     "database.invalid", // until Custom::ApplicationCredentials has put the real one: RFC 6761 keeps it from ever resolving
	"port":     postgresPort,
	"username": applicationUser,
	"dbname":   paymentsName, // for AWS's tools
	"database": paymentsName, // for DB_DATABASE
}

// applicationUser is the first of the two users between which rotation alternates.
const applicationUser = "payment_processor"

// databaseVariables are the container's environment variables and the secret's JSON keys that fill them.
var databaseVariables = map[string]string{
	"DB_USERNAME": "username",
	"DB_PASSWORD": "password",
	"DB_HOST":     "host",
	"DB_PORT":     "port",
	"DB_DATABASE": "database",
}

// newDatabaseSecret defines the credentials that tasks are given. Production keeps them.
func newDatabaseSecret(scope constructs.Construct, config Config) awssecretsmanager.Secret {
	return awssecretsmanager.NewSecret(scope, new("DatabaseSecret"), &awssecretsmanager.SecretProps{
		SecretName:  new(config.names().databaseSecret()),
		Description: jsii.Sprintf("Database credentials of %s", config.names().application()),
		EncryptionKey: awskms.NewKey(scope, new("DatabaseSecretKey"), &awskms.KeyProps{
			Description:       jsii.Sprintf("The secret %s", config.names().databaseSecret()),
			EnableKeyRotation: new(true),
			RemovalPolicy:     config.keptInProduction(),
		}),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			SecretStringTemplate: new(string(mustJSON(databaseCredentials))),
			GenerateStringKey:    new("password"),
			PasswordLength:       jsii.Number(32),
			ExcludePunctuation:   new(true), // it survives a connection URL and a shell unquoted
		},
		RemovalPolicy: config.keptInProduction(),
	})
}
