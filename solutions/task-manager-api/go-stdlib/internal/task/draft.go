package task

import (
	"slices"
	"time"

	"task-manager-api/internal/body"
)

// Draft is what a client may set of a task, but for its status.
type Draft struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Priority    string   `json:"priority"`
	DueDate     *string  `json:"due_date"`
	Tags        []string `json:"tags"`
	AssigneeID  *string  `json:"assignee_id"`
}

func defaults() Draft {
	return Draft{Priority: "medium", Tags: []string{}}
}

// NewDraft reads a whole draft: what is not in the body has its default.
func NewDraft(object *body.Object) Draft {
	object.Required("title")
	return defaults().Merge(object)
}

// Merge returns the draft with what is in the body; null puts a default back (RFC 7396). What is wrong with a member is
// noted in the object.
func (draft Draft) Merge(object *body.Object) Draft {
	if member, sent := object.Member("title"); sent {
		draft.Title = member.VisibleText(200)
	}
	usual := defaults()
	merge(object, "description", &draft.Description, usual.Description, readDescription)
	merge(object, "priority", &draft.Priority, usual.Priority, readPriority)
	merge(object, "due_date", &draft.DueDate, usual.DueDate, readDay)
	merge(object, "tags", &draft.Tags, usual.Tags, readTags)
	merge(object, "assignee_id", &draft.AssigneeID, usual.AssigneeID, readAssignee)
	return draft
}

func merge[T any](object *body.Object, name string, value *T, usual T, read func(body.Member) T) {
	member, sent := object.Member(name)
	switch {
	case sent && member.IsNull():
		*value = usual
	case sent:
		*value = read(member)
	}
}

// ReadStatus returns a status, empty and refused if it is none of the four.
func ReadStatus(member body.Member) string {
	return member.OneOf(statuses...)
}

func readDescription(member body.Member) string {
	return member.Text(0, 10_000)
}

func readPriority(member body.Member) string {
	return member.OneOf(priorities...)
}

func readDay(member body.Member) *string {
	text := member.Text(len(time.DateOnly), len(time.DateOnly))
	if text != "" && !isDay(text) {
		member.Refuse("has to be a day of the calendar, YYYY-MM-DD")
	}
	return &text
}

// isDay says whether a text is a day, YYYY-MM-DD. PostgreSQL knows no year 0.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil && text >= "0001-01-01"
}

func readTags(member body.Member) []string {
	elements, isList := member.Elements()
	if isList && len(elements) > 20 {
		member.Refuse("has to have 20 elements at most")
	}
	tags := []string{}
	for _, element := range elements {
		if tag := element.VisibleText(50); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

func readAssignee(member body.Member) *string {
	assignee := member.Text(1, 255)
	return &assignee
}
