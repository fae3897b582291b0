// Package book knows what a contact is and what can be done to a book of them. It touches no file.
package book

import "slices"

// A Contact is one entry of the book. Its members are in the order in which JSON shows them.
type Contact struct {
	ID        int      `json:"id,string"`
	Name      string   `json:"name"`
	Emails    []string `json:"emails"`
	Phones    []string `json:"phones"`
	Tags      []string `json:"tags"`
	CreatedAt Moment   `json:"created_at"`
	UpdatedAt Moment   `json:"updated_at"`
}

// A Draft is what a caller says of a new contact.
type Draft struct {
	Name   string
	Emails []string
	Phones []string
	Tags   []string
}

// Checked returns the draft with blanks removed, or says which value cannot be right.
func (d Draft) Checked() (Draft, error) {
	name, err := checkedName(d.Name)
	if err != nil {
		return Draft{}, err
	}
	emails, err := checkedAll(d.Emails, checkedEmail)
	if err != nil {
		return Draft{}, err
	}
	phones, err := checkedAll(d.Phones, checkedPhone)
	if err != nil {
		return Draft{}, err
	}
	tags, err := checkedAll(d.Tags, checkedTag)
	if err != nil {
		return Draft{}, err
	}
	return Draft{Name: name, Emails: addMissing(nil, emails, foldCase), Phones: phones, Tags: tags}, nil
}

// An Edit is what a caller wants changed in a contact; what is empty stays as it is.
type Edit struct {
	Name                    []string // the last one counts
	AddEmails, RemoveEmails []string
	AddPhones, RemovePhones []string
	AddTags, RemoveTags     []string
}

// Checked returns the edit with blanks removed, or says which value cannot be right. What is to be removed may be
// anything: it is merely not there.
func (e Edit) Checked() (Edit, error) {
	var err error
	if e.Name, err = checkedAll(e.Name, checkedName); err != nil {
		return Edit{}, err
	}
	if e.AddEmails, err = checkedAll(e.AddEmails, checkedEmail); err != nil {
		return Edit{}, err
	}
	if e.AddPhones, err = checkedAll(e.AddPhones, checkedPhone); err != nil {
		return Edit{}, err
	}
	if e.AddTags, err = checkedAll(e.AddTags, checkedTag); err != nil {
		return Edit{}, err
	}
	return e, nil
}

// edited returns the contact with the edit applied. What an edit removes and adds is there afterwards, at the end.
func (c Contact) edited(edit Edit) Contact {
	for _, name := range edit.Name {
		c.Name = name
	}
	c.Emails = addMissing(without(c.Emails, edit.RemoveEmails, foldCase), edit.AddEmails, foldCase)
	c.Phones = addMissing(without(c.Phones, edit.RemovePhones, asIs), edit.AddPhones, asIs)
	c.Tags = addMissing(without(c.Tags, edit.RemoveTags, asIs), edit.AddTags, asIs)
	return c
}

// same tells whether two contacts say the same, whenever they said it.
func (c Contact) same(other Contact) bool {
	return c.Name == other.Name && slices.Equal(c.Emails, other.Emails) &&
		slices.Equal(c.Phones, other.Phones) && slices.Equal(c.Tags, other.Tags)
}

// without returns the values that are not among the removed ones, where key says what is alike.
func without(values, removed []string, key func(string) string) []string {
	left := []string{}
	for _, value := range values {
		alike := func(other string) bool { return key(trimmed(other)) == key(value) }
		if !slices.ContainsFunc(removed, alike) {
			left = append(left, value)
		}
	}
	return left
}

// addMissing returns the values and behind them those added ones that are not there yet, where key says what is alike.
func addMissing(values, added []string, key func(string) string) []string {
	all := append([]string{}, values...)
	for _, value := range added {
		alike := func(other string) bool { return key(other) == key(value) }
		if !slices.ContainsFunc(all, alike) {
			all = append(all, value)
		}
	}
	return all
}

func asIs(value string) string { return value }
