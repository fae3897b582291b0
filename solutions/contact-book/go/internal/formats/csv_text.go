package formats

import (
	"strings"

	"contact-book/internal/book"
)

// A csvText is read row by row. It keeps line breaks inside of quotes as they are, which encoding/csv does not.
type csvText struct {
	rest string
	line int // the number of the line on which the rest begins
}

// A csvRow knows its first line. When it cannot be read, err says why.
type csvRow struct {
	line  int
	cells []string
	err   error
}

// next returns the next row that is not blank, and false at the end.
func (t *csvText) next() (csvRow, bool) {
	for t.rest != "" {
		quoted := strings.HasPrefix(t.rest, `"`)
		row := t.row()
		if quoted || row.err != nil || len(row.cells) > 1 || strings.TrimSpace(row.cells[0]) != "" {
			return row, true
		}
	}
	return csvRow{}, false
}

func (t *csvText) row() csvRow {
	row := csvRow{line: t.line}
	for {
		cell, err := t.cell()
		if err != nil {
			row.err = err
			return row
		}
		row.cells = append(row.cells, cell)
		switch {
		case t.accept(","):
		case t.accept("\r\n"), t.accept("\n"), t.rest == "":
			return row
		default:
			t.skipLine()
			row.err = book.Refuse(book.Invalid, "there is something behind a closing quote")
			return row
		}
	}
}

func (t *csvText) cell() (string, error) {
	if t.accept(`"`) {
		return t.quotedCell()
	}
	end := strings.IndexAny(t.rest, ",\n")
	if end < 0 {
		end = len(t.rest)
	} else if strings.HasSuffix(t.rest[:end+1], "\r\n") {
		end--
	}
	return t.take(end), nil
}

// quotedCell reads on behind the opening quote; two quotes stand for one.
func (t *csvText) quotedCell() (string, error) {
	var cell strings.Builder
	for {
		end := strings.Index(t.rest, `"`)
		if end < 0 {
			// Nobody knows where the cell should have ended, so nothing after it can be trusted.
			t.take(len(t.rest))
			return "", book.Refuse(book.Invalid, "a quote is not closed")
		}
		cell.WriteString(t.take(end))
		t.take(1)
		if !t.accept(`"`) {
			return cell.String(), nil
		}
		cell.WriteString(`"`)
	}
}

func (t *csvText) skipLine() {
	if end := strings.Index(t.rest, "\n"); end >= 0 {
		t.take(end + 1)
	} else {
		t.take(len(t.rest))
	}
}

// accept takes the text if the rest begins with it.
func (t *csvText) accept(text string) bool {
	if !strings.HasPrefix(t.rest, text) {
		return false
	}
	t.take(len(text))
	return true
}

func (t *csvText) take(length int) string {
	taken := t.rest[:length]
	t.rest = t.rest[length:]
	t.line += strings.Count(taken, "\n")
	return taken
}
