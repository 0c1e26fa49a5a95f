// Package start is what the functions' mains share: what a function needs before its first event.
package start

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Log makes every log JSON on standard error, which Lambda hands to CloudWatch Logs, and returns it.
func Log() *slog.Logger {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetDefault(log)
	return log
}

// AWS returns the configuration of the clients. A call that takes longer than the limit fails: one that hangs must not
// use up the function's time. It panics without a configuration, which Lambda reports as the function's failure to start.
func AWS(limit time.Duration) aws.Config {
	client := awshttp.NewBuildableClient().WithTimeout(limit)
	loaded, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
	if err != nil {
		panic(fmt.Errorf("load the AWS configuration: %w", err))
	}
	return loaded
}
