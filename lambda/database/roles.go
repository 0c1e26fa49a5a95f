package database

import (
	"context"
	"fmt"
	"strings"

	"payment-processor/lambda/internal/postgres"

	"github.com/jackc/pgx/v5/pgconn"
)

// connect logs in to a database.
type connect func(context.Context, postgres.Login) (*pgconn.PgConn, error)

// users are the application's two, and what they have in common.
type users struct {
	login    connect
	master   postgres.Login // Database is not used
	database string
	base     string // the first user's name; the schema's too
}

func (u users) owner() string { return u.base + "_owner" }

// maintenance is the database that every server has.
const maintenance = "postgres"

// prepare makes what is missing: database, roles and schema. It never drops anything, and may be repeated.
//
// The users have no rights of their own. They act as the owner from the first statement on, so that what one of them
// makes the other may use: the password of either may be the current one. Nobody else may connect to the database, and
// they to no other.
func (u users) prepare(ctx context.Context) error {
	server, err := u.as(ctx, maintenance)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close(ctx) }()
	database, owner := postgres.Quote(u.database), postgres.Quote(u.owner())
	if err := u.createRoles(ctx, server); err != nil {
		return err
	}
	if err := missing(ctx, server, "SELECT 1 FROM pg_database WHERE datname = $1", u.database, "CREATE DATABASE "+database); err != nil {
		return err
	}
	err = run(ctx, server,
		"REVOKE ALL ON DATABASE "+database+" FROM PUBLIC",
		"REVOKE ALL ON DATABASE "+postgres.Quote(maintenance)+" FROM PUBLIC",
		"GRANT CONNECT ON DATABASE "+database+" TO "+owner)
	if err != nil {
		return err
	}
	inside, err := u.as(ctx, u.database)
	if err != nil {
		return err
	}
	defer func() { _ = inside.Close(ctx) }()
	return run(ctx, inside,
		"REVOKE CREATE ON SCHEMA public FROM PUBLIC",
		"GRANT "+owner+" TO CURRENT_USER", // who makes a schema for a role has to be a member
		"CREATE SCHEMA IF NOT EXISTS "+postgres.Quote(u.base)+" AUTHORIZATION "+owner)
}

func (u users) createRoles(ctx context.Context, server *pgconn.PgConn) error {
	const exists = "SELECT 1 FROM pg_roles WHERE rolname = $1"
	owner := postgres.Quote(u.owner())
	if err := missing(ctx, server, exists, u.owner(), "CREATE ROLE "+owner+" NOLOGIN"); err != nil {
		return err
	}
	for _, name := range []string{u.base, other(u.base)} {
		user := postgres.Quote(name)
		// Without a password nobody can log in yet.
		if err := missing(ctx, server, exists, name, "CREATE ROLE "+user+" LOGIN"); err != nil {
			return err
		}
		err := run(ctx, server,
			"GRANT "+owner+" TO "+user,
			"ALTER ROLE "+user+" SET role = "+owner,
			"ALTER ROLE "+user+" SET search_path = "+postgres.Quote(u.base))
		if err != nil {
			return err
		}
	}
	return nil
}

// setPassword lets the user log in with a new password. The statement does not hold it.
func (u users) setPassword(ctx context.Context, name, password string) error {
	verifier, err := postgres.Verifier(password)
	if err != nil {
		return err
	}
	server, err := u.as(ctx, maintenance)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close(ctx) }()
	return run(ctx, server, "ALTER ROLE "+postgres.Quote(name)+" PASSWORD '"+verifier+"'")
}

func (u users) as(ctx context.Context, database string) (*pgconn.PgConn, error) {
	login := u.master
	login.Database = database
	connection, err := u.login(ctx, login)
	if err != nil {
		return nil, fmt.Errorf("log in to %s as the master: %w", database, err)
	}
	return connection, nil
}

// missing runs a statement unless the query finds the name.
func missing(ctx context.Context, connection *pgconn.PgConn, query, name, statement string) error {
	found := connection.ExecParams(ctx, query, [][]byte{[]byte(name)}, nil, nil, nil).Read()
	if found.Err != nil {
		return fmt.Errorf("look for %s: %w", name, found.Err)
	}
	if len(found.Rows) > 0 {
		return nil
	}
	return run(ctx, connection, statement)
}

// run runs the statements one by one. Its errors name what was done, without operands.
func run(ctx context.Context, connection *pgconn.PgConn, statements ...string) error {
	for _, statement := range statements {
		if _, err := connection.Exec(ctx, statement).ReadAll(); err != nil {
			verb, _, _ := strings.Cut(statement, `"`)
			return fmt.Errorf("%s…: %w", strings.TrimSpace(verb), err)
		}
	}
	return nil
}
