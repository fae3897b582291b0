package task

import (
	"context"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"

	"task-manager-api/internal/database"
	"task-manager-api/internal/token"
)

var (
	// ErrNotFound means that there is no such task for the caller.
	ErrNotFound = errors.New("there is no such task")
	// ErrChanged means that somebody else was faster: the version that was decided on is not the present one any more.
	ErrChanged = errors.New("the task has changed meanwhile")
)

// columns are those of a task, in the order in which scan takes them.
const columns = `id, title, description, priority, to_char(due_date, 'YYYY-MM-DD'), tags, assignee_id, status, owner_id,
	team, created_at, updated_at, version`

// targets are the places into which a row of these columns goes.
func (task *Task) targets() []any {
	return []any{
		&task.ID, &task.Title, &task.Description, &task.Priority, &task.DueDate, &task.Tags, &task.AssigneeID,
		&task.Status, &task.OwnerID, &task.Team, &task.CreatedAt, &task.UpdatedAt, &task.Version,
	}
}

func scan(row pgx.Row) (Task, error) {
	var task Task
	err := row.Scan(task.targets()...)
	return task, err
}

// ParseID reads an id as it stands in a path; 0, which no task has, if it cannot be one.
func ParseID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != text {
		return 0
	}
	return id
}

// Insert stores a new task of the caller.
func Insert(ctx context.Context, session database.Session, caller token.Caller, draft Draft) (Task, error) {
	return scan(session.QueryRow(ctx, `
		INSERT INTO tasks (title, description, priority, due_date, tags, assignee_id, status, owner_id, team)
		VALUES (@title, @description, @priority, @due_date, @tags, @assignee_id, 'todo', @owner_id, @team)
		RETURNING `+columns,
		pgx.NamedArgs{
			"title": draft.Title, "description": draft.Description, "priority": draft.Priority, "due_date": draft.DueDate,
			"tags": draft.Tags, "assignee_id": draft.AssigneeID, "owner_id": caller.Sub, "team": caller.Team,
		}))
}

// Find returns a task, or ErrNotFound.
func Find(ctx context.Context, session database.Session, caller token.Caller, id int64) (Task, error) {
	task, err := scan(session.QueryRow(ctx, `SELECT `+columns+` FROM tasks WHERE id = @id AND `+visible(caller),
		pgx.NamedArgs{"id": id, "sub": caller.Sub, "team": caller.Team}))
	if errors.Is(err, pgx.ErrNoRows) {
		return Task{}, ErrNotFound
	}
	return task, err
}

// Update stores what has become of a task. It changes the version that the caller has seen and decided on and no other,
// so nothing has to be locked; if there is another one by now, that is ErrChanged.
func Update(ctx context.Context, session database.Session, task Task) (Task, error) {
	updated, err := scan(session.QueryRow(ctx, `
		UPDATE tasks SET title = @title, description = @description, priority = @priority, due_date = @due_date,
			tags = @tags, assignee_id = @assignee_id, status = @status, version = version + 1, updated_at = now()
		WHERE id = @id AND version = @version
		RETURNING `+columns,
		pgx.NamedArgs{
			"title": task.Title, "description": task.Description, "priority": task.Priority, "due_date": task.DueDate,
			"tags": task.Tags, "assignee_id": task.AssigneeID, "status": task.Status,
			"id": task.ID, "version": task.Version,
		}))
	if errors.Is(err, pgx.ErrNoRows) {
		return Task{}, ErrChanged
	}
	return updated, err
}

// Delete removes this version of a task, and its comments with it; ErrChanged as with Update.
func Delete(ctx context.Context, session database.Session, task Task) error {
	tag, err := session.Exec(ctx, `DELETE FROM tasks WHERE id = $1 AND version = $2`, task.ID, task.Version)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrChanged
	}
	return err
}
