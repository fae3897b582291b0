package web

import (
	"context"
	"net/http"

	"task-manager-api/internal/database"
)

// health says that the program is up, with or without a database.
func (api *API) health(context.Context) (answer, error) {
	return withJSON(http.StatusOK, map[string]string{"status": "ok"})
}

// readiness says whether the database can be reached: Use asks it before it hands out a connection.
func (api *API) readiness(ctx context.Context) (answer, error) {
	err := api.Database.Use(ctx, func(context.Context, database.Session) error { return nil })
	if err != nil {
		return answer{}, err
	}
	return withJSON(http.StatusOK, map[string]string{"status": "ready"})
}

// showCaller needs no database, but guarded has asked it to remember the name: so it is 503 without one.
func (api *API) showCaller(_ context.Context, call *call) (answer, error) {
	return withJSON(http.StatusOK, call.caller)
}
