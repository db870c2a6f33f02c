package reload

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"slices"
)

// maxBytes is how much of a file is looked at: no file of a configuration may be larger.
const maxBytes = 4 << 20

// look is what files hold at a moment, and which writing of them that is.
type look struct {
	digest [sha256.Size]byte
	files  []os.FileInfo // nil for one that there is not
}

// lookAt looks at the files.
func lookAt(files []string) look {
	found := look{files: make([]os.FileInfo, len(files))}
	for i, file := range files { // first: what is written while they are read is seen by the next look
		found.files[i], _ = os.Stat(file)
	}
	found.digest = digest(files)
	return found
}

// rested reports whether nothing was written since the look before: a file that was may have held
// the same then, as it is empty whenever somebody begins to write it.
func (l look) rested(before look) bool {
	return l.digest == before.digest && slices.EqualFunc(l.files, before.files, func(now, then os.FileInfo) bool {
		if now == nil || then == nil {
			return now == then
		}
		return os.SameFile(now, then) && now.ModTime().Equal(then.ModTime()) && now.Size() == then.Size()
	})
}

// digest stands for what the files hold at the moment.
func digest(files []string) (sum [sha256.Size]byte) {
	whole := sha256.New()
	for _, file := range files {
		part, err := digestOf(file)
		if err != nil {
			part = sha256.Sum256([]byte("cannot be read"))
		}
		_, _ = whole.Write([]byte(file))
		_, _ = whole.Write(part[:])
	}
	whole.Sum(sum[:0])
	return sum
}

var errNoFile = errors.New("is not a regular file")

func digestOf(name string) (sum [sha256.Size]byte, err error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() { // a pipe may have no end
		return sum, errors.Join(err, errNoFile)
	}
	file, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer func() { _ = file.Close() }()
	text := sha256.New()
	if _, err := io.Copy(text, io.LimitReader(file, maxBytes)); err != nil {
		return sum, err
	}
	text.Sum(sum[:0])
	return sum, nil
}
