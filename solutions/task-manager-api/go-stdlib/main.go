// The reference of task-manager-api in Go; README.md says where to begin to read.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"task-manager-api/internal/database"
	"task-manager-api/internal/page"
	"task-manager-api/internal/token"
	"task-manager-api/internal/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("the program ends", "error", err)
		os.Exit(1)
	}
}

// run serves until the context ends, then answers what has begun and closes what is open.
func run(ctx context.Context) error {
	settings, err := readSettings()
	if err != nil {
		return err
	}
	connections, err := database.Open(ctx, settings.databaseURL)
	if err != nil {
		return err
	}
	defer connections.Close(2 * time.Second)

	api := &web.API{
		Database: connections,
		Tokens:   token.NewVerifier(settings.jwtSecret, settings.jwtIssuer, settings.jwtAudience),
		Cursors:  page.NewCursors(settings.secretKey),
	}
	return serve(ctx, &http.Server{
		Addr:              settings.address,
		Handler:           api.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
	})
}

func serve(ctx context.Context, server *http.Server) error {
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	slog.Info("listening", "address", server.Addr)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(patience)
}
