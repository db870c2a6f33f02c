package message

// Reuse is Get from the pool alone; it returns nil if the pool is empty. It allocates nothing, so a
// body may be given such a buffer before it has arrived.
func (b *Buffers) Reuse(n int) *Buffer {
	_, pool := b.class(n)
	if pool == nil {
		return nil
	}
	used, ok := pool.Get().(*Buffer)
	if !ok {
		return nil
	}
	return b.hold(used.whole, n)
}
