// Package files reads the files that operators name, and tells whether somebody writes them
// meanwhile. It must not know what they hold, nor who reads them.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// MaxBytes is how large a file may be: a bundle of every public authority takes 250 KiB.
const MaxBytes = 4 << 20

var (
	errNotRegular = errors.New("it is not a regular file")
	errTooLarge   = fmt.Errorf("it is larger than %d KiB", MaxBytes>>10)
)

// Read returns what a regular file holds: a pipe is waited for, and a device may have no end. Its
// error is a *fs.PathError.
func Read(name string) ([]byte, error) {
	switch info, err := os.Stat(name); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() && !info.IsDir(): // reading a directory fails by itself
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err == nil && len(text) > MaxBytes {
		err = &fs.PathError{Op: "read", Path: name, Err: errTooLarge}
	}
	return text, err
}

// Cause returns what is wrong with a file, without the path.
func Cause(err error) string {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err
	}
	return err.Error()
}

// Reader reads files and notes what they held. Its zero value has read none.
type Reader struct{ held Sums }

// Read is as the function of that name.
func (r *Reader) Read(name string) ([]byte, error) {
	text, err := Read(name)
	r.note(sumOf(name, text, err))
	return text, err
}

// Note notes what was read of a file elsewhere.
func (r *Reader) Note(name string, text []byte) { r.note(sumOf(name, text, nil)) }

func (r *Reader) note(one Sum) {
	if r.held.Of(one.Name) == (Sum{}) {
		r.held = append(r.held, one)
	}
}

// Held returns what the files held when each was read first, in that order.
func (r *Reader) Held() Sums { return r.held }
