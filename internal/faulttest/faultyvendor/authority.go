package faultyvendor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// authority issues the certificates of a vendor that speaks TLS.
type authority struct {
	pem                       []byte // its own certificate
	valid, expired, otherName tls.Certificate
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "faulttest"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	if err != nil {
		return nil, err
	}
	a := &authority{pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	for _, c := range []struct {
		certificate *tls.Certificate
		end         time.Time
		names       []string
		addresses   []net.IP
	}{
		{&a.valid, root.NotAfter, nil, []net.IP{net.IPv4(127, 0, 0, 1)}},
		{&a.expired, time.Now().Add(-time.Minute), nil, []net.IP{net.IPv4(127, 0, 0, 1)}},
		{&a.otherName, root.NotAfter, []string{"other.example"}, nil},
	} {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(2), NotBefore: root.NotBefore, NotAfter: c.end,
			DNSNames: c.names, IPAddresses: c.addresses,
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), key)
		if err != nil {
			return nil, err
		}
		*c.certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	}
	return a, nil
}
