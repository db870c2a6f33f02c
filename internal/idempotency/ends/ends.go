// Package ends keeps things in the order in which they are over. It must not know what they
// are.
package ends

import (
	"container/heap"
	"time"
)

// Heap holds things, the one that is over first on top. It is not safe for concurrent use.
type Heap[T any] struct{ of heapOf[T] }

// New returns an empty heap of things that end at End. Each keeps its place in this heap where
// Place points to, and is in it once.
func New[T any](end func(T) time.Time, place func(T) *int32) *Heap[T] {
	return &Heap[T]{heapOf[T]{end: end, place: place}}
}

// Len returns how many there are.
func (h *Heap[T]) Len() int { return len(h.of.all) }

// First returns the one that is over first; there must be one.
func (h *Heap[T]) First() T { return h.of.all[0] }

// Over returns the one that is over first, if it is over now.
func (h *Heap[T]) Over(now time.Time) (first T, ok bool) {
	if h.Len() == 0 || now.Before(h.of.end(h.First())) {
		return first, false
	}
	return h.First(), true
}

// Add adds one.
func (h *Heap[T]) Add(one T) { heap.Push(&h.of, one) }

// Moved follows a change of the end of one.
func (h *Heap[T]) Moved(one T) { heap.Fix(&h.of, int(*h.of.place(one))) }

// Remove takes one out.
func (h *Heap[T]) Remove(one T) { heap.Remove(&h.of, int(*h.of.place(one))) }

// heapOf is what container/heap wants.
type heapOf[T any] struct {
	all   []T
	end   func(T) time.Time
	place func(T) *int32
}

func (h *heapOf[T]) Len() int           { return len(h.all) }
func (h *heapOf[T]) Less(i, j int) bool { return h.end(h.all[i]).Before(h.end(h.all[j])) }

func (h *heapOf[T]) Swap(i, j int) {
	h.all[i], h.all[j] = h.all[j], h.all[i]
	*h.place(h.all[i]), *h.place(h.all[j]) = int32(i), int32(j)
}

func (h *heapOf[T]) Push(one any) {
	added := one.(T)
	*h.place(added) = int32(len(h.all))
	h.all = append(h.all, added)
}

func (h *heapOf[T]) Pop() any {
	var none T
	last := len(h.all) - 1
	removed := h.all[last]
	h.all[last] = none
	h.all = h.all[:last]
	return removed
}
