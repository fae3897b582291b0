package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"task-manager-api/internal/body"
	"task-manager-api/internal/database"
	"task-manager-api/internal/page"
	"task-manager-api/internal/people"
	"task-manager-api/internal/problem"
	"task-manager-api/internal/task"
	"task-manager-api/internal/token"
)

const (
	jsonType       = "application/json"
	mergePatchType = "application/merge-patch+json"

	longestBody = 1 << 20
)

// call is a request that is in order so far: its caller is known, and its body is not too long.
type call struct {
	request *http.Request
	session database.Session
	caller  token.Caller
	body    []byte
}

// route answers a call; an error is answered as asProblem says.
type route func(ctx context.Context, call *call) (answer, error)

// guarded lets in whoever has a good token. The order in which it refuses is that of the brief (http-semantics-10), and
// so is what the routes do: the task, `content`, then rights, `If-Match`, the values, and the move.
func (api *API) guarded(route route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := api.receive(w, r, route)
		if err != nil {
			writeProblem(w, asProblem(err))
			return
		}
		answer.write(w)
	}
}

func (api *API) receive(w http.ResponseWriter, r *http.Request, route route) (answer, error) {
	caller, err := api.Tokens.Caller(r.Header)
	if err != nil {
		return answer{}, err
	}
	if !acceptsJSON(r.Header) {
		return answer{}, notAcceptable()
	}
	content, err := readBody(w, r)
	if err != nil {
		return answer{}, err
	}
	var given answer
	err = api.Database.Use(r.Context(), func(ctx context.Context, session database.Session) error {
		if err := people.Remember(ctx, session, caller); err != nil {
			return err
		}
		given, err = route(ctx, &call{request: r, session: session, caller: caller, body: content})
		return err
	})
	return given, err
}

// open lets everybody in.
func (api *API) open(route func(ctx context.Context) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !acceptsJSON(r.Header) {
			writeProblem(w, notAcceptable())
			return
		}
		answer, err := route(r.Context())
		if err != nil {
			writeProblem(w, asProblem(err))
			return
		}
		answer.write(w)
	}
}

func tooLarge() *problem.Problem {
	return problem.New(http.StatusRequestEntityTooLarge, "a body has 1 MiB at most")
}

func notAcceptable() *problem.Problem {
	return problem.New(http.StatusNotAcceptable, "there is "+jsonType+" only")
}

// readBody counts while it reads, for a body that comes in chunks does not tell its length.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodDelete {
		return nil, nil
	}
	if r.ContentLength > longestBody {
		return nil, tooLarge()
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	var exceeded *http.MaxBytesError
	switch {
	case errors.As(err, &exceeded):
		return nil, tooLarge()
	case err != nil:
		return nil, problem.BadRequest("the body ended early")
	}
	return content, nil
}

// content returns the body as an object, if it is of one of the media types.
func (call *call) content(mediaTypes ...string) (*body.Object, error) {
	contentType := call.request.Header.Get("Content-Type")
	if contentType == "" && len(call.body) == 0 {
		return nil, problem.BadRequest("there is no body")
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	charset := parameters["charset"]
	if err != nil || !slices.Contains(mediaTypes, mediaType) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, problem.New(http.StatusUnsupportedMediaType, "has to be "+strings.Join(mediaTypes, " or ")+" in UTF-8")
	}
	return body.Parse(call.body)
}

// task returns the task that the path names.
func (call *call) task(ctx context.Context) (task.Task, error) {
	return task.Find(ctx, call.session, call.caller, call.id("id"))
}

func (call *call) id(name string) int64 {
	return task.ParseID(call.request.PathValue(name))
}

func (call *call) parameters() (page.Parameters, error) {
	return page.Read(call.request.URL.RawQuery)
}
