package task

import (
	"github.com/jackc/pgx/v5"

	"task-manager-api/internal/token"
)

// visible is the condition that a task meets when the caller sees it. Every statement about a task or its comments has
// it, with @sub and @team among its arguments, so that what somebody does not see is not there for them.
func visible(caller token.Caller) string {
	switch caller.Role {
	case token.Admin:
		return "true"
	case token.Manager:
		return "team = @team"
	default:
		return "team = @team AND (owner_id = @sub OR assignee_id = @sub)"
	}
}

// Visible is a subquery for the id of the task @task, if the caller sees it, and the arguments for it.
func Visible(caller token.Caller, id int64) (string, pgx.NamedArgs) {
	return "(SELECT id FROM tasks WHERE id = @task AND " + visible(caller) + ")",
		pgx.NamedArgs{"task": id, "sub": caller.Sub, "team": caller.Team}
}

// MayDelete says whether a caller who sees the task may delete it.
func (task Task) MayDelete(caller token.Caller) bool {
	return caller.Role != token.Member || task.OwnerID == caller.Sub
}

// MayAssign says whether a caller who sees the task may leave it with this assignee.
func (task Task) MayAssign(caller token.Caller, assignee *string) bool {
	if caller.Role != token.Member || same(assignee, task.AssigneeID) {
		return true
	}
	return assignee == nil && task.OwnerID == caller.Sub
}

func same(one, other *string) bool {
	if one == nil || other == nil {
		return one == other
	}
	return *one == *other
}
