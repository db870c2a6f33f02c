package canary

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
	"strings"
	"sync"
)

// Canary is a value that nothing but one case has.
type Canary struct {
	// Name says what it stands for, Value is it.
	Name, Value string
}

// Set are the canaries of one case, none of which any other case has. It is safe for
// concurrent use.
type Set struct {
	// Case is unique and is no canary.
	Case string

	mu       sync.Mutex
	canaries []Canary
	photos   []string // names
}

// NewSet returns a set without canaries.
func NewSet(name string) *Set { return &Set{Case: name} }

// Canaries returns all that were made so far.
func (s *Set) Canaries() []Canary {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.canaries)
}

// Add makes a canary of a value that somebody else made, such as a signature.
func (s *Set) Add(name, value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.canaries = append(s.canaries, Canary{name, value})
	return value
}

// Text returns the canary of that name, made when it is first asked for: letters and
// digits of either kind, so that each re-spelling changes it.
func (s *Set) Text(name string) string {
	return s.named(name, func() string { return "Zq" + random(letters, 14) + random(digits, 12) })
}

// sameHalf begins every number, as it does those of cards of one place and year.
const sameHalf = "110101199"

// IdentityNumber returns the canary of a card's number: 17 digits and an X. All begin with the same
// nine digits: nine of each number's own would turn up by chance among the log's times and trace ids,
// once in fifty runs of a thousand cases.
func (s *Set) IdentityNumber(name string) string {
	return s.named(name, func() string { return sameHalf + random(digits, 8) + "X" })
}

// URL returns an address whose path and query are the canary of that name.
func (s *Set) URL(name string) string {
	return "https://shop.example/" + s.Text(name) + "?user=" + s.Text(name)
}

// Photo returns a PNG that holds the canary of that name.
func (s *Set) Photo(name string) []byte {
	file := picture()
	author := s.Text(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.photos = append(s.photos, name)
	photo := chunk(bytes.Clone(file[:headerEnd]), "tEXt", []byte("Author\x00"+author))
	photo = chunk(photo, "tEXt", []byte("Comment\x00"+strings.Repeat(" ", 1<<10))) // some vendors take none below 1 KB
	return append(photo, file[headerEnd:]...)
}

// picture returns the PNG that all photos begin as. It is encoded once: an encoder allocates far
// more than it writes.
var picture = sync.OnceValue(func() []byte {
	var file bytes.Buffer
	_ = png.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8))) // a buffer takes everything
	return file.Bytes()
})

// IsPhoto reports whether the canary of that name is in a photo.
func (s *Set) IsPhoto(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.photos, name)
}

// headerEnd is where a PNG's signature and its first chunk end.
const headerEnd = 33

// chunk appends a chunk of ISO/IEC 15948, section 5.3.
func chunk(file []byte, name string, data []byte) []byte {
	file = binary.BigEndian.AppendUint32(file, uint32(len(data)))
	start := len(file)
	file = append(append(file, name...), data...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[start:]))
}

func (s *Set) named(name string, create func() string) string {
	for _, c := range s.Canaries() {
		if c.Name == name {
			return c.Value
		}
	}
	return s.Add(name, create())
}

const (
	letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
	digits  = "0123456789"
)

// random returns n characters of an alphabet.
func random(alphabet string, n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // it never fails
	var text strings.Builder
	for _, b := range raw {
		text.WriteByte(alphabet[int(b)%len(alphabet)])
	}
	return text.String()
}

// String returns what the canary stands for, not its value.
func (c Canary) String() string { return fmt.Sprintf("the canary of %s", c.Name) }
