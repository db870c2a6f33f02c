package secure

import (
	"crypto/tls"
	"crypto/x509"
)

// Protocols are those that listeners offer by ALPN.
var (
	HTTP2  = []string{"h2"}
	HTTP12 = []string{"h2", "http/1.1"}
	HTTP1  = []string{"http/1.1"}
)

// suites are those of TLS 1.2 that keep what was said secret when a key is lost later, and
// tell forged records; all of TLS 1.3 do.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// Config returns the configuration of handshakes with a certificate. A client that shows a
// certificate must have it from clientCAs, if there are any; if required it must show one.
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
