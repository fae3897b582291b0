package book

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// ByCreation returns all contacts, the oldest first.
func (b *Book) ByCreation() []Contact {
	return slices.SortedFunc(maps.Values(b.Contacts), olderFirst)
}

// ByName returns all contacts in the order of their folded names, those with equal ones the oldest first.
func (b *Book) ByName() []Contact {
	keys := make(map[int]string, len(b.Contacts))
	for id, contact := range b.Contacts {
		keys[id] = fold(contact.Name)
	}
	return slices.SortedFunc(maps.Values(b.Contacts), func(one, other Contact) int {
		// Bytes of UTF-8 compare as code points do.
		return cmp.Or(strings.Compare(keys[one.ID], keys[other.ID]), olderFirst(one, other))
	})
}

// olderFirst falls back on ids because an import makes several contacts in one microsecond.
func olderFirst(one, other Contact) int {
	return cmp.Or(one.CreatedAt.Compare(other.CreatedAt), cmp.Compare(one.ID, other.ID))
}
