package inflate

import "math/bits"

const (
	maxCodeBits  = 15
	maxTableBits = 9
	// maxSymbols is how many literals and lengths the fixed code has, more than any other.
	maxSymbols = 288
)

// code is a Huffman code (RFC 1951, section 3.2.2). Symbols of few bits are looked up, those of
// more are found by their place among all of their length: the further tables by which other
// inflaters look them up cost many times what it takes to send them.
type code struct {
	// table has symbol<<4 | length of the symbol with whose code the index begins, if that has no
	// more bits than the table is looked up by.
	table     [1 << maxTableBits]uint16
	tableBits uint
	// first is the first code of each length, number how many there are; sorted has their symbols,
	// from place on.
	first, number, place [maxCodeBits + 1]uint16
	sorted               [maxSymbols]uint16
}

// run is of symbols, n of them, whose codes have that length; none if it is 0.
type run struct{ length, n uint8 }

// make makes the code of the runs, and reports whether any bits are a symbol's. As in other
// inflaters it may also have one symbol of one bit, or none.
func (c *code) make(runs []run) bool {
	c.number = [maxCodeBits + 1]uint16{}
	for _, run := range runs {
		c.number[run.length&maxCodeBits] += uint16(run.n)
	}
	var next, used, longest uint
	for n := uint(1); n <= maxCodeBits; n++ {
		next <<= 1
		c.first[n], c.place[n] = uint16(next), uint16(used)
		next += uint(c.number[n])
		used += uint(c.number[n])
		if c.number[n] > 0 {
			longest = n
		}
	}
	if next != 1<<maxCodeBits && (used > 1 || longest > 1) {
		return false
	}
	c.sort(runs)
	c.tableBits = min(longest, maxTableBits)
	c.fill()
	return true
}

func (c *code) sort(runs []run) {
	place, symbol := c.place, uint16(0)
	for _, run := range runs {
		if length := run.length & maxCodeBits; length > 0 {
			symbols := c.sorted[place[length]:][:run.n]
			for i := range symbols {
				symbols[i] = symbol + uint16(i)
			}
			place[length] += uint16(run.n)
		}
		symbol += uint16(run.n)
	}
}

// fill makes the table for one bit, then from it that for two, and so on.
func (c *code) fill() {
	c.table[0] = 0
	for n := uint(1); n <= c.tableBits; n++ {
		half := 1 << (n - 1)
		copy(c.table[half:2*half], c.table[:half])
		code := c.first[n] << (maxTableBits - n)
		for _, symbol := range c.sorted[c.place[n]:][:c.number[n]] {
			c.table[reversed[code%(1<<maxTableBits)]%(1<<maxTableBits)] = symbol<<4 | uint16(n)
			code += 1 << (maxTableBits - n)
		}
	}
}

// reversed has the bits of each index in reverse: codes are sent from their highest bit on.
var reversed = func() (all [1 << maxTableBits]uint16) {
	for i := range all {
		all[i] = bits.Reverse16(uint16(i)) >> (16 - maxTableBits)
	}
	return all
}()

// symbol returns the symbol with whose code b begins, and of how many bits that is: none if there
// is no such symbol.
func (c *code) symbol(b uint64) (symbol, n uint) {
	if found := uint(c.table[b&(1<<c.tableBits-1)%(1<<maxTableBits)]); found != 0 {
		return found >> 4, found & 15
	}
	return c.long(uint16(b & (1<<maxCodeBits - 1)))
}

func (c *code) long(b uint16) (symbol, n uint) {
	all := bits.Reverse16(b)
	for n = c.tableBits + 1; n <= maxCodeBits; n++ {
		if i := all>>(16-n) - c.first[n]; i < c.number[n] {
			return uint(c.sorted[c.place[n]+i]), n
		}
	}
	return 0, 0
}
