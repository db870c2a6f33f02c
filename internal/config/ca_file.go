package config

import (
	"crypto/x509"
	"os"

	"github.com/liveness-gateway/gateway/internal/config/document"
)

// readCertificates reads the PEM bundle that v names.
func readCertificates(v document.Value) (string, *x509.CertPool) {
	name, ok := v.Text()
	if !ok {
		return "", nil
	}
	file := v.File().Path(name)
	bundle, err := os.ReadFile(file)
	if err != nil {
		v.Fail("%s: file %s cannot be read: %s", v.Name, file, document.Cause(err))
		return "", nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bundle) {
		v.Fail("%s: file %s holds no PEM certificate", v.Name, file)
	}
	return file, pool
}
