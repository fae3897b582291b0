package book

import (
	"strconv"
	"strings"
	"unicode"
)

// A Change is what it takes to undo a command.
type Change struct {
	What   string `json:"what"`
	Before before `json:"before"`
}

// before holds the contacts that a command touched as they were; nil stands for one that was not there.
type before map[int]*Contact

func (b *Book) remember(what string, before before) {
	b.History = append(b.History, Change{What: what, Before: before})
}

// Undo takes back the last change and says what it was.
func (b *Book) Undo() (string, error) {
	if len(b.History) == 0 {
		return "", Refuse(NotFound, "there is nothing to undo")
	}
	last := len(b.History) - 1
	change := b.History[last]
	for id, contact := range change.Before {
		if contact == nil {
			b.remove(id)
		} else {
			b.put(*contact)
		}
	}
	b.History = b.History[:last]
	return change.What, nil
}

// quoted names a contact in what is said of a change.
func quoted(contact Contact) string {
	return strconv.Itoa(contact.ID) + ", " + OneLine(contact.Name)
}

// OneLine shows each control character as a blank, so that a name stays on its line.
func OneLine(name string) string {
	return strings.Map(func(character rune) rune {
		if unicode.IsControl(character) {
			return ' '
		}
		return character
	}, name)
}
