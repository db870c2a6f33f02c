package config

import (
	"crypto/x509"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func (c *checker) checkAccount(at *document.Value, a *Account) {
	if a.Provider != nil && !at.At("path_prefix").Given() {
		a.PathPrefix = a.Provider.PathPrefix
	}
	if a.CAFile != "" {
		a.CAFile = at.Path(a.CAFile)
		a.RootCAs = c.readCertificates(at.At("ca_file"), a.CAFile)
	}
	seen := lines{}
	for i := range a.Credentials {
		credential, at := &a.Credentials[i], at.At("credentials").Element(i)
		if credential.Name != "" {
			seen.once(at.At("name"), "credential %q is already", credential.Name)
		}
		credential.Secrets = map[string]sensitive.String{}
		for key, reference := range credential.References {
			credential.References[key] = reference.From(at)
			if !c.withoutSecrets {
				credential.Secrets[key] = credential.References[key].Read(at.At(key), &c.files)
			}
		}
	}
}

// readCertificates reads the PEM bundle that the value names.
func (c *checker) readCertificates(at *document.Value, file string) *x509.CertPool {
	bundle, err := c.files.Read(file)
	if err != nil {
		at.Fail("%s: file %s cannot be read: %s", at.Name, file, files.Cause(err))
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bundle) {
		at.Fail("%s: file %s holds no PEM certificate", at.Name, file)
	}
	return pool
}
