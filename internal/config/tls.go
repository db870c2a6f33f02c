package config

import (
	"github.com/liveness-gateway/gateway/internal/certificates"
	"github.com/liveness-gateway/gateway/internal/config/document"
)

// TLS says how a listener encrypts, and whether it knows its clients by their certificates.
// Paths are absolute.
type TLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	// ClientCA is "" if clients are not asked for a certificate.
	ClientCA string `yaml:"client_ca,omitempty"`
	// ClientCertificates is "optional" or "required", "" without ClientCA.
	ClientCertificates string `yaml:"client_certificates,omitempty"`
}

// ClientsRequired reports whether nobody is let in whom no authority vouches for.
func (t *TLS) ClientsRequired() bool { return t != nil && t.ClientCertificates == "required" }

// Files are those that hold the certificates.
func (t *TLS) Files() certificates.Files {
	return certificates.Files{Certificate: t.Certificate, Key: t.Key, ClientCA: t.ClientCA}
}

// checkTLS makes the paths absolute and looks at what the files hold, the secret of which is
// the key.
func (c *checker) checkTLS(at *document.Value, t *TLS) {
	if t == nil {
		return
	}
	for _, file := range []*string{&t.Certificate, &t.Key, &t.ClientCA} {
		if *file != "" {
			*file = at.Path(*file)
		}
	}
	if c.withoutSecrets || t.Certificate == "" || t.Key == "" {
		return // what is missing has been reported
	}
	keys := map[certificates.Part]string{
		certificates.Certificate: "certificate", certificates.Key: "key", certificates.ClientCA: "client_ca",
	}
	_, wrong := t.Files().Load()
	for _, w := range wrong {
		at.At(keys[w.Part]).Fail("%s: %s", keys[w.Part], w.Error())
	}
}
