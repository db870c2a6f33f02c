package standin

import "sync"

// Recent remembers the last names that it was given, and something of each. It is safe
// for concurrent use.
type Recent[V any] struct {
	mu    sync.Mutex
	seen  map[string]V
	order []string // a ring; next is the oldest once it is full
	next  int
}

// NewRecent returns one that remembers size names.
func NewRecent[V any](size int) *Recent[V] {
	return &Recent[V]{seen: make(map[string]V), order: make([]string, size)}
}

// Add reports whether the name is new, and remembers it in place of the oldest.
func (r *Recent[V]) Add(name string, v V) bool {
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

// Take returns what is remembered of a name and forgets it.
func (r *Recent[V]) Take(name string) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.seen[name]
	delete(r.seen, name)
	return v, ok
}

// Update replaces what is remembered of a name, if anything is, by what change makes of it,
// and returns that.
func (r *Recent[V]) Update(name string, change func(v V, known bool) V) V {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, known := r.seen[name]
	v := change(old, known)
	if !known {
		delete(r.seen, r.order[r.next])
		r.order[r.next] = name
		r.next = (r.next + 1) % len(r.order)
	}
	r.seen[name] = v
	return v
}
