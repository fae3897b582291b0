package formats

import (
	"encoding/json"
	"io"

	"contact-book/internal/book"
)

// WriteJSON writes contacts as one array.
func WriteJSON(out io.Writer, contacts []book.Contact) error {
	if contacts == nil {
		contacts = []book.Contact{} // nil would be written as null
	}
	return writeJSON(out, contacts)
}

// WriteContact writes one contact as an object.
func WriteContact(out io.Writer, contact book.Contact) error {
	return writeJSON(out, contact)
}

func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
