package formats

import (
	"io"
	"strings"
	"unicode/utf8"

	"contact-book/internal/book"
)

// Bytes of a line without its end (RFC 6350, 3.2).
const longestLine = 75

// WriteVCards writes a vCard 4.0 (RFC 6350) for each contact.
func WriteVCards(out io.Writer, contacts []book.Contact) error {
	for _, contact := range contacts {
		for _, line := range vCard(contact) {
			if _, err := io.WriteString(out, folded(line)+"\r\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

func vCard(contact book.Contact) []string {
	lines := []string{"BEGIN:VCARD", "VERSION:4.0", "FN:" + escaped(contact.Name)}
	for _, email := range contact.Emails {
		lines = append(lines, "EMAIL:"+escaped(email))
	}
	for _, phone := range contact.Phones {
		lines = append(lines, "TEL:"+escaped(phone))
	}
	if len(contact.Tags) > 0 {
		tags := make([]string, 0, len(contact.Tags))
		for _, tag := range contact.Tags {
			tags = append(tags, escaped(tag))
		}
		lines = append(lines, "CATEGORIES:"+strings.Join(tags, ","))
	}
	return append(lines, "END:VCARD")
}

// RFC 6350, 3.4. All three line breaks become the one that there is.
var escapes = strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escaped writes a text as a value; the control characters that a value cannot have are shown as blanks.
func escaped(text string) string {
	return strings.Map(func(character rune) rune {
		if character < ' ' && character != '\t' || character == '\x7f' {
			return ' '
		}
		return character
	}, escapes.Replace(text))
}

// folded breaks a line that is too long, between two characters; each further line begins with a blank.
func folded(line string) string {
	var lines strings.Builder
	room := longestLine
	for _, character := range line {
		if size := utf8.RuneLen(character); size > room {
			lines.WriteString("\r\n ")
			room = longestLine - 1
		}
		lines.WriteRune(character)
		room -= utf8.RuneLen(character)
	}
	return lines.String()
}
