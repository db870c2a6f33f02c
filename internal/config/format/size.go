package format

import (
	"regexp"
	"strconv"
)

// Size is a number of bytes, a whole number of MiB.
type Size int64

// The units of a Size.
const (
	MiB Size = 1 << 20
	GiB Size = 1 << 30
)

// String returns the size as the file has it, such as 512MiB.
func (s Size) String() string {
	if s%GiB == 0 {
		return strconv.FormatInt(int64(s/GiB), 10) + "GiB"
	}
	return strconv.FormatInt(int64(s/MiB), 10) + "MiB"
}

var sizes = regexp.MustCompile(`^([1-9][0-9]{0,5})(MiB|GiB)$`)

// ParseSize returns the size of which text is the String, 0 if text is none.
func ParseSize(text string) Size {
	parts := sizes.FindStringSubmatch(text)
	if parts == nil {
		return 0
	}
	number, _ := strconv.Atoi(parts[1]) // the expression lets nothing else through
	return Size(number) * map[string]Size{"MiB": MiB, "GiB": GiB}[parts[2]]
}
