package task

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"task-manager-api/internal/page"
	"task-manager-api/internal/problem"
	"task-manager-api/internal/token"
)

// Search is what a list of tasks was asked for: conditions with their arguments, an order, and what to add.
type Search struct {
	conditions []string
	arguments  pgx.NamedArgs
	sort       string
	limit      int
	after      *page.Position

	withAssignee     bool
	withCommentCount bool
}

// order is how a list is sorted: by an expression that is never null, and the type of its values.
type order struct {
	expression string
	kind       string
}

// The name of a column cannot be an argument of a statement, so what is sorted by comes from here and nowhere else.
var orders = map[string]order{
	"created_at": {"created_at", "timestamptz"},
	"due_date":   {"coalesce(due_date, 'infinity')", "date"},
	"priority":   {"array_position('{low,medium,high}'::text[], priority)", "integer"},
	"title":      {`title COLLATE "C"`, "text"}, // by code point, whatever the database's own collation
}

// filters are the conditions on a single value; `takes` is nil where any text will do.
var filters = []struct {
	name      string
	condition string
	takes     func(string) bool
}{
	{name: "status", condition: "status = @status", takes: isOneOf(statuses)},
	{name: "priority", condition: "priority = @priority", takes: isOneOf(priorities)},
	{name: "assignee_id", condition: "assignee_id = @assignee_id"},
	{name: "owner_id", condition: "owner_id = @owner_id"},
	{name: "due_before", condition: "due_date < @due_before", takes: isDay},
	{name: "due_after", condition: "due_date > @due_after", takes: isDay},
	// No LIKE: every character of the text means itself.
	{name: "q", condition: "(strpos(lower(title), lower(@q)) > 0 OR strpos(lower(description), lower(@q)) > 0)"},
}

func isOneOf(choices []string) func(string) bool {
	return func(value string) bool { return slices.Contains(choices, value) }
}

// NewSearch reads what the parameters ask for, among what the caller sees.
func NewSearch(parameters page.Parameters, caller token.Caller, cursors page.Cursors) (*Search, error) {
	search := &Search{
		conditions: []string{visible(caller)},
		arguments:  pgx.NamedArgs{"sub": caller.Sub, "team": caller.Team},
		sort:       "created_at",
	}
	for _, read := range []func(page.Parameters) error{
		search.readFilters, search.readTags, search.readSort, search.readInclude,
	} {
		if err := read(parameters); err != nil {
			return nil, err
		}
	}
	var err error
	if search.limit, err = parameters.Limit(); err != nil {
		return nil, err
	}
	search.after, err = cursors.Read(parameters, search.list())
	return search, err
}

func (search *Search) readFilters(parameters page.Parameters) error {
	for _, filter := range filters {
		value, sent, err := parameters.One(filter.name)
		switch {
		case err != nil:
			return err
		case !sent:
			continue
		case filter.takes != nil && !filter.takes(value):
			return problem.BadRequest("the parameter " + filter.name + " has no such value")
		}
		search.conditions = append(search.conditions, filter.condition)
		search.arguments[filter.name] = value
	}
	return nil
}

func (search *Search) readTags(parameters page.Parameters) error {
	tags, err := parameters.All("tag")
	if err != nil || len(tags) == 0 {
		return err
	}
	if slices.Contains(tags, "") {
		return problem.BadRequest("the parameter tag has to have a value")
	}
	search.conditions = append(search.conditions, "tags @> @tags")
	search.arguments["tags"] = tags
	return nil
}

func (search *Search) readSort(parameters page.Parameters) error {
	sort, sent, err := parameters.One("sort")
	if err != nil || !sent {
		return err
	}
	if _, known := orders[strings.TrimPrefix(sort, "-")]; !known {
		return problem.BadRequest("the parameter sort knows created_at, due_date, priority and title, and a - before them")
	}
	search.sort = sort
	return nil
}

func (search *Search) readInclude(parameters page.Parameters) error {
	include, sent, err := parameters.One("include")
	if err != nil || !sent {
		return err
	}
	for word := range strings.SplitSeq(include, ",") {
		switch word {
		case "assignee":
			search.withAssignee = true
		case "comment_count":
			search.withCommentCount = true
		default:
			return problem.BadRequest("the parameter include knows assignee and comment_count")
		}
	}
	return nil
}

// list names the list and its order, so that a cursor of another one is none of this.
func (search *Search) list() string {
	return "tasks by " + search.sort
}
