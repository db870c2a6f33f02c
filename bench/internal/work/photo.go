package work

import "math/rand/v2"

const photoBytes = 1 << 20

// photo returns n bytes that begin and end as a JPEG file does and are random between,
// as compressed data is. The same seed gives the same photo.
func photo(seed byte, n int) []byte {
	begin := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	end := []byte{0xff, 0xd9}
	content := make([]byte, n)
	random := rand.NewChaCha8([32]byte{seed})
	_, _ = random.Read(content) // it never fails
	for i := range content {
		if content[i] == 0xff {
			content[i] = 0xfe // 0xff begins a marker
		}
	}
	copy(content, begin)
	copy(content[n-len(end):], end)
	return content
}
