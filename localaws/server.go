package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"payment-processor/lambda/tasks"
	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/functions"
	"payment-processor/localaws/gateway"
	"payment-processor/localaws/moto"
	"payment-processor/localaws/providers"
	"payment-processor/localaws/services"
	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// region is the one that the services of ours are in.
const region = "us-east-2"

// functionsWait is longer than any function of ours waits by the wall's clock: Release does, for the tasks of a first
// deployment.
const functionsWait = tasks.Patience + time.Minute

// state is what a running endpoint tells of itself, and what the state file holds.
type state struct {
	PID      int    `json:"pid"`
	Endpoint string `json:"endpoint"`
}

// settings are clients' for an endpoint: credentials that open nothing else.
func settings(endpoint string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		RetryMaxAttempts: 2,
	}
}

// serve answers on the port until the context ends, and then ends everything that it has started.
func serve(ctx context.Context, o options) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", o.port))
	if err != nil {
		return fmt.Errorf("port %d cannot be listened on: %w", o.port, err)
	}
	log, err := os.Create(filepath.Join(o.state, "moto.log"))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer log.Close()
	backend, err := moto.Start(ctx, moto.Options{Log: log})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	endpoint := "http://" + listener.Addr().String()
	handler, end := assemble(ctx, endpoint, backend.URL, o)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		end()
		_ = server.Close() // whoever still waits for an answer gets none
	}()
	err = server.Serve(listener)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, backend.Stop())
}

// assemble puts everything behind one handler, and returns what ends it.
func assemble(ctx context.Context, endpoint, backend string, o options) (handler http.Handler, end func()) {
	config := settings(endpoint)
	var runtime *functions.Runtime
	model := services.New(services.Options{
		Neighbours: services.NewNeighbours(config, backend), Account: moto.AccountID, Region: region, Speed: o.speed,
		Emit: func(source, kind string, resources []string, detail map[string]any) {
			runtime.Emit(source, kind, resources, detail)
		},
	})
	runtime = functions.New(functions.Options{
		Config: config, Account: moto.AccountID, Directory: o.state, Root: o.root, Speed: o.speed, Patience: functionsWait, Tasks: model.Healthy,
	})
	registry := providers.All(config)
	registry.Add(model.Providers())
	registry.Add(runtime.Providers())
	with := cloudformation.Surroundings(config)
	with.Registry, with.AccountID, with.Region = registry, moto.AccountID, region
	with.Observe = func(e cloudformation.Event) { runtime.Emit(statusChange(e)) }
	stacks := cloudformation.New(with)
	go model.Watch(ctx, 200*time.Millisecond)

	at, _ := url.Parse(backend) // as moto announced it
	return gateway.New(gateway.Options{
			Moto: at,
			Services: map[string]http.Handler{
				"cloudformation": stacks, "ecs": wire.Serve(model.ECS()), "codedeploy": wire.Serve(model.CodeDeploy()), "lambda": runtime,
			},
			Fronts: map[string]func(http.Handler) http.Handler{
				"secretsmanager":       runtime.RotateSecrets,
				"elasticloadbalancing": func(next http.Handler) http.Handler { return targetHealth(model.Targets, next) },
			},
			Own: map[string]http.Handler{
				"status": status(endpoint), "faults": stacks.Faults(), "deployments": http.HandlerFunc(model.FaultsHandler),
				"responses": http.HandlerFunc(runtime.ServeResponses), "runtime": http.HandlerFunc(runtime.ServeRuntime),
			},
		}), func() {
			runtime.Stop()
			model.Stop()
			stacks.Close()
		}
}

// statusChange is what EventBridge delivers of an event.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/events-and-notifications.html
func statusChange(e cloudformation.Event) (source, kind string, resources []string, detail map[string]any) {
	kind = "CloudFormation Stack Status Change"
	detail = map[string]any{"stack-id": e.StackID, "status-details": map[string]any{"status": e.Status, "status-reason": e.Reason}}
	if !e.OfStack() {
		kind = "CloudFormation Resource Status Change"
		detail["logical-resource-id"], detail["physical-resource-id"], detail["resource-type"] = e.LogicalID, e.PhysicalID, e.Type
	}
	return "aws.cloudformation", kind, []string{e.StackID}, detail
}

func status(endpoint string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(state{os.Getpid(), endpoint}) // a client that has gone needs no answer
	})
}
