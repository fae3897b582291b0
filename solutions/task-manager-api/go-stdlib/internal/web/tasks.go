package web

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"task-manager-api/internal/body"
	"task-manager-api/internal/database"
	"task-manager-api/internal/idempotency"
	"task-manager-api/internal/problem"
	"task-manager-api/internal/task"
)

func (api *API) listTasks(ctx context.Context, call *call) (answer, error) {
	parameters, err := call.parameters()
	if err != nil {
		return answer{}, err
	}
	search, err := task.NewSearch(parameters, call.caller, api.Cursors)
	if err != nil {
		return answer{}, err
	}
	found, err := task.List(ctx, call.session, search, api.Cursors)
	if err != nil {
		return answer{}, err
	}
	return withPage(found, call.request, parameters)
}

func (api *API) showTask(ctx context.Context, call *call) (answer, error) {
	found, err := call.task(ctx)
	if err != nil {
		return answer{}, err
	}
	if isKnown(call.request.Header, found) {
		return answer{status: http.StatusNotModified, etag: etag(found)}, nil
	}
	return withTask(http.StatusOK, found)
}

func (api *API) createTask(ctx context.Context, call *call) (answer, error) {
	object, err := call.content(jsonType)
	if err != nil {
		return answer{}, err
	}
	text, repeatable, err := idempotencyKey(call.request.Header)
	if err != nil {
		return answer{}, err
	}
	draft := task.NewDraft(object)
	if err := object.Check(); err != nil {
		return answer{}, err
	}
	if !repeatable {
		return insert(ctx, call.session, call, draft)
	}
	key := idempotency.Key{Sub: call.caller.Sub, Text: []byte(text), Fingerprint: fingerprint(draft)}
	kept, err := idempotency.Once(ctx, call.session, key, func(transaction pgx.Tx) (idempotency.Answer, error) {
		first, err := insert(ctx, transaction, call, draft)
		return idempotency.Answer{Location: first.location, ETag: first.etag, Body: first.body}, err
	})
	return answer{status: http.StatusCreated, location: kept.Location, etag: kept.ETag, body: kept.Body}, err
}

func insert(ctx context.Context, session database.Session, call *call, draft task.Draft) (answer, error) {
	created, err := task.Insert(ctx, session, call.caller, draft)
	if err != nil {
		return answer{}, err
	}
	answer, err := withTask(http.StatusCreated, created)
	answer.location = fmt.Sprintf("/tasks/%d", created.ID)
	return answer, err
}

func idempotencyKey(header http.Header) (text string, sent bool, err error) {
	values := header.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", false, nil
	}
	if length := utf8.RuneCountInString(values[0]); len(values) > 1 || length < 1 || length > 255 {
		return "", false, problem.BadRequest("an Idempotency-Key has 1 to 255 characters")
	}
	return values[0], true, nil
}

// fingerprint is of what was understood and not of the bytes, so white space and the order of members do not matter.
func fingerprint(draft task.Draft) []byte {
	content, err := json.Marshal(draft)
	if err != nil {
		panic(err) // texts
	}
	sum := sha256.Sum256(content)
	return sum[:]
}

func (api *API) replaceTask(ctx context.Context, call *call) (answer, error) {
	return call.edit(ctx, []string{jsonType}, func(present task.Task, object *body.Object) (task.Draft, string) {
		readStatus(object) // a wrong one is refused, a right one has no effect
		return task.NewDraft(object), present.Status
	})
}

func (api *API) patchTask(ctx context.Context, call *call) (answer, error) {
	return call.edit(ctx, []string{jsonType, mergePatchType},
		func(present task.Task, object *body.Object) (task.Draft, string) {
			status, sent := readStatus(object)
			if !sent {
				status = present.Status
			}
			return present.Merge(object), status
		})
}

func readStatus(object *body.Object) (string, bool) {
	member, sent := object.Member("status")
	if !sent {
		return "", false
	}
	return task.ReadStatus(member), true
}

// edit changes a task into what `read` makes of the present one and the body.
func (call *call) edit(
	ctx context.Context, mediaTypes []string, read func(task.Task, *body.Object) (task.Draft, string),
) (answer, error) {
	return call.change(ctx, func(present task.Task) (task.Task, error) {
		object, err := call.content(mediaTypes...)
		if err != nil {
			return task.Task{}, err
		}
		draft, status := read(present, object)
		if !present.MayAssign(call.caller, draft.AssigneeID) {
			return task.Task{}, problem.New(http.StatusForbidden, "you may not give this task to somebody")
		}
		if err := requireMatch(call.request.Header, present); err != nil {
			return task.Task{}, err
		}
		if err := object.Check(); err != nil {
			return task.Task{}, err
		}
		if status != present.Status && !present.CanMove(status) {
			return task.Task{}, illegalMove(present, status)
		}
		present.Draft, present.Status = draft, status
		return present, nil
	})
}

func (api *API) moveTask(ctx context.Context, call *call) (answer, error) {
	return call.change(ctx, func(present task.Task) (task.Task, error) {
		object, err := call.content(jsonType)
		if err != nil {
			return task.Task{}, err
		}
		if err := checkMatch(call.request.Header, present); err != nil {
			return task.Task{}, err
		}
		var to string
		if member, sent := object.Required("to"); sent {
			to = task.ReadStatus(member)
		}
		if err := object.Check(); err != nil {
			return task.Task{}, err
		}
		if !present.CanMove(to) {
			return task.Task{}, illegalMove(present, to)
		}
		present.Status = to
		return present, nil
	})
}

func illegalMove(present task.Task, to string) error {
	return problem.New(http.StatusConflict, "no move leads from "+present.Status+" to "+to)
}

// change stores what `decide` makes of the present task. If somebody else changed it meanwhile, it is decided anew:
// most often that ends in 412 or 409.
func (call *call) change(ctx context.Context, decide func(task.Task) (task.Task, error)) (answer, error) {
	for {
		present, err := call.task(ctx)
		if err != nil {
			return answer{}, err
		}
		decided, err := decide(present)
		if err != nil {
			return answer{}, err
		}
		changed, err := task.Update(ctx, call.session, decided)
		if errors.Is(err, task.ErrChanged) {
			continue
		}
		if err != nil {
			return answer{}, err
		}
		return withTask(http.StatusOK, changed)
	}
}

func (api *API) deleteTask(ctx context.Context, call *call) (answer, error) {
	for {
		present, err := call.task(ctx)
		if err != nil {
			return answer{}, err
		}
		if !present.MayDelete(call.caller) {
			return answer{}, problem.New(http.StatusForbidden, "only its owner deletes a task")
		}
		if err := checkMatch(call.request.Header, present); err != nil {
			return answer{}, err
		}
		err = task.Delete(ctx, call.session, present)
		if errors.Is(err, task.ErrChanged) {
			continue
		}
		return answer{status: http.StatusNoContent}, err
	}
}
