package canary

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// prefixBytes of a spelling are what it is found by; a shorter one could be chance.
const prefixBytes = 8

// Scanner looks for canaries, in any case of letters. It is safe for concurrent use.
type Scanner struct {
	mu       sync.Mutex
	sets     []*Set
	indexed  map[*Set]int // how many of its canaries
	patterns map[uint64][]pattern
	// maybe tells quickly that no pattern begins like a text.
	maybe [1 << 14]uint64
}

type pattern struct {
	text     []byte // in small letters
	set      *Set
	canary   Canary
	spelling string
}

// NewScanner returns a scanner that looks for nothing yet.
func NewScanner() *Scanner {
	return &Scanner{indexed: map[*Set]int{}, patterns: map[uint64][]pattern{}}
}

// Watch looks for the set's canaries from now on, those too that it gets later.
func (s *Scanner) Watch(set *Set) *Set {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets = append(s.sets, set)
	return set
}

// Find returns what was found in a text, one line for each canary and spelling, without
// the value. Canaries of the set mine with the names may be there: a caller's own answer
// holds its token.
func (s *Scanner) Find(place string, text []byte, mine *Set, names ...string) (found []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index()
	small := bytes.ToLower(text)
	for i := 0; i+prefixBytes <= len(small); i++ {
		prefix := binary.LittleEndian.Uint64(small[i:])
		if h := hash(prefix); s.maybe[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for _, p := range s.patterns[prefix] {
			if !bytes.HasPrefix(small[i:], p.text) || p.set == mine && slices.Contains(names, p.canary.Name) {
				continue
			}
			line := fmt.Sprintf("%s: %s in %s, spelt %s", place, p.canary, p.set.Case, p.spelling)
			if !slices.Contains(found, line) {
				found = append(found, line)
			}
		}
	}
	return found
}

// index adds the canaries that were made since the last time.
func (s *Scanner) index() {
	for _, set := range s.sets {
		all := set.Canaries()
		for _, c := range all[s.indexed[set]:] {
			for _, spelling := range Spellings() {
				for _, text := range spelling.Spell(c.Value) {
					s.add(pattern{[]byte(strings.ToLower(text)), set, c, spelling.Name})
				}
			}
		}
		s.indexed[set] = len(all)
	}
}

func (s *Scanner) add(p pattern) {
	if len(p.text) < prefixBytes {
		return
	}
	prefix := binary.LittleEndian.Uint64(p.text)
	h := hash(prefix)
	s.maybe[h>>6] |= 1 << (h & 63)
	s.patterns[prefix] = append(s.patterns[prefix], p)
}

func hash(prefix uint64) uint64 { return prefix * 0x9e3779b97f4a7c15 >> 44 }
