package book

import "fmt"

// A Row is one contact to be imported, or the reason why it cannot even be read.
type Row struct {
	Line  int
	Draft Draft
	Err   error
}

// A RefusedRow says why a row was not imported.
type RefusedRow struct {
	Line   int
	Reason error
}

// Import adds all rows that Add would add, as one change.
func (b *Book) Import(rows []Row) (imported int, refused []RefusedRow) {
	touched := before{}
	for _, row := range rows {
		contact, err := b.importRow(row)
		if err != nil {
			refused = append(refused, RefusedRow{Line: row.Line, Reason: err})
			continue
		}
		touched[contact.ID] = nil
	}
	if len(touched) > 0 {
		b.remember(fmt.Sprintf("import %d contacts", len(touched)), touched)
	}
	return len(touched), refused
}

func (b *Book) importRow(row Row) (Contact, error) {
	if row.Err != nil {
		return Contact{}, row.Err
	}
	draft, err := row.Draft.Checked()
	if err != nil {
		return Contact{}, err
	}
	return b.create(draft)
}
