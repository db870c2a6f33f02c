package echo

import "unicode/utf8"

// groups are a set of groups of three bytes, each as good as the same backwards. It may hold
// more than were added: groups share a bit. Most values are told from an id by their first
// group, without looking through its readings.
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
	var first, second, firstBare, secondBare byte
	bare := 0 // letters and digits since the last other byte
	for i := range len(id) {
		b := id[i]
		if b >= utf8.RuneSelf {
			return false
		}
		b = lower(b)
		g.set(group(first, second, b))
		first, second = second, b
		if !isWordByte(b) {
			bare = 0
			continue
		}
		bare++
		if bare < 3 { // else it is the same group
			g.set(group(firstBare, secondBare, b))
		}
		firstBare, secondBare = secondBare, b
	}
	return true
}

// mayHold reports whether the first and the last group of the text are in the set.
func (g *groups) mayHold(text []byte) bool {
	last := text[len(text)-3:]
	return g.has(group(text[0], text[1], text[2])) && g.has(group(last[0], last[1], last[2]))
}

func (g *groups) set(group uint32) { g[group>>6] |= 1 << (group & 63) }

func (g *groups) has(group uint32) bool { return g[group>>6]&(1<<(group&63)) != 0 }

// group returns the number of a group, which is hashed by the golden ratio (Knuth's
// multiplicative method).
func group(first, second, third byte) uint32 {
	outer := uint32(first^third) | (uint32(first)+uint32(third))<<8
	return (outer<<8 | uint32(second)) * 0x9e3779b1 >> (32 - groupBits)
}
