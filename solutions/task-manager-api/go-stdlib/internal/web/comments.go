package web

import (
	"context"
	"fmt"
	"net/http"

	"task-manager-api/internal/comment"
	"task-manager-api/internal/page"
)

func (api *API) listComments(ctx context.Context, call *call) (answer, error) {
	present, err := call.task(ctx)
	if err != nil {
		return answer{}, err
	}
	parameters, err := call.parameters()
	if err != nil {
		return answer{}, err
	}
	found, err := comment.List(ctx, call.session, call.caller, present.ID, parameters, api.Cursors)
	if err != nil {
		return answer{}, err
	}
	return withPage(found, call.request, parameters)
}

func (api *API) addComment(ctx context.Context, call *call) (answer, error) {
	present, err := call.task(ctx)
	if err != nil {
		return answer{}, err
	}
	object, err := call.content(jsonType)
	if err != nil {
		return answer{}, err
	}
	text := comment.ReadText(object)
	if err := object.Check(); err != nil {
		return answer{}, err
	}
	created, err := comment.Insert(ctx, call.session, call.caller, present.ID, text)
	if err != nil {
		return answer{}, err
	}
	answer, err := withJSON(http.StatusCreated, created)
	answer.location = fmt.Sprintf("/tasks/%d/comments/%d", created.TaskID, created.ID)
	return answer, err
}

func (api *API) showComment(ctx context.Context, call *call) (answer, error) {
	found, err := comment.Find(ctx, call.session, call.caller, call.id("id"), call.id("comment"))
	if err != nil {
		return answer{}, err
	}
	return withJSON(http.StatusOK, found)
}

// withPage makes an answer with a page, and with a link to the next one if there is one (RFC 8288).
func withPage[T any](shown page.Page[T], request *http.Request, parameters page.Parameters) (answer, error) {
	answer, err := withJSON(http.StatusOK, shown)
	if shown.NextCursor != nil {
		answer.link = fmt.Sprintf(`<%s>; rel="next"`, parameters.Link(request.URL.EscapedPath(), *shown.NextCursor))
	}
	return answer, err
}
