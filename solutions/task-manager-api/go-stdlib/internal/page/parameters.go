// Package page reads query parameters, and hands out lists page by page.
package page

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"task-manager-api/internal/problem"
)

const (
	usual   = 20
	highest = 100
)

// Parameters are those of a query string. Asking for one returns a problem with status 400 if it cannot be.
type Parameters struct {
	values url.Values
}

// Read reads a query string.
func Read(query string) (Parameters, error) {
	// A semicolon means itself (RFC 3986, section 3.4); net/url refuses it, for it once parted parameters.
	values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
	if err != nil {
		return Parameters{}, problem.BadRequest("the query cannot be read")
	}
	return Parameters{values: values}, nil
}

// All returns each value of a parameter that may come several times.
func (parameters Parameters) All(name string) ([]string, error) {
	values := parameters.values[name]
	for _, value := range values {
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			return nil, refused(name, "is no text")
		}
	}
	return values, nil
}

// One returns the value of a parameter that comes once at most, and whether it came.
func (parameters Parameters) One(name string) (string, bool, error) {
	values, err := parameters.All(name)
	switch {
	case err != nil:
		return "", false, err
	case len(values) > 1:
		return "", false, refused(name, "was given twice")
	case len(values) == 0:
		return "", false, nil
	}
	return values[0], true, nil
}

// Limit returns how many items a page may have.
func (parameters Parameters) Limit() (int, error) {
	text, sent, err := parameters.One("limit")
	if err != nil || !sent {
		return usual, err
	}
	limit, err := strconv.ParseUint(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return highest, nil
	}
	if err != nil || limit == 0 {
		return 0, refused("limit", "has to be a whole number of 1 or more")
	}
	return int(min(limit, highest)), nil
}

// Link returns the address of the page that begins at a cursor, with all other parameters as they are.
func (parameters Parameters) Link(path, cursor string) string {
	values := url.Values{}
	for name, value := range parameters.values {
		values[name] = value
	}
	values.Set("cursor", cursor)
	return path + "?" + values.Encode()
}

func refused(name, detail string) error {
	return problem.BadRequest("the parameter " + name + " " + detail)
}
