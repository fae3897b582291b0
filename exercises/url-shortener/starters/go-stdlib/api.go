package main

import (
	"encoding/json"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// api is what every route can use.
type api struct {
	database *pgxpool.Pool
	cache    *redis.Client
}

// newAPI says which function answers which route.
func newAPI(database *pgxpool.Pool, cache *redis.Client) http.Handler {
	api := &api{database: database, cache: cache}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", api.health)
	mux.HandleFunc("POST /api/links", api.createLink)
	return mux
}

// health says that the program is up; the checks begin at the first 200.
func (api *api) health(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
}

// Level 1: shorten and redirect. Start here.
//
// Read the JSON body, draw a code, write one row with api.database, answer 201. The database is empty at first: make
// your tables when the program starts.
func (api *api) createLink(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotImplemented, "links cannot be made yet")
}

// Then look it up again; a pattern with GET answers HEAD too. Redis can wait until level 8.
//
//	GET, HEAD /{code}
//	GET       /api/links/{code}

// Level 2: refuse targets that do harm.

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
