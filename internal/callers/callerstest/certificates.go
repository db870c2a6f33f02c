package callerstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// CA is a certificate authority.
type CA struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewCA returns an authority of its own.
func NewCA(tb testing.TB) *CA {
	tb.Helper()
	ca := &CA{}
	ca.Certificate, ca.key = sign(tb, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	return ca
}

// Pool returns a pool with the authority.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	return pool
}

// Name is a subject alternative name, as it is encoded.
type Name asn1.RawValue

// URI and DNS return names with those bytes.
func URI(text string) Name { return name(6, text) }

// DNS returns the DNS name.
func DNS(text string) Name { return name(2, text) }

// Email returns the mail address.
func Email(text string) Name { return name(1, text) }

func name(tag int, text string) Name {
	return Name{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte(text)}
}

// Client returns a client's certificate with the names.
func (ca *CA) Client(tb testing.TB, names ...Name) tls.Certificate {
	tb.Helper()
	certificate, key := sign(tb, &x509.Certificate{
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, ExtraExtensions: subjectAltNames(tb, names),
	}, ca)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key, Leaf: certificate}
}

// Server returns a server's certificate for 127.0.0.1.
func (ca *CA) Server(tb testing.TB) tls.Certificate {
	tb.Helper()
	certificate, key := sign(tb, &x509.Certificate{
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, ExtraExtensions: subjectAltNames(tb, []Name{name(7, "\x7f\x00\x00\x01")}),
	}, ca)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key, Leaf: certificate}
}

func subjectAltNames(tb testing.TB, names []Name) []pkix.Extension {
	tb.Helper()
	if len(names) == 0 {
		return nil
	}
	values := make([]asn1.RawValue, len(names))
	for i, name := range names {
		values[i] = asn1.RawValue(name)
	}
	encoded, err := asn1.Marshal(values)
	require.NoError(tb, err)
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: encoded}}
}

func sign(tb testing.TB, template *x509.Certificate, ca *CA) (*x509.Certificate, *ecdsa.PrivateKey) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template.SerialNumber, template.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, parentKey := template, key
	if ca != nil {
		parent, parentKey = ca.Certificate, ca.key
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	require.NoError(tb, err)
	certificate, err := x509.ParseCertificate(encoded)
	require.NoError(tb, err)
	return certificate, key
}
