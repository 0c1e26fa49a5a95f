// Command main is the database's functions: credentials or rotate, whichever the handler setting names.
package main

import (
	"crypto/x509"
	"os"
	"time"

	"payment-processor/lambda/database"
	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/rdsca"
	"payment-processor/lambda/internal/start"

	"github.com/aws/aws-lambda-go/lambda"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithytime "github.com/aws/smithy-go/time"
)

func main() {
	log, aws := start.Log(), start.AWS(10*time.Second)
	secrets := secretsmanager.NewFromConfig(aws)
	connector := postgres.Connector{Roots: roots(os.Getenv("DB_CA")), Application: "payment-processor-credentials"}
	credentials := database.Credentials{
		Secrets: secrets, Connect: connector.Connect, Now: time.Now, Sleep: smithytime.SleepWithContext, Log: log,
	}
	rotation := database.Rotation{
		Secrets: secrets, Lambda: lambdaclient.NewFromConfig(aws), Connect: connector.Connect, Sleep: smithytime.SleepWithContext, Log: log,
		MasterSecret: os.Getenv(database.EnvMasterSecret), Host: os.Getenv(database.EnvHost),
		ReleaseFunction: os.Getenv(database.EnvRelease),
	}
	lambda.Start(map[string]any{
		"credentials": credentials.Handle, "rotate": rotation.Handle,
	}[os.Getenv("_HANDLER")])
}

// roots are those of a file, for a database that is not Amazon's, or Amazon's.
func roots(file string) *x509.CertPool {
	if file == "" {
		return rdsca.Roots()
	}
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(file); err == nil { //nolint:gosec // the environment is the operator's
		roots.AppendCertsFromPEM(pem)
	}
	return roots
}
