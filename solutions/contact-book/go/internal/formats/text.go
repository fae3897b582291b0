// Package formats reads and writes contacts for people and for other programs.
package formats

import (
	"fmt"
	"io"
	"strings"

	"contact-book/internal/book"
)

// WriteLines writes a line for each contact: id, name, first e-mail, first phone, with tabs between.
func WriteLines(out io.Writer, contacts []book.Contact) error {
	for _, contact := range contacts {
		_, err := fmt.Fprintf(out, "%d\t%s\t%s\t%s\n",
			contact.ID, book.OneLine(contact.Name), first(contact.Emails), first(contact.Phones))
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteCard writes all of one contact for people.
func WriteCard(out io.Writer, contact book.Contact) error {
	_, err := fmt.Fprintf(out, "%s\n  id      %d\n  e-mail  %s\n  phone   %s\n  tags    %s\n",
		book.OneLine(contact.Name), contact.ID, strings.Join(contact.Emails, ", "),
		strings.Join(contact.Phones, ", "), strings.Join(contact.Tags, ", "))
	return err
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
