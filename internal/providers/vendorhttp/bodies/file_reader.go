package bodies

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// fileReader is the body of a request with files, read from where the files are.
// net/http reads it in a goroutine of its own and may close it during a read, or long
// after the call has returned. So the files' memory is reference-counted: it is released
// when the reader is closed and no read is in progress.
type fileReader struct {
	// rest is what is still to be read; it has a WriteTo of its own.
	rest  io.Reader
	files []file

	mu     sync.Mutex
	closed bool
	// references counts one for the open reader and one for each read in progress.
	references int
}

// hold returns a reader that holds the files' memory until it is closed, with nothing to
// read yet. It fails if some was released because the body has been sent before.
func (e *Envelope) hold() (*fileReader, error) {
	r := &fileReader{references: 1, files: make([]file, 0, len(e.files))}
	for _, file := range e.files {
		if !file.content.Memory().Ref() {
			return nil, errors.Join(errFileReleased, r.Close())
		}
		r.files = append(r.files, file)
	}
	return r, nil
}

var errFileReleased = errors.New("the memory of a file of the request was released")

// Read reads on from where the last read ended.
func (r *fileReader) Read(p []byte) (int, error) {
	if !r.acquire() {
		return 0, http.ErrBodyReadAfterClose
	}
	defer r.release()
	return r.rest.Read(p)
}

// WriteTo writes the rest piece by piece, without a copy of a file.
func (r *fileReader) WriteTo(w io.Writer) (int64, error) {
	if !r.acquire() {
		return 0, http.ErrBodyReadAfterClose
	}
	defer r.release()
	return io.Copy(w, r.rest)
}

// Close ends reading, whether or not everything was read.
func (r *fileReader) Close() error {
	r.mu.Lock()
	closed := r.closed
	r.closed = true
	r.mu.Unlock()
	if !closed {
		r.release()
	}
	return nil
}

// acquire takes a reference for a read. It returns false if the reader is closed.
func (r *fileReader) acquire() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.references++
	return true
}

// release drops a reference, and with the last one the files' memory.
func (r *fileReader) release() {
	r.mu.Lock()
	r.references--
	last := r.references == 0
	r.mu.Unlock()
	if !last {
		return
	}
	for _, file := range r.files {
		file.content.Memory().Free()
	}
}
