package formats

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"contact-book/internal/book"
)

// Several values in one cell are parted by this.
const separator = ";"

// ReadCSV reads the rows of a CSV file (RFC 4180) whose first row names the columns.
func ReadCSV(content []byte) ([]book.Row, error) {
	text := string(bytes.TrimPrefix(content, []byte("\ufeff")))
	if !utf8.ValidString(text) {
		return nil, book.Refuse(book.Invalid, "the file is no UTF-8")
	}
	file := &csvText{rest: text, line: 1}
	header, _ := file.next()
	columns, err := columnsOf(header)
	if err != nil {
		return nil, err
	}

	rows := []book.Row{}
	for {
		row, ok := file.next()
		if !ok {
			return rows, nil
		}
		rows = append(rows, columns.row(row))
	}
}

// columns say at which place each of the names stands.
type columns struct {
	places map[string]int
	number int
}

func columnsOf(header csvRow) (columns, error) {
	found := columns{places: map[string]int{}, number: len(header.cells)}
	for place, name := range header.cells {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := found.places[name]; twice && isColumn(name) {
			return columns{}, book.Refuse(book.Invalid, "the header has the column `%s` twice", name)
		}
		found.places[name] = place
	}
	if _, named := found.places["name"]; !named || header.err != nil {
		return columns{}, book.Refuse(book.Invalid, "the header has no column `name`")
	}
	return found, nil
}

func isColumn(name string) bool {
	return name == "name" || name == "email" || name == "phone" || name == "tags"
}

// row makes a draft of the cells. Cells that are missing are empty; those beyond the header would be lost, so the row
// is refused.
func (c columns) row(read csvRow) book.Row {
	row := book.Row{Line: read.line, Err: read.err}
	if row.Err == nil && len(read.cells) > c.number {
		row.Err = book.Refuse(book.Invalid, "there are %d cells under %d columns", len(read.cells), c.number)
	}
	row.Draft = book.Draft{
		Name:   c.cell(read, "name"),
		Emails: values(c.cell(read, "email")),
		Phones: values(c.cell(read, "phone")),
		Tags:   values(c.cell(read, "tags")),
	}
	return row
}

func (c columns) cell(row csvRow, name string) string {
	if place, known := c.places[name]; known && place < len(row.cells) {
		return row.cells[place]
	}
	return ""
}

func values(cell string) []string {
	found := []string{}
	for _, value := range strings.Split(cell, separator) {
		if strings.TrimSpace(value) != "" {
			found = append(found, value)
		}
	}
	return found
}

// WriteCSV writes contacts as RFC 4180 has it. encoding/csv is not used because it changes the line breaks inside of
// cells.
func WriteCSV(out io.Writer, contacts []book.Contact) error {
	rows := [][]string{{"name", "email", "phone", "tags"}}
	for _, contact := range contacts {
		rows = append(rows, []string{
			contact.Name,
			strings.Join(contact.Emails, separator),
			strings.Join(contact.Phones, separator),
			strings.Join(contact.Tags, separator),
		})
	}
	for _, cells := range rows {
		for place, cell := range cells {
			cells[place] = quotedCell(cell)
		}
		if _, err := io.WriteString(out, strings.Join(cells, ",")+"\r\n"); err != nil {
			return err
		}
	}
	return nil
}

func quotedCell(cell string) string {
	if !strings.ContainsAny(cell, ",\"\r\n") {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}
