// Package comment keeps what people say about a task.
package comment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"task-manager-api/internal/body"
	"task-manager-api/internal/database"
	"task-manager-api/internal/page"
	"task-manager-api/internal/task"
	"task-manager-api/internal/token"
)

// ErrNotFound means that there is no such comment for the caller.
var ErrNotFound = errors.New("there is no such comment")

// foreignKeyViolation is what PostgreSQL says when the task has gone while its comment was written.
const foreignKeyViolation = "23503"

const columns = `id, task_id, author_id, text, created_at`

// Comment is a comment as it is stored and shown.
type Comment struct {
	ID        int64     `json:"id"`
	TaskID    int64     `json:"task_id"`
	AuthorID  string    `json:"author_id"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

// ReadText reads the text of a new comment; what is wrong with it is noted in the object.
func ReadText(object *body.Object) string {
	member, sent := object.Required("text")
	if !sent {
		return ""
	}
	return member.VisibleText(10_000)
}

// Insert stores a comment of the caller; task.ErrNotFound if there is no such task for them.
func Insert(
	ctx context.Context, session database.Session, caller token.Caller, taskID int64, text string,
) (Comment, error) {
	visible, arguments := task.Visible(caller, taskID)
	arguments["text"] = text
	arguments["author"] = caller.Sub
	comment, err := one(ctx, session, `
		INSERT INTO comments (task_id, author_id, text) SELECT id, @author, @text FROM `+visible+` AS task
		RETURNING `+columns, arguments)

	var refused *pgconn.PgError
	if errors.Is(err, pgx.ErrNoRows) || errors.As(err, &refused) && refused.Code == foreignKeyViolation {
		return Comment{}, task.ErrNotFound
	}
	return comment, err
}

// Find returns a comment of a task, or ErrNotFound.
func Find(ctx context.Context, session database.Session, caller token.Caller, taskID, id int64) (Comment, error) {
	visible, arguments := task.Visible(caller, taskID)
	arguments["comment"] = id
	comment, err := one(ctx, session,
		`SELECT `+columns+` FROM comments WHERE id = @comment AND task_id = `+visible, arguments)
	if errors.Is(err, pgx.ErrNoRows) {
		return Comment{}, ErrNotFound
	}
	return comment, err
}

// List returns a page of a task's comments, oldest first.
func List(
	ctx context.Context, session database.Session, caller token.Caller, taskID int64,
	parameters page.Parameters, cursors page.Cursors,
) (page.Page[Comment], error) {
	list := fmt.Sprintf("comments of %d", taskID)
	limit, err := parameters.Limit()
	if err != nil {
		return page.Page[Comment]{}, err
	}
	after, err := cursors.Read(parameters, list)
	if err != nil {
		return page.Page[Comment]{}, err
	}
	visible, arguments := task.Visible(caller, taskID)
	found, err := behind(ctx, session, visible, arguments, after, limit+1)
	if err != nil {
		return page.Page[Comment]{}, err
	}
	return page.Cut(found, limit, cursors, func(last Comment) page.Position {
		return page.Position{List: list, Key: last.CreatedAt.Format(time.RFC3339Nano), ID: last.ID}
	}), nil
}

func behind(
	ctx context.Context, session database.Session, visible string, arguments pgx.NamedArgs, after *page.Position, limit int,
) ([]Comment, error) {
	condition := ""
	if after != nil {
		condition = "AND (created_at, id) > (@key::timestamptz, @after)"
		arguments["key"] = after.Key
		arguments["after"] = after.ID
	}
	arguments["limit"] = limit
	rows, err := session.Query(ctx, `
		SELECT `+columns+` FROM comments WHERE task_id = `+visible+` `+condition+`
		ORDER BY created_at, id LIMIT @limit`, arguments)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Comment])
}

func one(ctx context.Context, session database.Session, sql string, arguments pgx.NamedArgs) (Comment, error) {
	rows, err := session.Query(ctx, sql, arguments)
	if err != nil {
		return Comment{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Comment])
}
