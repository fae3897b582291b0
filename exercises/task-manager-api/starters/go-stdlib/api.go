package main

import (
	"encoding/json"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"
)

// api is what every route can use.
type api struct {
	database *pgxpool.Pool
}

// newAPI says which function answers which route.
func newAPI(database *pgxpool.Pool) http.Handler {
	api := &api{database: database}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", api.health)
	mux.HandleFunc("POST /tasks", api.createTask)
	return mux
}

// health says that the program is up; the checks begin at the first 200.
func (api *api) health(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
}

// Level 1: create, read, list, replace, change and delete tasks. Start here.
//
// Read the token of the Authorization header (who is asking?), read the JSON body, write one row with api.database,
// answer 201 with the task, its Location and its ETag. The database is empty at first: make your tables when the
// program starts.
func (api *api) createTask(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotImplemented, "creating tasks is not written yet")
}

// Still level 1; {id} of a pattern is r.PathValue("id"):
//
//	GET    /tasks
//	GET    /tasks/{id}
//	PUT    /tasks/{id}
//	PATCH  /tasks/{id}
//	DELETE /tasks/{id}

// writeProblem answers with an error in the form that every answer of this kata uses: RFC 9457,
// application/problem+json.
func writeProblem(w http.ResponseWriter, status int, title string) {
	problem := map[string]any{"type": "about:blank", "title": title, "status": status}
	writeJSON(w, status, "application/problem+json", problem)
}

func writeJSON(w http.ResponseWriter, status int, mediaType string, body any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	// Nobody is left to tell if this fails: the other side has hung up.
	_ = json.NewEncoder(w).Encode(body)
}
