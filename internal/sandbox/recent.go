package sandbox

import "sync"

// recent remembers the last names that it was given. It is safe for concurrent
// use.
type recent struct {
	mu    sync.Mutex
	seen  map[string]struct{}
	order []string // a ring; next is the oldest once it is full
	next  int
}

func newRecent(size int) *recent {
	return &recent{seen: make(map[string]struct{}), order: make([]string, size)}
}

// add reports whether the name is new, and remembers it in place of the oldest.
func (r *recent) add(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.seen[name]; ok {
		return false
	}
	delete(r.seen, r.order[r.next])
	r.seen[name] = struct{}{}
	r.order[r.next] = name
	r.next = (r.next + 1) % len(r.order)
	return true
}
