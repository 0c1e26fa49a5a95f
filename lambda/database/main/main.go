// Command main is the database's functions: credentials or rotate, whichever the handler setting names.
package main

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"os"
	"time"

	"payment-processor/lambda/database"
	"payment-processor/lambda/internal/issued"
	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/rdsca"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithytime "github.com/aws/smithy-go/time"
)

var exit = os.Exit // tests stay alive

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	http.DefaultClient.Timeout = 10 * time.Second                        // cfn answers CloudFormation with it
	client := awshttp.NewBuildableClient().WithTimeout(10 * time.Second) // one call that hangs must not use up the function's time
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
	if err != nil {
		log.Error("load the AWS configuration", "error", err)
		exit(1)
		return
	}
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
		"credentials": answering(cfn.LambdaWrap(credentials.Handle)), "rotate": rotation.Handle,
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

// answering keeps the address at which CloudFormation waits out of the log: it is signed.
func answering(answer cfn.CustomResourceLambdaFunction) cfn.CustomResourceLambdaFunction {
	return func(ctx context.Context, event cfn.Event) (string, error) {
		_, err := answer(ctx, event)
		return "", issued.Addressless(err)
	}
}
