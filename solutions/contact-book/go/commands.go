package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"contact-book/internal/book"
	"contact-book/internal/formats"
	"contact-book/internal/store"
)

// A program is what every command works with.
type program struct {
	store      store.Store
	in         io.Reader
	out        *bufio.Writer
	complaints io.Writer
}

type command struct {
	syntax syntax
	do     func(*program, arguments) error
}

var commands = map[string]command{
	"add":  {syntax{values: []string{"name", "email", "phone", "tag"}}, (*program).add},
	"list": {syntax{values: []string{"sort", "limit", "tag"}, switches: []string{"json"}}, (*program).list},
	"show": {syntax{operands: []string{"ID"}, switches: []string{"json"}}, (*program).show},
	"edit": {
		syntax{
			operands: []string{"ID"},
			values: []string{
				"name", "add-email", "remove-email", "add-phone", "remove-phone", "add-tag", "remove-tag",
			},
		},
		(*program).edit,
	},
	"delete": {syntax{operands: []string{"ID"}}, (*program).delete},
	"search": {
		syntax{operands: []string{"TEXT"}, values: []string{"field"}, switches: []string{"json"}},
		(*program).search,
	},
	"import": {syntax{operands: []string{"FILE"}, switches: []string{"strict"}}, (*program).importFile},
	"export": {syntax{values: []string{"format"}}, (*program).export},
	"undo":   {syntax{}, (*program).undo},
}

// do runs the command that the first word names. Arguments are read before the book is looked at.
func (p *program) do(words []string) error {
	if len(words) == 0 {
		return book.Refuse(book.Invalid, "a command is missing; there are %s", commandNames())
	}
	command, known := commands[words[0]]
	if !known {
		return book.Refuse(book.Invalid, "there is no command %q; there are %s", words[0], commandNames())
	}
	given, err := command.syntax.parse(words[1:])
	if err != nil {
		return err
	}
	return command.do(p, given)
}

func (p *program) add(given arguments) error {
	draft, err := book.Draft{
		Name:   given.last("name", ""),
		Emails: given.values["email"],
		Phones: given.values["phone"],
		Tags:   given.values["tag"],
	}.Checked()
	if err != nil {
		return err
	}

	var added book.Contact
	err = p.store.Change(func(contacts *book.Book) error {
		added, err = contacts.Add(draft)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, added.ID)
	return nil
}

func (p *program) list(given arguments) error {
	order, err := given.choice("sort", "name", "name", "created")
	if err != nil {
		return err
	}
	limit, err := given.wholeNumber("limit")
	if err != nil {
		return err
	}

	contacts, err := p.store.Read()
	if err != nil {
		return err
	}
	listed := contacts.ByName()
	if order == "created" {
		listed = contacts.ByCreation()
	}
	for _, tag := range given.values["tag"] {
		listed = slices.DeleteFunc(listed, func(contact book.Contact) bool {
			return !slices.Contains(contact.Tags, tag)
		})
	}
	return p.print(listed[:min(limit, len(listed))], given.switches["json"])
}

func (p *program) show(given arguments) error {
	contacts, err := p.store.Read()
	if err != nil {
		return err
	}
	contact, err := contacts.Find(given.operands[0])
	if err != nil {
		return err
	}
	if given.switches["json"] {
		return formats.WriteContact(p.out, contact)
	}
	return formats.WriteCard(p.out, contact)
}

func (p *program) edit(given arguments) error {
	edit, err := book.Edit{
		Name:         given.values["name"],
		AddEmails:    given.values["add-email"],
		RemoveEmails: given.values["remove-email"],
		AddPhones:    given.values["add-phone"],
		RemovePhones: given.values["remove-phone"],
		AddTags:      given.values["add-tag"],
		RemoveTags:   given.values["remove-tag"],
	}.Checked()
	if err != nil {
		return err
	}
	return p.store.Change(func(contacts *book.Book) error {
		return contacts.Edit(given.operands[0], edit)
	})
}

func (p *program) delete(given arguments) error {
	return p.store.Change(func(contacts *book.Book) error {
		return contacts.Delete(given.operands[0])
	})
}

func (p *program) search(given arguments) error {
	field, err := given.choice("field", "", book.Fields...)
	if err != nil {
		return err
	}
	contacts, err := p.store.Read()
	if err != nil {
		return err
	}
	found := contacts.Search(given.operands[0], field)
	if len(found) == 0 {
		return book.Refuse(book.NotFound, "nothing found")
	}
	return p.print(found, given.switches["json"])
}

func (p *program) importFile(given arguments) error {
	rows, err := p.rows(given.operands[0])
	if err != nil {
		return err
	}

	var imported int
	var refused []book.RefusedRow
	err = p.store.Change(func(contacts *book.Book) error {
		imported, refused = contacts.Import(rows)
		if given.switches["strict"] && len(refused) > 0 {
			// An error, and nothing of this is written.
			return book.Refuse(book.Invalid, "nothing is imported: %d of %d rows are refused", len(refused), len(rows))
		}
		return nil
	})
	for _, row := range refused {
		fmt.Fprintf(p.complaints, "line %d: %v\n", row.Line, row.Reason)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "imported %d\n", imported)
	if len(refused) > 0 {
		return book.Refuse(book.Invalid, "%d of %d rows are refused", len(refused), len(rows))
	}
	return nil
}

// rows reads the whole file before anything is locked, so that a slow pipe keeps nobody waiting.
func (p *program) rows(file string) ([]book.Row, error) {
	var content []byte
	var err error
	if file == "-" {
		content, err = io.ReadAll(p.in)
	} else {
		content, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, book.Refuse(book.Invalid, "%v", err)
	}
	return formats.ReadCSV(content)
}

func (p *program) export(given arguments) error {
	format, err := given.choice("format", "csv", "csv", "json", "vcard")
	if err != nil {
		return err
	}
	contacts, err := p.store.Read()
	if err != nil {
		return err
	}
	return exporters[format](p.out, contacts.ByName())
}

var exporters = map[string]func(io.Writer, []book.Contact) error{
	"csv":   formats.WriteCSV,
	"json":  formats.WriteJSON,
	"vcard": formats.WriteVCards,
}

func (p *program) undo(arguments) error {
	var undone string
	err := p.store.Change(func(contacts *book.Book) (err error) {
		undone, err = contacts.Undo()
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "undone: %s\n", undone)
	return nil
}

func (p *program) print(contacts []book.Contact, asJSON bool) error {
	if asJSON {
		return formats.WriteJSON(p.out, contacts)
	}
	return formats.WriteLines(p.out, contacts)
}

func commandNames() string {
	return strings.Join(slices.Sorted(maps.Keys(commands)), ", ")
}
