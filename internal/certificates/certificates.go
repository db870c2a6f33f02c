// Package certificates reads from PEM files what a TLS server shows and whom it trusts, and
// reads them again when they change. Files that are broken, or not written to their end, are
// refused as a whole. It must not know listeners, nor keys of the configuration.
package certificates

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/files"
)

// Files are the paths of PEM files.
type Files struct {
	// Certificate holds the server's certificate and, behind it, those that lead to its
	// authority. Key holds the certificate's private key, unencrypted.
	Certificate, Key string
	// ClientCA holds the certificates of authorities whose clients are let in, "" if none
	// are asked for one.
	ClientCA string
}

// Material is what the files hold. It is never changed.
type Material struct {
	Certificate tls.Certificate
	// ClientCAs is nil if there is no such file.
	ClientCAs *x509.CertPool
	// NotAfter is when the first of the certificates that the server shows expires.
	NotAfter time.Time
}

// Part is one of the files.
type Part int

// The files that may be at fault.
const (
	Certificate Part = iota
	Key
	ClientCA
)

// FileError is what is wrong with a file. It shows nothing that the file holds.
type FileError struct {
	Part    Part
	File    string
	Message string
}

// Error is error's.
func (p *FileError) Error() string { return fmt.Sprintf("file %s %s", p.File, p.Message) }

// Load reads the files and returns everything that is wrong with them.
func (f Files) Load() (*Material, []*FileError) {
	c := f.read()
	return c.parse()
}

// contents are what the files hold at the moment, or why they cannot be read.
type contents struct {
	files                      Files
	certificate, key, clientCA []byte
	held                       files.Sums
	unreadable                 []*FileError
}

func (f Files) read() contents {
	c := contents{files: f}
	var reader files.Reader
	file := func(part Part, name string) []byte {
		text, err := reader.Read(name)
		if err != nil {
			c.unreadable = append(c.unreadable, &FileError{part, name, "cannot be read: " + files.Cause(err)})
		}
		return text
	}
	c.certificate, c.key = file(Certificate, f.Certificate), file(Key, f.Key)
	if f.ClientCA != "" {
		c.clientCA = file(ClientCA, f.ClientCA)
	}
	c.held = reader.Held()
	return c
}

func (c *contents) parse() (*Material, []*FileError) {
	problems := slices.Clone(c.unreadable)
	// judge notes what is wrong with a file that could be read, and reports whether nothing is.
	judge := func(part Part, file, wrong string) bool {
		if slices.ContainsFunc(c.unreadable, func(p *FileError) bool { return p.Part == part }) {
			return false
		}
		if wrong != "" {
			problems = append(problems, &FileError{part, file, wrong})
		}
		return wrong == ""
	}
	m := &Material{}
	chain, wrong := certificatesIn(c.certificate)
	good := judge(Certificate, c.files.Certificate, wrong)
	if judge(Key, c.files.Key, keyProblem(c.key)) && good {
		var err error
		if m.Certificate, err = tls.X509KeyPair(c.certificate, c.key); err != nil {
			judge(Key, c.files.Key, "does not hold the key of the first certificate in "+c.files.Certificate)
		}
		m.NotAfter = firstExpiry(chain)
	}
	if c.files.ClientCA != "" {
		authorities, wrong := certificatesIn(c.clientCA)
		judge(ClientCA, c.files.ClientCA, wrong)
		m.ClientCAs = x509.NewCertPool()
		for _, authority := range authorities {
			m.ClientCAs.AddCert(authority)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return m, nil
}

func firstExpiry(chain []*x509.Certificate) time.Time {
	first := chain[0].NotAfter
	for _, certificate := range chain[1:] {
		if certificate.NotAfter.Before(first) {
			first = certificate.NotAfter
		}
	}
	return first
}

const cutOff = "holds a PEM block that is broken or cut off"

// certificatesIn returns all certificates of a file, and what is wrong with it. Go's own
// readers pass over a block that is cut off.
func certificatesIn(text []byte) (found []*x509.Certificate, wrong string) {
	blocks := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		if block.Type != "CERTIFICATE" {
			continue // the key may stand beside it
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, "holds a certificate that cannot be parsed"
		}
		found = append(found, certificate)
	}
	switch {
	case blocks != bytes.Count(text, []byte("-----BEGIN")):
		return nil, cutOff
	case len(found) == 0:
		return nil, "holds no PEM certificate"
	default:
		return found, ""
	}
}

// keyProblem returns what is wrong with a file with a key, as far as it can be told without
// the certificate.
func keyProblem(text []byte) string {
	blocks := 0
	wrong := "holds no PEM private key"
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		switch encrypted := block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != ""; {
		case encrypted:
			wrong = "holds an encrypted key, which cannot be used"
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			wrong = ""
		}
	}
	if blocks != bytes.Count(text, []byte("-----BEGIN")) {
		return cutOff
	}
	return wrong
}
