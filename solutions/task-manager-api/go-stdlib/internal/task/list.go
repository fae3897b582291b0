package task

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"task-manager-api/internal/database"
	"task-manager-api/internal/page"
)

// Listed is a task in a list, with what `include` has asked for.
type Listed struct {
	Task
	// Assignee is `null` if there is none, and empty if it was not asked for.
	Assignee     json.RawMessage `json:"assignee,omitempty"`
	CommentCount *int64          `json:"comment_count,omitempty"`

	sortKey string
}

type person struct {
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

// List returns the page of tasks that was searched for. It is one statement, however many tasks there are.
func List(
	ctx context.Context, session database.Session, search *Search, cursors page.Cursors,
) (page.Page[Listed], error) {
	rows, err := session.Query(ctx, search.statement(), search.arguments)
	if err != nil {
		return page.Page[Listed]{}, err
	}
	found, err := pgx.CollectRows(rows, search.scan)
	if err != nil {
		return page.Page[Listed]{}, err
	}
	return page.Cut(found, search.limit, cursors, func(last Listed) page.Position {
		return page.Position{List: search.list(), Key: last.sortKey, ID: last.ID}
	}), nil
}

// statement adds to the arguments what the page asks for. What is not included is null, so that the columns stay.
func (search *Search) statement() string {
	name, people, comments := "NULL", "", "NULL::bigint"
	if search.withAssignee {
		name, people = "people.name", "LEFT JOIN people ON people.sub = tasks.assignee_id"
	}
	if search.withCommentCount {
		comments = "(SELECT count(*) FROM comments WHERE comments.task_id = tasks.id)"
	}
	sort, descending := strings.CutPrefix(search.sort, "-")
	order, direction, behind := orders[sort], "ASC", ">"
	if descending {
		direction, behind = "DESC", "<"
	}

	conditions := search.conditions
	if search.after != nil {
		conditions = append(conditions, fmt.Sprintf("(%s, id) %s (@key::%s, @after)", order.expression, behind, order.kind))
		search.arguments["key"] = search.after.Key
		search.arguments["after"] = search.after.ID
	}
	search.arguments["limit"] = search.limit + 1

	return fmt.Sprintf(`
		SELECT %s, (%s)::text AS sort_key, %s, %s FROM tasks %s
		WHERE %s ORDER BY %s %s, id %s LIMIT @limit`,
		columns, order.expression, name, comments, people, strings.Join(conditions, " AND "),
		order.expression, direction, direction)
}

func (search *Search) scan(row pgx.CollectableRow) (Listed, error) {
	var listed Listed
	var name *string
	if err := row.Scan(append(listed.targets(), &listed.sortKey, &name, &listed.CommentCount)...); err != nil {
		return Listed{}, err
	}
	if !search.withAssignee {
		return listed, nil
	}
	var assignee *person
	if listed.AssigneeID != nil {
		assignee = &person{ID: *listed.AssigneeID, Name: name}
	}
	var err error
	listed.Assignee, err = json.Marshal(assignee)
	return listed, err
}
