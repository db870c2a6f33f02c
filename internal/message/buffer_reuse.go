package message

// Reuse is Get for a buffer that was used before; nil if there is none. It allocates
// nothing, so a body may have it before it has arrived.
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
