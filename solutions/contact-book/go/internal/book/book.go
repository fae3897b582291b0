package book

import "strconv"

// A Book is all contacts and all changes that led to them. JSON is how it is stored.
type Book struct {
	// Counts up and never down, so that no id comes back.
	NextID   int             `json:"next_id"`
	Contacts map[int]Contact `json:"contacts"`
	History  []Change        `json:"history"`

	// Whose an e-mail is, by its folded form. Made when it is first needed.
	owners map[string]int
}

// New returns a book without contacts.
func New() *Book {
	return &Book{NextID: 1, Contacts: map[int]Contact{}, History: []Change{}}
}

// Find returns the contact that has the id.
func (b *Book) Find(id string) (Contact, error) {
	number, err := strconv.Atoi(id)
	contact, found := b.Contacts[number]
	// `+7` and `007` are numbers too, and no ids.
	if err != nil || !found || strconv.Itoa(number) != id {
		return Contact{}, Refuse(NotFound, "there is no contact %q", id)
	}
	return contact, nil
}

// Add makes a contact of a checked draft.
func (b *Book) Add(draft Draft) (Contact, error) {
	contact, err := b.create(draft)
	if err != nil {
		return Contact{}, err
	}
	b.remember("add "+quoted(contact), before{contact.ID: nil})
	return contact, nil
}

// Edit applies a checked edit to a contact. One that changes nothing leaves nothing to undo.
func (b *Book) Edit(id string, edit Edit) error {
	old, err := b.Find(id)
	if err != nil {
		return err
	}
	edited := old.edited(edit)
	if edited.same(old) {
		return nil
	}
	if err := b.checkOwner(edited); err != nil {
		return err
	}
	edited.UpdatedAt = old.UpdatedAt.later()
	b.put(edited)
	b.remember("edit "+quoted(old), before{old.ID: &old})
	return nil
}

// Delete takes a contact out of the book.
func (b *Book) Delete(id string) error {
	old, err := b.Find(id)
	if err != nil {
		return err
	}
	b.remove(old.ID)
	b.remember("delete "+quoted(old), before{old.ID: &old})
	return nil
}

func (b *Book) create(draft Draft) (Contact, error) {
	created := now()
	contact := Contact{
		ID: b.NextID, Name: draft.Name, Emails: draft.Emails, Phones: draft.Phones, Tags: draft.Tags,
		CreatedAt: created, UpdatedAt: created,
	}
	if err := b.checkOwner(contact); err != nil {
		return Contact{}, err
	}
	b.NextID++
	b.put(contact)
	return contact, nil
}

// checkOwner refuses a contact that has an e-mail of another one.
func (b *Book) checkOwner(contact Contact) error {
	b.indexOwners()
	for _, email := range contact.Emails {
		if owner, taken := b.owners[foldCase(email)]; taken && owner != contact.ID {
			return Refuse(Taken, "%q belongs to contact %d", email, owner)
		}
	}
	return nil
}

func (b *Book) put(contact Contact) {
	b.remove(contact.ID)
	b.Contacts[contact.ID] = contact
	if b.owners != nil {
		b.own(contact)
	}
}

func (b *Book) remove(id int) {
	for _, email := range b.Contacts[id].Emails {
		delete(b.owners, foldCase(email))
	}
	delete(b.Contacts, id)
}

// indexOwners is done once for each command: an import looks thousands of e-mails up.
func (b *Book) indexOwners() {
	if b.owners != nil {
		return
	}
	b.owners = make(map[string]int, len(b.Contacts))
	for _, contact := range b.Contacts {
		b.own(contact)
	}
}

func (b *Book) own(contact Contact) {
	for _, email := range contact.Emails {
		b.owners[foldCase(email)] = contact.ID
	}
}
