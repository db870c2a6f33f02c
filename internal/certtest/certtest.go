// Package certtest is a certificate authority for tests, and files as Kubernetes swaps them. Of
// the tests alone.
package certtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Authority issues certificates.
type Authority struct {
	// PEM is its own certificate.
	PEM []byte

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Leaf is what a certificate says. The zero value is a server's on loopback that holds for a
// day.
type Leaf struct {
	// Names are DNS names, addresses and URIs; none is localhost and 127.0.0.1.
	Names []string
	// Client says that it is for clients.
	Client bool
	// NotBefore and NotAfter are an hour ago and in a day, if they are zero.
	NotBefore, NotAfter time.Time
}

// Pair is a certificate and its key, in PEM.
type Pair struct{ Certificate, Key []byte }

// New returns an authority.
func New(tb testing.TB) *Authority {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "an authority of tests"}, SerialNumber: serial(tb),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(tb, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return &Authority{encode("CERTIFICATE", der), certificate, key}
}

// Pool holds the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Issue returns a certificate, with the authority's behind it.
func (a *Authority) Issue(tb testing.TB, l Leaf) Pair {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: serial(tb), NotBefore: l.NotBefore, NotAfter: l.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if l.Client {
		template.ExtKeyUsage[0] = x509.ExtKeyUsageClientAuth
	}
	if l.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if l.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	if l.Names == nil {
		l.Names = []string{"localhost", "127.0.0.1"}
	}
	for _, name := range l.Names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else if uri, err := url.Parse(name); err == nil && uri.Scheme != "" {
			template.URIs = append(template.URIs, uri)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(tb, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(tb, err)
	return Pair{append(encode("CERTIFICATE", der), a.PEM...), encode("PRIVATE KEY", keyDER)}
}

// TLS returns the pair as crypto/tls wants it.
func (p Pair) TLS(tb testing.TB) tls.Certificate {
	tb.Helper()
	pair, err := tls.X509KeyPair(p.Certificate, p.Key)
	require.NoError(tb, err)
	return pair
}

func serial(tb testing.TB) *big.Int {
	tb.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(tb, err)
	return n
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// Volume is a folder whose files Kubernetes swaps all at once: each is a symbolic link into
// ..data, which is one to the folder of the moment.
type Volume struct {
	Folder string

	swaps int
}

// NewVolume returns a volume of those files.
func NewVolume(tb testing.TB, files map[string][]byte) *Volume {
	tb.Helper()
	v := &Volume{Folder: tb.TempDir()}
	v.Swap(tb, files)
	for name := range files {
		require.NoError(tb, os.Symlink(filepath.Join("..data", name), v.File(name)))
	}
	return v
}

// File returns the path of a file.
func (v *Volume) File(name string) string { return filepath.Join(v.Folder, name) }

// Swap puts others in the place of the files.
func (v *Volume) Swap(tb testing.TB, files map[string][]byte) {
	tb.Helper()
	v.swaps++
	next := fmt.Sprintf("..2026_01_02_03_04_05.%d", v.swaps)
	require.NoError(tb, os.Mkdir(v.File(next), 0o700))
	for name, content := range files {
		require.NoError(tb, os.WriteFile(filepath.Join(v.File(next), name), content, 0o600))
	}
	before, _ := os.Readlink(v.File("..data")) // at first there is none
	require.NoError(tb, os.Symlink(next, v.File("..data_tmp")))
	require.NoError(tb, os.Rename(v.File("..data_tmp"), v.File("..data")))
	if before != "" {
		require.NoError(tb, os.RemoveAll(v.File(before)))
	}
}

// SecretFiles are those of a Secret of type kubernetes.io/tls, as cert-manager makes them.
func (a *Authority) SecretFiles(p Pair) map[string][]byte {
	return map[string][]byte{"tls.crt": p.Certificate, "tls.key": p.Key, "ca.crt": a.PEM}
}
