// Package body reads JSON strictly, member by member, and collects what is wrong with it.
package body

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"task-manager-api/internal/problem"
)

// Object is the JSON object of a body. A body of another kind is one without members, and wrong.
type Object struct {
	members map[string]json.RawMessage
	invalid []problem.Invalid
}

// Parse reads a body; a problem with status 400 if it is no JSON at all (RFC 8259).
func Parse(data []byte) (*Object, error) {
	// encoding/json would take bytes that are not UTF-8, and put U+FFFD in their place.
	if !utf8.Valid(data) || !json.Valid(data) {
		return nil, problem.BadRequest("the body is no JSON in UTF-8")
	}
	object := &Object{}
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		object.refuse("#", "has to be an object")
		return object, nil
	}
	// A map and not a struct: a struct would take "TITLE" for "title", and not tell null from what is not there.
	if err := json.Unmarshal(data, &object.members); err != nil {
		return nil, problem.BadRequest("the body is no JSON: " + err.Error())
	}
	return object, nil
}

// Member returns a member and whether it was sent.
func (object *Object) Member(name string) (Member, bool) {
	raw, sent := object.members[name]
	return Member{object: object, pointer: "#/" + name, raw: raw}, sent
}

// Required returns a member that has to be there, or else is refused.
func (object *Object) Required(name string) (Member, bool) {
	member, sent := object.Member(name)
	// Of a body that is no object it has been said that it is none.
	if !sent && object.members != nil {
		member.Refuse("is missing")
	}
	return member, sent
}

// Check returns a problem with status 422 if anything was wrong.
func (object *Object) Check() error {
	if len(object.invalid) == 0 {
		return nil
	}
	return problem.Unprocessable(object.invalid)
}

func (object *Object) refuse(pointer, detail string) {
	object.invalid = append(object.invalid, problem.Invalid{Pointer: pointer, Detail: detail})
}

// Member is a value in a body, and where it stands.
type Member struct {
	object  *Object
	pointer string
	raw     json.RawMessage
}

// Refuse notes that something is wrong with the value.
func (member Member) Refuse(detail string) {
	member.object.refuse(member.pointer, detail)
}

// IsNull says whether the value is null.
func (member Member) IsNull() bool {
	return string(member.raw) == "null"
}

// Elements returns the values of a list; false, and refused, if it is none.
func (member Member) Elements() ([]Member, bool) {
	var list []json.RawMessage
	if err := json.Unmarshal(member.raw, &list); err != nil || member.IsNull() {
		member.Refuse("has to be a list")
		return nil, false
	}
	elements := make([]Member, len(list))
	for index, raw := range list {
		elements[index] = Member{object: member.object, pointer: fmt.Sprintf("%s/%d", member.pointer, index), raw: raw}
	}
	return elements, true
}
