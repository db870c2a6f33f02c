package config

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/files"
)

// origin is what a configuration was read from.
type origin struct {
	held   files.Sums
	sha256 string
	// listen is the file's, which flags may replace afterwards.
	listen Listen
}

// SHA256 returns the hash of a file's text in hexadecimal, as sha256sum prints it.
func SHA256(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// SHA256 returns the hash of the file's text in hexadecimal, as sha256sum prints it.
func (c *Config) SHA256() string { return c.origin.sha256 }

// Held returns what the files held that the configuration was read from: first the file itself,
// then those that it names, in an order that is always the same. The listeners' certificates are
// not among them: who uses these looks at them.
func (c *Config) Held() files.Sums { return c.origin.held }

// Files returns the absolute paths of those files.
func (c *Config) Files() []string { return c.origin.held.Names() }

// noteOrigin notes what the configuration was read from.
func (c *checker) noteOrigin(text []byte) {
	held := c.files.Held()
	slices.SortFunc(held[1:], func(a, b files.Sum) int { return strings.Compare(a.Name, b.Name) })
	c.origin = origin{held: held, sha256: SHA256(text), listen: c.Listen}
}

func absolute(name string) string {
	if absolute, err := filepath.Abs(name); err == nil {
		return absolute
	}
	return name
}
