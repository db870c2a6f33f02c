package reload

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
)

// maxBytes is how much of a file is looked at: no file of a configuration may be larger.
const maxBytes = 4 << 20

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
