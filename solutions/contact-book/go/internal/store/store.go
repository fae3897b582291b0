// Package store keeps a book in a file: whole at any moment, and changed by one program at a time.
package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"contact-book/internal/book"
)

// A Store is the file that holds a book, with a lock beside it.
type Store struct{ path string }

// At returns the store at path. Where that is a link, the book is the file it leads to.
func At(path string) Store {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return Store{path}
}

// Read returns the book as it is now. It needs no lock: the file is never half written.
func (s Store) Read() (*book.Book, error) {
	contacts, _, err := s.read()
	return contacts, err
}

// Change reads the book, has it changed and writes it, while every other Change waits. If the change fails, nothing is
// written.
func (s Store) Change(change func(*book.Book) error) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o777); err != nil {
		return err
	}
	unlock, err := lock(s.path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()

	contacts, old, err := s.read()
	if err != nil {
		return err
	}
	if err := change(contacts); err != nil {
		return err
	}
	content, err := encode(contacts)
	if err != nil || bytes.Equal(content, old) {
		return err
	}
	return s.replace(content)
}

// read returns the book and the bytes it was read from; no file is an empty book.
func (s Store) read() (*book.Book, []byte, error) {
	content, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return book.New(), nil, nil
	}
	if err != nil {
		return nil, nil, book.Refuse(book.Unreadable, "the book cannot be read: %v", err)
	}
	contacts, err := decode(content)
	if err != nil {
		return nil, nil, book.Refuse(book.Unreadable, "%s is no contact book: %v", s.path, err)
	}
	return contacts, content, nil
}

// replace puts a new file in the place of the old one in one step (POSIX, rename), so that whoever looks, and whoever
// comes after a power cut, sees the old book or the new one.
func (s Store) replace(content []byte) error {
	// The lock is held, so nobody else uses this name; what a killed program left there is overwritten.
	fresh := s.path + ".new"
	if err := writeDurably(fresh, content, s.mode()); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, s.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.path))
}

// mode returns the permissions of the book; a new one is its owner's alone.
func (s Store) mode() fs.FileMode {
	if state, err := os.Stat(s.path); err == nil {
		return state.Mode().Perm()
	}
	return 0o600
}

func writeDurably(path string, content []byte, mode fs.FileMode) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Chmod(mode); err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.Sync()
}

// syncFolder makes the new name of a file last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// A document is the file's content. Its format tells a book from any other JSON.
type document struct {
	Format string `json:"format"`
	*book.Book
}

const format = "contact-book 1"

func encode(contacts *book.Book) ([]byte, error) {
	return json.Marshal(document{Format: format, Book: contacts})
}

func decode(content []byte) (*book.Book, error) {
	read := document{Book: &book.Book{}}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is something behind its end")
	}
	if read.Format != format || read.Book == nil || read.Contacts == nil || read.NextID < 1 {
		return nil, errors.New("it has not the members of a book")
	}
	return read.Book, nil
}
