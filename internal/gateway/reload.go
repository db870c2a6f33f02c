package gateway

import (
	"context"
	"errors"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/reload"
)

// Parse reads the new text of the configuration file. The result is to replace the running configuration.
type Parse func(file string, text []byte, running *config.Config) (*config.Config, error)

// WithReload makes the configuration reloadable from its file.
func WithReload(parse Parse) Option { return func(g *Gateway) { g.parse = parse } }

// errNoReload is the error of a gateway whose configuration has no file.
var errNoReload = errors.New("this gateway's configuration is from no file: there is nothing to reload")

// prepareReload makes the reloader, which begins with the configuration in use.
func (g *Gateway) prepareReload() {
	g.reloader = reload.New(g.readAgain, g.config.SHA256(), g.config.Held(), g.log)
}

// Reload reads the configuration file again and uses it, or says what is wrong with it and keeps the
// running one. The cause is for the log.
func (g *Gateway) Reload(cause string) (reload.Status, error) {
	if g.parse == nil {
		return g.reloader.Status(), errNoReload
	}
	return g.reloader.Reload(cause)
}

// reloads says which configuration is in use, and which was refused.
func (g *Gateway) reloads() reload.Status { return g.reloader.Status() }

// candidate is a valid configuration that may be used.
type candidate struct {
	*config.Config

	gateway *Gateway
}

// Use is reload.Candidate's.
func (c candidate) Use() error {
	c.gateway.applying.Lock()
	defer c.gateway.applying.Unlock()
	return c.gateway.use(c.Config, c.gateway.log)
}

// readAgain is reload.Read.
func (g *Gateway) readAgain() (hash string, _ reload.Candidate, err error) {
	file := g.config.Files()[0]
	text, err := files.Read(file)
	if err != nil {
		return "", nil, config.Unreadable(file, err)
	}
	cfg, err := g.parse(file, text, g.current.Load().config)
	if err != nil {
		return config.SHA256(text), nil, err
	}
	return cfg.SHA256(), candidate{cfg, g}, nil
}

// watchFiles reloads when files of the configuration change, until ctx ends.
func (g *Gateway) watchFiles(ctx context.Context) {
	if g.parse != nil {
		g.reloader.Run(ctx)
	}
}
