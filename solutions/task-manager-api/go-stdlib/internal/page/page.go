package page

// Page is a part of a list.
type Page[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

// Cut makes a page of at most `limit` of the items found. Whoever calls it has asked for one item more than that: if it
// came there is a next page, which begins behind the last item shown.
func Cut[T any](found []T, limit int, cursors Cursors, position func(last T) Position) Page[T] {
	if len(found) <= limit {
		return Page[T]{Items: found}
	}
	shown := found[:limit]
	cursor := cursors.Write(position(shown[limit-1]))
	return Page[T]{Items: shown, NextCursor: &cursor}
}
