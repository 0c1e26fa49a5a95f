package database

import (
	"context"
	"errors"
	"net"
	"testing"

	"payment-processor/lambda/internal/postgres"
)

func TestOverAnotherNetwork(t *testing.T) {
	unreachable := errors.New("unreachable")
	connect := Over(func(context.Context, string, string) (net.Conn, error) { return nil, unreachable }, nil)
	if _, err := connect(t.Context(), postgres.Login{Host: "database.invalid", Port: "5432"}); !errors.Is(err, unreachable) {
		t.Errorf("got %v", err)
	}
}
