package config

import (
	"crypto/tls"
	"net"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/secrets"
	"github.com/liveness-gateway/gateway/internal/files"
)

func (c *checker) checkRedis() {
	at, r := c.root.At("redis"), c.Redis
	if r == nil {
		return
	}
	c.readSecret(at.At("password"), r.Password)
	c.readSecret(at.At("sentinel_password"), r.SentinelPassword)
	for i, address := range r.Addresses {
		host, port, err := net.SplitHostPort(address)
		number, notANumber := strconv.ParseUint(port, 10, 16)
		if address != "" && (err != nil || host == "" || notANumber != nil || number == 0) {
			at.At("addresses").Element(i).Fail("an element of addresses must be host:port")
		}
	}
	switch {
	case r.Cluster && r.SentinelMaster != "":
		at.At("cluster").Fail("cluster and sentinel_master exclude each other")
	case len(r.Addresses) > 1 && !r.Cluster && r.SentinelMaster == "":
		at.At("addresses").Fail("addresses must be one, or cluster: true, or sentinel_master beside them")
	case r.SentinelPassword != nil && r.SentinelMaster == "":
		at.At("sentinel_password").Fail("sentinel_password has no effect here: there is no sentinel_master")
	case r.Username != "" && r.Password == nil:
		at.At("username").Fail("username needs a password")
	}
	if r.TLS != nil {
		c.checkRedisTLS(at.At("tls"), r.TLS)
	}
}

func (c *checker) checkRedisTLS(at *document.Value, t *RedisTLS) {
	if t.CAFile != "" {
		t.CAFile = at.Path(t.CAFile)
		t.roots = c.readCertificates(at.At("ca_file"), t.CAFile)
	}
	if (t.CertFile != "") != (t.KeyFile != "") {
		at.Fail("cert_file and key_file come together")
		return
	}
	if t.CertFile == "" {
		return
	}
	t.CertFile, t.KeyFile = at.Path(t.CertFile), at.Path(t.KeyFile)
	certificate, certErr := c.files.Read(t.CertFile)
	if certErr != nil {
		at.At("cert_file").Fail("cert_file: file %s cannot be read: %s", t.CertFile, files.Cause(certErr))
	}
	key, keyErr := c.files.Read(t.KeyFile)
	if keyErr != nil {
		at.At("key_file").Fail("key_file: file %s cannot be read: %s", t.KeyFile, files.Cause(keyErr))
	}
	if certErr != nil || keyErr != nil {
		return
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		at.At("cert_file").Fail("cert_file: files %s and %s are no certificate and its key in PEM", t.CertFile, t.KeyFile)
		return
	}
	t.certificates = []tls.Certificate{pair}
}

// leastKeyLength is the least length of a key's text: so many random characters cannot be guessed.
const leastKeyLength = 32

func (c *checker) checkIdempotency() {
	at, i := c.root.At("idempotency"), &c.Idempotency
	c.readKey(at.At("naming_key"), i.NamingKey)
	for n, key := range i.SealingKeys {
		c.readKey(at.At("sealing_keys").Element(n), key)
	}
	for _, key := range []string{"naming_key", "sealing_keys"} {
		switch given := at.At(key).Given(); {
		case c.Redis != nil && !given:
			c.root.At("redis").Fail("redis needs idempotency.%s, the same in all replicas", key)
		case c.Redis == nil && given && !c.root.At("redis").Given():
			at.At(key).Fail("%s has no effect here: there is no redis", key)
		}
	}
}

func (c *checker) readKey(at *document.Value, key *Secret) {
	c.readSecret(at, key)
	if length := key.Value().Len(); length > 0 && length < leastKeyLength {
		at.Fail("%s must have %d characters at least: take as many at random", at.Name, leastKeyLength)
	}
}

func (c *checker) readSecret(at *document.Value, s *Secret) {
	if s == nil {
		return
	}
	reference := secrets.Reference{Env: s.Env, File: s.File}.From(at)
	s.File = reference.File
	if !c.withoutSecrets {
		s.value = reference.Read(at, &c.files)
	}
}
