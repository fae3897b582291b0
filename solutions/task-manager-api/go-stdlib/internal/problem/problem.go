// Package problem has errors that are answers: problem documents as RFC 9457 has them.
package problem

import (
	"fmt"
	"net/http"
)

// Problem is an error that says what to answer.
type Problem struct {
	Type   string    `json:"type"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail,omitempty"`
	Errors []Invalid `json:"errors,omitempty"`

	// Header is sent along, such as Allow with a 405.
	Header http.Header `json:"-"`
}

// Invalid is one thing that is wrong with a body, and where: a JSON pointer as a fragment (RFC 6901, section 6).
type Invalid struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// New makes a problem whose title is the phrase of its status, as the type about:blank asks for.
func New(status int, detail string) *Problem {
	return &Problem{
		Type:   "about:blank",
		Title:  http.StatusText(status),
		Status: status,
		Detail: detail,
		Header: http.Header{},
	}
}

// With adds a header.
func (problem *Problem) With(name, value string) *Problem {
	problem.Header.Set(name, value)
	return problem
}

func (problem *Problem) Error() string {
	return fmt.Sprintf("%d %s: %s", problem.Status, problem.Title, problem.Detail)
}

// BadRequest is about what cannot be read: a body, a query parameter, a header.
func BadRequest(detail string) *Problem {
	return New(http.StatusBadRequest, detail)
}

// Unprocessable is about a body that can be read and is not valid.
func Unprocessable(errors []Invalid) *Problem {
	problem := New(http.StatusUnprocessableEntity, "the body is not valid")
	problem.Errors = errors
	return problem
}
