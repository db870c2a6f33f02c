package config

import (
	"crypto/x509"
	"os"
)

// certificates reads the PEM bundle that v names.
func (r *reader) certificates(v value) (string, *x509.CertPool) {
	name, ok := r.text(v)
	if !ok {
		return "", nil
	}
	file := r.path(name)
	bundle, err := os.ReadFile(file)
	if err != nil {
		r.fail(v, "%s: file %s cannot be read: %s", v.name, file, cause(err))
		return "", nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bundle) {
		r.fail(v, "%s: file %s holds no PEM certificate", v.name, file)
	}
	return file, pool
}
