package echo

import "unicode/utf8"

// groups are a set of groups of three bytes. It may hold more than were added: groups share a bit.
// Most values are told from an id by their first group, without looking through its readings.
type groups [1 << (groupBits - 6)]uint64

const groupBits = 13

// add adds the groups of a text.
func (g *groups) add(text []byte) {
	for ; len(text) >= 3; text = text[1:] {
		g.set(group(text[0], text[1], text[2]))
	}
}

// addID adds the groups of an id in small letters, and those of its letters and digits alone.
// It reports false if the id is more than ASCII: backwards, a character is not a byte then.
func (g *groups) addID(id string) bool {
	var last, lastBare uint32 // the last bytes, and the last letters and digits
	bare := 0                 // letters and digits since the last other byte
	for i := range len(id) {
		kind, b := kinds[id[i]], uint32(small[id[i]])
		if b >= utf8.RuneSelf {
			return false
		}
		last = last<<8 | b
		g.set(last)
		if kind&isWord == 0 {
			bare = 0
			continue
		}
		bare++
		lastBare = lastBare<<8 | b
		if bare < 3 { // else it is the same group
			g.set(lastBare)
		}
	}
	return true
}

// mayHold reports whether the first and the last group of the text are in the set, as they are or
// backwards.
func (g *groups) mayHold(text []byte) bool {
	last := text[len(text)-3:]
	return g.has(group(text[0], text[1], text[2])) && g.has(group(last[0], last[1], last[2])) ||
		g.has(group(text[2], text[1], text[0])) && g.has(group(last[2], last[1], last[0]))
}

func (g *groups) set(group uint32) {
	bit := hash(group)
	g[bit>>6] |= 1 << (bit & 63)
}

func (g *groups) has(group uint32) bool {
	bit := hash(group)
	return g[bit>>6]&(1<<(bit&63)) != 0
}

// group returns the group of three bytes: the last of them are its lowest bits.
func group(first, second, third byte) uint32 {
	return uint32(first)<<16 | uint32(second)<<8 | uint32(third)
}

// hash returns the bit of a group, by the golden ratio (Knuth's multiplicative method). What is
// before the three bytes does not count.
func hash(group uint32) uint32 { return group << 8 * 0x9e3779b1 >> (32 - groupBits) }
