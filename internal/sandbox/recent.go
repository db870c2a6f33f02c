package sandbox

import "sync"

// recent remembers the last names that it was given, and something of each. It is safe
// for concurrent use.
type recent[V any] struct {
	mu    sync.Mutex
	seen  map[string]V
	order []string // a ring; next is the oldest once it is full
	next  int
}

func newRecent[V any](size int) *recent[V] {
	return &recent[V]{seen: make(map[string]V), order: make([]string, size)}
}

// add reports whether the name is new, and remembers it in place of the oldest.
func (r *recent[V]) add(name string, v V) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.seen[name]; ok {
		return false
	}
	delete(r.seen, r.order[r.next])
	r.seen[name] = v
	r.order[r.next] = name
	r.next = (r.next + 1) % len(r.order)
	return true
}

// take returns what is remembered of a name and forgets it.
func (r *recent[V]) take(name string) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.seen[name]
	delete(r.seen, name)
	return v, ok
}
