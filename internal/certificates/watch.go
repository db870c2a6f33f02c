package certificates

import (
	"context"
	"crypto/sha256"
	"sync/atomic"
	"time"
)

// interval is how often files are looked at. What changes them (cert-manager, a kubelet that
// swaps a symbolic link, an operator) does so hours before it matters; a look costs three
// small reads.
const interval = time.Second

// Watcher has what files hold, as it was when they were last whole. It is safe for concurrent
// use.
type Watcher struct {
	files   Files
	changed func(*Material, []*FileError)

	current atomic.Pointer[Material]
	failing atomic.Bool

	// What Run knows: taken is of the contents in use, seen of those of the last look, judged
	// of those that were refused.
	taken, seen, judged [sha256.Size]byte
}

// Watch reads the files. From then on Run does; changed, which may be nil, is told once of
// what is taken in, or of what is wrong with what is not.
func Watch(files Files, changed func(*Material, []*FileError)) (*Watcher, []*FileError) {
	c := files.read()
	material, problems := c.parse()
	if problems != nil {
		return nil, problems
	}
	w := &Watcher{files: files, changed: changed, taken: c.digest(), seen: c.digest()}
	w.current.Store(material)
	return w, nil
}

// Material returns what the files held when they were last whole.
func (w *Watcher) Material() *Material { return w.current.Load() }

// Failing reports whether the files hold now what cannot be used.
func (w *Watcher) Failing() bool { return w.failing.Load() }

// Run looks at the files until ctx ends.
func (w *Watcher) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.look()
		}
	}
}

// look takes in what the files hold when two looks find the same: certificate and key are
// two files, and either may be half-written.
func (w *Watcher) look() {
	c := w.files.read()
	digest := c.digest()
	before := w.seen
	w.seen = digest
	switch digest {
	case w.taken:
		w.failing.Store(false)
		w.judged = w.taken
		return
	case before:
	default:
		return
	}
	if digest == w.judged {
		return
	}
	w.judged = digest
	material, problems := c.parse()
	if problems == nil {
		w.current.Store(material)
		w.taken = digest
	}
	w.failing.Store(problems != nil)
	if w.changed != nil {
		w.changed(material, problems)
	}
}

// digest stands for the contents: the key's text is not kept.
func (c *contents) digest() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, text := range [][]byte{c.certificate, c.key, c.clientCA} {
		part := sha256.Sum256(text)
		h.Write(part[:])
	}
	for _, p := range c.unreadable {
		h.Write([]byte(p.Error()))
	}
	h.Sum(sum[:0])
	return sum
}
