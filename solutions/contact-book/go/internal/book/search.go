package book

import (
	"slices"
	"strings"
)

// Fields are the groups of values that a search can be limited to.
var Fields = []string{"name", "email", "phone", "tag"}

// Search returns the contacts in which a value of the field, or of any if it is "", has the text in it when both are
// folded.
func (b *Book) Search(text, field string) []Contact {
	wanted := fold(text)
	has := func(value string) bool { return strings.Contains(fold(value), wanted) }
	return slices.DeleteFunc(b.ByName(), func(contact Contact) bool {
		return !slices.ContainsFunc(contact.values(field), has)
	})
}

func (c Contact) values(field string) []string {
	switch field {
	case "name":
		return []string{c.Name}
	case "email":
		return c.Emails
	case "phone":
		return c.Phones
	case "tag":
		return c.Tags
	}
	return slices.Concat([]string{c.Name}, c.Emails, c.Phones, c.Tags)
}
