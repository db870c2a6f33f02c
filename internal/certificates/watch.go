package certificates

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/files"
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

	// What Run knows: taken stands for what is in use, judged for what was last judged, and seen
	// is the last look.
	taken, judged files.Sums
	seen          files.Look
}

// Watch reads the files. From then on Run does; changed, which may be nil, is told once of
// what is taken in, or of what is wrong with what is not.
func Watch(f Files, changed func(*Material, []*FileError)) (*Watcher, []*FileError) {
	c := f.read()
	material, problems := c.parse()
	if problems != nil {
		return nil, problems
	}
	w := &Watcher{files: f, changed: changed, taken: c.held}
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

// look takes in what the files hold when two looks find the same and nothing was written between
// them: certificate and key are two files, and either may be half-written.
func (w *Watcher) look() {
	before := w.seen
	w.seen = files.LookAt(w.taken.Names())
	switch {
	case w.seen.Same(w.taken):
		w.failing.Store(false)
		w.judged = w.taken
		return
	case w.seen.Same(w.judged), !w.seen.Rested(before):
		return
	}
	c := w.files.read()
	if !c.held.Same(w.seen.Sums) {
		return // it is being written
	}
	w.judged = c.held
	material, problems := c.parse()
	if problems == nil {
		w.current.Store(material)
		w.taken = c.held
	}
	w.failing.Store(problems != nil)
	if w.changed != nil {
		w.changed(material, problems)
	}
}
