package secure

import (
	"crypto/tls"
	"crypto/x509"
)

// What listeners offer by ALPN.
var (
	HTTP2  = []string{"h2"}
	HTTP12 = []string{"h2", "http/1.1"}
	HTTP1  = []string{"http/1.1"}
)

// suites are those of TLS 1.2 with forward secrecy and authenticated encryption, which all of TLS
// 1.3 have.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// Config returns the configuration of handshakes with the certificate. If there are clientCAs, a
// client's certificate must come from one of them, and if required every client must show one.
func Config(certificate tls.Certificate, clientCAs *x509.CertPool, required bool, protocols []string) *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, CipherSuites: suites,
		Certificates: []tls.Certificate{certificate}, NextProtos: protocols,
	}
	if clientCAs != nil {
		config.ClientCAs, config.ClientAuth = clientCAs, tls.VerifyClientCertIfGiven
		if required {
			config.ClientAuth = tls.RequireAndVerifyClientCert
		}
	}
	return config
}
