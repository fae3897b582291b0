// A contact book for the shell. Each call is one command: BRIEF.md says what it does, commands.go is where it begins.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"contact-book/internal/book"
	"contact-book/internal/store"
)

// The exit code of what the brief does not foresee, such as a full disk: EX_IOERR of sysexits.h.
const ioError = 74

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does one command and returns the exit code.
func run(words []string, in io.Reader, out, complaints io.Writer) int {
	buffered := bufio.NewWriter(out)
	contacts := &program{store: store.At(bookPath()), in: in, out: buffered, complaints: complaints}
	err := contacts.do(words)
	// What was printed leaves in any case: an import may have taken some rows and refused others.
	if err = errors.Join(err, buffered.Flush()); err == nil {
		return 0
	}
	fmt.Fprintf(complaints, "contacts: %v\n", err)
	var refusal *book.Refusal
	if errors.As(err, &refusal) {
		return int(refusal.Kind)
	}
	return ioError
}

func bookPath() string {
	if path := os.Getenv("CONTACTS_FILE"); path != "" {
		return path
	}
	return "contacts.json"
}
