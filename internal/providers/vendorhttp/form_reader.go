package vendorhttp

import (
	"io"
	"net"
	"net/http"
	"sync"
)

// formReader is the body of a request with files, read from where the files are.
// net/http reads it in a goroutine of its own and may close it during a read, or long
// after the call has returned. So the files' memory is reference-counted: it is released
// when the reader is closed and no read is in progress.
type formReader struct {
	rest  net.Buffers
	files []file

	mu     sync.Mutex
	closed bool
	// references counts one for the open reader and one for each read in progress.
	references int
}

// Read reads on from where the last read ended.
func (r *formReader) Read(p []byte) (int, error) {
	if !r.acquire() {
		return 0, http.ErrBodyReadAfterClose
	}
	defer r.release()
	return r.rest.Read(p)
}

// WriteTo writes the rest piece by piece, without copying.
func (r *formReader) WriteTo(w io.Writer) (int64, error) {
	if !r.acquire() {
		return 0, http.ErrBodyReadAfterClose
	}
	defer r.release()
	return r.rest.WriteTo(w)
}

// Close ends reading, whether or not everything was read.
func (r *formReader) Close() error {
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
func (r *formReader) acquire() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.references++
	return true
}

// release drops a reference, and with the last one the files' memory.
func (r *formReader) release() {
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
