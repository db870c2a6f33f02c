// Package files reads the files that operators name, and tells whether somebody writes them
// meanwhile. It must not know what they hold, nor who reads them.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// MaxBytes is how large a file may be: a bundle of every public authority takes 250 KiB.
const MaxBytes = 4 << 20

var errNotRegular = errors.New("it is not a regular file")

// Read returns what a regular file holds: a pipe may never have a writer, and a device may have no
// end. It waits for neither. Its error is a *fs.PathError.
func Read(name string) ([]byte, error) {
	file, err := open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := ReadAtMost(file, MaxBytes>>20)
	return text, pathError(name, err)
}

// ReadStream returns what a file holds that a command was given: a pipe too, and at most so many MiB. Its
// error is a *fs.PathError.
func ReadStream(name string, mostMiB int) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := ReadAtMost(file, mostMiB)
	return text, pathError(name, err)
}

// ReadAtMost reads to the end, which must come within so many MiB.
func ReadAtMost(from io.Reader, mostMiB int) ([]byte, error) {
	most := mostMiB << 20
	text, err := io.ReadAll(io.LimitReader(from, int64(most)+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("it is larger than %d MiB", mostMiB)
	}
	return text, err
}

func pathError(name string, err error) error {
	if _, has := errors.AsType[*fs.PathError](err); err == nil || has {
		return err
	}
	return &fs.PathError{Op: "read", Path: name, Err: err}
}

// open opens a regular file. The file that is open is asked what it is, as another may take the
// place of one that was looked at before.
func open(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = &fs.PathError{Op: "open", Path: name, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		err = &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	default:
		return file, nil
	}
	_ = file.Close()
	return nil, err
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
