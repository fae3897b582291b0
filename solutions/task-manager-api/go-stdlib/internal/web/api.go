// Package web answers requests: which route they are for, whether they are in order, and what they get.
package web

import (
	"net/http"
	"path"
	"strings"

	"task-manager-api/internal/database"
	"task-manager-api/internal/page"
	"task-manager-api/internal/problem"
	"task-manager-api/internal/token"
)

// API is what every route can use.
type API struct {
	Database *database.Database
	Tokens   *token.Verifier
	Cursors  page.Cursors
}

// Handler says which function answers which route.
func (api *API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/healthz", resource{
		http.MethodGet: api.open(api.health),
	})
	mux.Handle("/readyz", resource{
		http.MethodGet: api.open(api.readiness),
	})
	mux.Handle("/me", resource{
		http.MethodGet: api.guarded(api.showCaller),
	})
	mux.Handle("/tasks", resource{
		http.MethodGet:  api.guarded(api.listTasks),
		http.MethodPost: api.guarded(api.createTask),
	})
	mux.Handle("/tasks/{id}", resource{
		http.MethodGet:    api.guarded(api.showTask),
		http.MethodPut:    api.guarded(api.replaceTask),
		http.MethodPatch:  api.guarded(api.patchTask),
		http.MethodDelete: api.guarded(api.deleteTask),
	})
	mux.Handle("/tasks/{id}/transitions", resource{
		http.MethodPost: api.guarded(api.moveTask),
	})
	mux.Handle("/tasks/{id}/comments", resource{
		http.MethodGet:  api.guarded(api.listComments),
		http.MethodPost: api.guarded(api.addComment),
	})
	mux.Handle("/tasks/{id}/comments/{comment}", resource{
		http.MethodGet: api.guarded(api.showComment),
	})
	mux.HandleFunc("/", unknownPath)
	return tidyPaths(mux)
}

// resource is what one path can do, by method. Patterns with a method would do as well, but then net/http answers the
// other methods by itself, and not with a problem.
type resource map[string]http.HandlerFunc

func (resource resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet // net/http sends no body
	}
	handler, known := resource[method]
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", resource.allow())
		w.WriteHeader(http.StatusNoContent)
	case known:
		handler(w, r)
	default:
		refused := problem.New(http.StatusMethodNotAllowed, r.Method+" is none of "+resource.allow())
		writeProblem(w, refused.With("Allow", resource.allow()))
	}
}

func (resource resource) allow() string {
	allowed := []string{http.MethodOptions}
	for _, method := range []string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	} {
		if _, known := resource[method]; known {
			allowed = append(allowed, method)
		}
	}
	if _, known := resource[http.MethodGet]; known {
		allowed = append(allowed, http.MethodHead)
	}
	return strings.Join(allowed, ", ")
}

func unknownPath(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, problem.New(http.StatusNotFound, "there is no such path"))
}

// tidyPaths keeps from a ServeMux what it would answer with a redirect, such as //tasks: here nobody knows that path.
func tidyPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if escaped := r.URL.EscapedPath(); path.Clean(escaped) != escaped {
			unknownPath(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
