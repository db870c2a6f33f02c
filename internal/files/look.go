package files

import (
	"crypto/sha256"
	"os"
	"slices"
)

// Sum stands for what a file held, or for why it could not be read.
type Sum struct {
	Name   string
	SHA256 [sha256.Size]byte
}

func sumOf(name string, text []byte, err error) Sum {
	if err != nil {
		text = []byte("cannot be read: " + Cause(err))
	}
	return Sum{name, sha256.Sum256(text)}
}

// Sums are of several files, each of which is in them once.
type Sums []Sum

// Names returns the names of the files.
func (s Sums) Names() []string {
	names := make([]string, len(s))
	for i, one := range s {
		names[i] = one.Name
	}
	return names
}

// Of returns what stands for a file, the zero value if it is none of them.
func (s Sums) Of(name string) Sum {
	if i := slices.IndexFunc(s, func(one Sum) bool { return one.Name == name }); i >= 0 {
		return s[i]
	}
	return Sum{}
}

// Same reports whether the same files held the same.
func (s Sums) Same(others Sums) bool { return slices.Equal(s, others) }

// Look is what files hold at a moment, and which writing of them that is.
type Look struct {
	Sums

	writings []os.FileInfo // nil for a file that there is not
}

// LookAt looks at the files.
func LookAt(names []string) Look {
	look := Look{make(Sums, len(names)), make([]os.FileInfo, len(names))}
	for i, name := range names { // first: what is written while they are read is seen by the next look
		look.writings[i], _ = os.Stat(name)
	}
	for i, name := range names {
		text, err := Read(name)
		look.Sums[i] = sumOf(name, text, err)
	}
	return look
}

// Rested reports whether nothing was written since the look before: a file that was may have held
// the same then, as it is empty whenever somebody begins to write it.
func (l Look) Rested(before Look) bool {
	return l.Same(before.Sums) && slices.EqualFunc(l.writings, before.writings, func(now, then os.FileInfo) bool {
		if now == nil || then == nil {
			return now == then
		}
		return os.SameFile(now, then) && now.ModTime().Equal(then.ModTime()) && now.Size() == then.Size()
	})
}
