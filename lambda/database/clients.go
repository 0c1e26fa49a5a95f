package database

import (
	"context"
	"log/slog"
	"time"

	"payment-processor/lambda/internal/postgres"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5/pgconn"
)

// Secrets is the part of Secrets Manager that the custom resource uses. It reads the master's secret too.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	UpdateSecretVersionStage(context.Context, *secretsmanager.UpdateSecretVersionStageInput, ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error)
}

// RotatedSecrets is the part of Secrets Manager that rotation uses.
type RotatedSecrets interface {
	Secrets
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
}

// Lambda starts the rotation release.
type Lambda interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Credentials answers the requests of Custom::ApplicationCredentials. It keeps nothing between calls.
type Credentials struct {
	Secrets Secrets
	Connect func(context.Context, postgres.Login) (*pgconn.PgConn, error)
	Now     func() time.Time
	Sleep   func(context.Context, time.Duration) error // returns early, with its error, when the context ends
	Log     *slog.Logger
}

// Rotation serves the four steps of Secrets Manager's rotation. It keeps nothing between calls.
type Rotation struct {
	Secrets         RotatedSecrets
	Lambda          Lambda
	Connect         func(context.Context, postgres.Login) (*pgconn.PgConn, error)
	Sleep           func(context.Context, time.Duration) error
	Log             *slog.Logger
	MasterSecret    string // ARN of the cluster's master user's secret; it rotates by itself and is read each time
	Host            string // of the cluster
	ReleaseFunction string
}
