package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"task-manager-api/internal/comment"
	"task-manager-api/internal/database"
	"task-manager-api/internal/idempotency"
	"task-manager-api/internal/problem"
	"task-manager-api/internal/task"
)

// answer is what a request gets if all goes well.
type answer struct {
	status   int
	location string
	etag     string
	link     string
	body     []byte
}

// withJSON makes an answer with a value as its body.
func withJSON(status int, value any) (answer, error) {
	body, err := json.Marshal(value)
	return answer{status: status, body: body}, err
}

// withTask makes an answer with a task and its tag.
func withTask(status int, shown task.Task) (answer, error) {
	answer, err := withJSON(status, shown)
	answer.etag = etag(shown)
	return answer, err
}

func (answer answer) write(w http.ResponseWriter) {
	for name, value := range map[string]string{
		"Location": answer.location, "ETag": answer.etag, "Link": answer.link,
	} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	send(w, answer.status, jsonType, answer.body)
}

func writeProblem(w http.ResponseWriter, refused *problem.Problem) {
	for name, values := range refused.Header {
		w.Header()[name] = values
	}
	body, err := json.Marshal(refused)
	if err != nil {
		panic(err) // texts and numbers
	}
	send(w, refused.Status, "application/problem+json", body)
}

func send(w http.ResponseWriter, status int, mediaType string, body []byte) {
	if len(body) > 0 {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	// Nobody is left to tell if this fails: the other side has hung up.
	_, _ = w.Write(body)
}

// asProblem says what is answered when something went wrong.
func asProblem(err error) *problem.Problem {
	var refused *problem.Problem
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, task.ErrNotFound), errors.Is(err, comment.ErrNotFound):
		return problem.New(http.StatusNotFound, err.Error())
	case errors.Is(err, idempotency.ErrOtherRequest):
		return problem.New(http.StatusUnprocessableEntity, err.Error())
	case errors.Is(err, database.ErrAway):
		slog.Warn("answering 503", "error", err)
		return problem.New(http.StatusServiceUnavailable, database.ErrAway.Error()).With("Retry-After", "1")
	default:
		slog.Error("answering 500", "error", err)
		return problem.New(http.StatusInternalServerError, "")
	}
}
