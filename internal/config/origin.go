package config

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
)

// origin is what a configuration was read from.
type origin struct {
	file   string
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

// Files returns the absolute paths of all files that the configuration was read from: first the
// file itself, then those that it names, in an order that is always the same. The listeners'
// certificates are not among them: who uses these looks at them.
func (c *Config) Files() []string {
	var named []string
	add := func(files ...string) {
		for _, file := range files {
			if file != "" {
				named = append(named, file)
			}
		}
	}
	secret := func(all ...*Secret) {
		for _, s := range all {
			if s != nil {
				add(s.File)
			}
		}
	}
	for _, issuer := range c.JWTIssuers() {
		add(issuer.JWKS.File, issuer.JWKS.CAFile)
	}
	if r := c.Redis; r != nil {
		secret(r.Password, r.SentinelPassword)
		if r.TLS != nil {
			add(r.TLS.CAFile, r.TLS.CertFile, r.TLS.KeyFile)
		}
	}
	secret(c.Idempotency.NamingKey)
	secret(c.Idempotency.SealingKeys...)
	for i := range c.Accounts {
		add(c.Accounts[i].CAFile)
		for _, credential := range c.Accounts[i].Credentials {
			for _, reference := range credential.References {
				add(reference.File)
			}
		}
	}
	slices.Sort(named)
	return append([]string{c.origin.file}, slices.Compact(named)...)
}

// noteOrigin notes what the configuration was read from.
func (c *Config) noteOrigin(name string, text []byte) {
	if absolute, err := filepath.Abs(name); err == nil {
		name = absolute
	}
	c.origin = origin{file: name, sha256: SHA256(text), listen: c.Listen}
}
