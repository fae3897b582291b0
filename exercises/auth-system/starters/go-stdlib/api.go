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
	mux.HandleFunc("POST /auth/signup", api.signup)
	return mux
}

// health says that the program is up; the checks begin at the first 200.
func (api *api) health(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
}

// Level 1: sign up. Start here.
//
// Read the JSON body, refuse what the brief refuses, hash the password with golang.org/x/crypto/argon2 (README.md says
// how to get it), write one row with api.database, answer 201. The database is empty at first: make your tables when the
// program starts.
func (api *api) signup(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotImplemented, "signup is not written yet")
}

// Level 2: log in, and say who is logged in.
//
//	POST /auth/login
//	GET  /auth/me

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
