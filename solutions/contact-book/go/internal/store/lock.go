package store

import (
	"errors"
	"os"
	"syscall"
)

// lock waits until nobody else holds the lock at path, and returns what lets go of it.
//
// The operating system holds it for the open file, not the folder for its name, so that it ends with its owner, however
// that ends (flock(2)).
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}
