package book

import "fmt"

// A Refusal says why a command is not done, in words for the caller.
type Refusal struct {
	Kind   Kind
	Reason string
}

// A Kind is the exit code that the brief gives to a refusal.
type Kind int

const (
	NotFound   Kind = 1
	Invalid    Kind = 2
	Taken      Kind = 3
	Unreadable Kind = 4
)

// Refuse makes a Refusal of a format and its values, as fmt.Errorf does of an error.
func Refuse(kind Kind, format string, values ...any) error {
	return &Refusal{Kind: kind, Reason: fmt.Sprintf(format, values...)}
}

func (r *Refusal) Error() string { return r.Reason }
