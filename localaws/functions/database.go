package functions

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"payment-processor/lambda/database"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithytime "github.com/aws/smithy-go/time"
)

// database runs the decisions of the database's functions here, where they reach a database: those of moto are names.
func (r *Runtime) database(config *types.FunctionConfiguration) handler {
	secrets, log := secretsmanager.NewFromConfig(r.options.Config), slog.New(slog.DiscardHandler)
	connect := database.Over(r.databases.Dial, r.databases.Roots())
	if text(config.Handler) == "rotate" {
		variables := config.Environment.Variables
		rotation := database.Rotation{
			Secrets: secrets, Lambda: lambda.NewFromConfig(r.options.Config), Connect: connect, Sleep: smithytime.SleepWithContext, Log: log,
			MasterSecret: variables[database.EnvMasterSecret], Host: variables[database.EnvHost], ReleaseFunction: variables[database.EnvRelease],
		}
		return func(ctx context.Context, payload []byte) outcome {
			var step database.Step
			_ = json.Unmarshal(payload, &step) // one that is none is refused
			return ended(rotation.Handle(ctx, step))
		}
	}
	credentials := database.Credentials{Secrets: secrets, Connect: connect, Now: time.Now, Sleep: smithytime.SleepWithContext, Log: log}
	return func(ctx context.Context, payload []byte) outcome {
		var event database.Event
		_ = json.Unmarshal(payload, &event) // one that is none is refused
		response, err := credentials.Handle(ctx, event)
		result := ended(err)
		if err == nil {
			result.payload, _ = json.Marshal(response) // texts
		}
		return result
	}
}

func ended(err error) outcome {
	if err != nil {
		return failed("errorString", "%v", err)
	}
	return outcome{payload: []byte("null")}
}
