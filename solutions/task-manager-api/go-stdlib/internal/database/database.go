// Package database connects to PostgreSQL, makes the tables, and lets go of connections that fail.
package database

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed schema.sql
var schema string

// patience is how long a request may wait for the database in all; an answer is due within 3 s.
const patience = 2 * time.Second

// ErrAway means that there is no use in asking the database now: it cannot be reached, or does not answer in time.
var ErrAway = errors.New("the database is away")

// Session is a connection, or a transaction on one.
type Session interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Database is a PostgreSQL database that may be away at times.
type Database struct {
	config *pgxpool.Config
	tables atomic.Bool

	lock sync.Mutex
	pool *pgxpool.Pool
}

// Open prepares the connections and makes the tables; if the database is away they are made when it is back.
func Open(ctx context.Context, url string) (*Database, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	database := &Database{config: config}
	config.MaxConns = 10
	config.ConnConfig.ConnectTimeout = patience
	config.AfterConnect = database.makeTables
	// One round trip more for each request, and none of them meets a connection that was cut while nobody used it.
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true }

	if database.pool, err = pgxpool.NewWithConfig(ctx, config.Copy()); err != nil {
		return nil, err
	}
	if err := database.Use(ctx, func(context.Context, Session) error { return nil }); err != nil {
		slog.Warn("starting all the same", "error", err)
	}
	return database, nil
}

// Close closes the connections, but waits only so long for those that do not answer.
func (database *Database) Close(limit time.Duration) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		database.current().Close()
	}()
	select {
	case <-closed:
	case <-time.After(limit):
	}
}

// Use does something with one connection, within the patience that a request has. It returns ErrAway if that fails
// because of the connection, and otherwise whatever the function returns.
func (database *Database) Use(ctx context.Context, do func(context.Context, Session) error) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pool := database.current()
	err := use(limited, pool, do)
	if errors.Is(err, ErrAway) && ctx.Err() == nil {
		database.leave(pool)
	}
	return err
}

func use(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, Session) error) error {
	connection, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	defer connection.Release()

	err = do(ctx, connection)
	// pgx closes a connection that fails, also when its answer was not waited for to the end.
	if err != nil && (connection.Conn().IsClosed() || ctx.Err() != nil) {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return err
}

// leave puts a new pool in the place of one that has failed. Its other connections have most likely failed as well, and
// pgx keeps the place of one that does not answer for up to 15 s: the database may be back long before.
func (database *Database) leave(failed *pgxpool.Pool) {
	database.lock.Lock()
	defer database.lock.Unlock()
	if database.pool != failed {
		return // another request did it
	}
	fresh, err := pgxpool.NewWithConfig(context.Background(), database.config.Copy())
	if err != nil {
		slog.Error("no new pool", "error", err)
		return
	}
	database.pool = fresh
	// Not at once: another request may hold this pool already and be about to ask it for a connection.
	time.AfterFunc(patience, failed.Close)
}

func (database *Database) current() *pgxpool.Pool {
	database.lock.Lock()
	defer database.lock.Unlock()
	return database.pool
}

// makeTables runs on each new connection, so that nobody is ever given one to a database without tables.
func (database *Database) makeTables(ctx context.Context, connection *pgx.Conn) error {
	if database.tables.Load() {
		return nil
	}
	if _, err := connection.Exec(ctx, schema); err != nil {
		return err
	}
	database.tables.Store(true)
	return nil
}
