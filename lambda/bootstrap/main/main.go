// Command main is the server of the bootstrap image.
package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"payment-processor/lambda/bootstrap"
)

var exit = os.Exit // tests stay alive

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	err := bootstrap.Run(ctx, os.Getenv, func(address net.Addr) { slog.Info("listening", "address", address.String()) })
	if err != nil {
		slog.Error("stopped", "error", err)
		exit(1)
	}
}
