package gateway

import (
	"context"
	"errors"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/reload"
)

// Parse reads the text of the configuration file anew. The running configuration is the one
// that the result is to replace.
type Parse func(file string, text []byte, running *config.Config) (*config.Config, error)

// WithReload has the configuration reloaded from its file.
func WithReload(parse Parse) Option { return func(g *Gateway) { g.parse = parse } }

// errNoReload is of a gateway whose configuration has no file.
var errNoReload = errors.New("this gateway's configuration is from no file: there is nothing to reload")

// prepareReload begins to know what is running.
func (g *Gateway) prepareReload() {
	g.reloader = reload.New(g.readAgain, g.config.SHA256(), g.config.Held(), g.log)
}

// Reload reads the configuration file anew and takes it into use, or says what is wrong with
// it and leaves the running one. The cause is for the log.
func (g *Gateway) Reload(cause string) (reload.Status, error) {
	if g.parse == nil {
		return g.reloader.Status(), errNoReload
	}
	return g.reloader.Reload(cause)
}

// reloads is what is in use, and what was refused.
func (g *Gateway) reloads() reload.Status { return g.reloader.Status() }

// candidate is a configuration that may be used.
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
