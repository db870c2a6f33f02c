package gateway

import (
	"crypto/tls"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/certificates"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/server/secure"
)

// encryption is a TLS section of the configuration: the certificates of one or two listeners.
type encryption struct {
	watcher  *certificates.Watcher
	required bool
}

// encryptionOf reads the files of a section; it returns nil if there is no section.
func (g *Gateway) encryptionOf(key string, settings *config.TLS) (*encryption, error) {
	if settings == nil {
		return nil, nil
	}
	log := g.log.With(zap.String("listen", key))
	watcher, problems := certificates.Watch(settings.Files(), func(m *certificates.Material, problems []*certificates.FileError) {
		if err := joined(problems); err != nil {
			log.Error("changed certificate files cannot be used, the ones before them go on", zap.Error(err))
			return
		}
		log.Info("changed certificate files are in use", zap.Time("not_after", m.NotAfter))
	})
	if err := joined(problems); err != nil {
		return nil, err
	}
	e := &encryption{watcher: watcher, required: settings.ClientsRequired()}
	g.encryption = append(g.encryption, e)
	return e, nil
}

func joined(problems []*certificates.FileError) error {
	failed := make([]error, len(problems))
	for i, p := range problems {
		failed[i] = p
	}
	return errors.Join(failed...)
}

func (e *encryption) notAfter() time.Time { return e.watcher.Material().NotAfter }

// configOf returns a function for the configuration of a listener's handshakes. That is made again only
// when certificates have changed.
func (e *encryption) configOf(protocols []string) func() *tls.Config {
	type made struct {
		*tls.Config

		from *certificates.Material
	}
	var last atomic.Pointer[made]
	return func() *tls.Config {
		material := e.watcher.Material()
		if m := last.Load(); m != nil && m.from == material {
			return m.Config
		}
		m := &made{secure.Config(material.Certificate, material.ClientCAs, e.required, protocols), material}
		last.Store(m)
		return m.Config
	}
}
