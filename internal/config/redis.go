package config

import (
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Redis is what replicas share. Without Cluster and SentinelMaster there is one address,
// that of the server.
type Redis struct {
	Addresses []string `yaml:"addresses"`
	Cluster   bool     `yaml:"cluster"`
	// SentinelMaster is the name by which the sentinels at the Addresses know the master.
	SentinelMaster string `yaml:"sentinel_master,omitempty"`
	Username       string `yaml:"username,omitempty"`
	// Password is of Redis, SentinelPassword of the sentinels; either may be nil.
	Password         *Secret `yaml:"password,omitempty"`
	SentinelPassword *Secret `yaml:"sentinel_password,omitempty"`
	// TLS is nil if the connections are not encrypted.
	TLS *RedisTLS `yaml:"tls,omitempty"`
	// Timeout bounds an operation.
	Timeout   time.Duration `yaml:"timeout"`
	KeyPrefix string        `yaml:"key_prefix"`
}

// Secret is a secret and where it is read from.
type Secret struct {
	// Env is the name of a variable, or File the absolute path of a file.
	Env  string `yaml:"env,omitempty"`
	File string `yaml:"file,omitempty"`

	value sensitive.String
}

// Value returns the secret, zero of none.
func (s *Secret) Value() sensitive.String {
	if s == nil {
		return sensitive.String{}
	}
	return s.value
}

// RedisTLS is how the connections to Redis are encrypted. The files are absolute paths, ""
// for none.
type RedisTLS struct {
	CAFile   string `yaml:"ca_file,omitempty"`
	CertFile string `yaml:"cert_file,omitempty"`
	KeyFile  string `yaml:"key_file,omitempty"`
	// ServerName is what the certificate must be of instead of the address's host.
	ServerName string `yaml:"server_name,omitempty"`

	roots        *x509.CertPool
	certificates []tls.Certificate
}

// Config returns the settings for a connection.
func (t *RedisTLS) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.roots, ServerName: t.ServerName, Certificates: t.certificates}
}
