package config

import (
	"os"
	"time"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Load reads the file at path, which may use the vendors. Its error is document.Errors.
func Load(path string, vendors []*providers.Provider) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, document.Errors{{File: path, Message: "cannot be read: " + document.Cause(err)}}
	}
	return Parse(path, text, vendors)
}

// Parse reads text as the file of that name, which errors show and from whose
// folder paths in the file start. It reads the environment variables and files
// that the text names. Its error is document.Errors.
func Parse(name string, text []byte, vendors []*providers.Provider) (*Config, error) {
	file, root := document.Parse(name, text)
	var c *Config
	if root.Given() {
		c = readConfig(root, vendors)
	}
	if err := file.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

func readConfig(v document.Value, vendors []*providers.Provider) *Config {
	o := v.Object("listen", "allow_unauthenticated", "allow_private_callbacks", "log", "shutdown_grace", "limits", "idempotency", "accounts", "routes", "out_of_service")
	c := &Config{
		AllowUnauthenticated:  o.Optional("allow_unauthenticated").Boolean(),
		AllowPrivateCallbacks: o.Optional("allow_private_callbacks").Boolean(),
		Log:                   readLog(o.Optional("log")),
		ShutdownGrace:         o.Optional("shutdown_grace").Duration(100*time.Millisecond, 5*time.Minute, DefaultShutdownGrace),
		Limits:                readLimits(o.Optional("limits")),
		Idempotency:           readIdempotency(o.Optional("idempotency")),
	}
	c.Listen = readListen(o.Optional("listen"), c.AllowUnauthenticated)
	c.Accounts = readAccounts(o.Required("accounts"), vendors)
	c.Routes = readRoutes(o.Required("routes"), c.Accounts)
	c.OutOfService = readOutOfService(o.Optional("out_of_service"), c.Routes)
	return c
}
