package config

import (
	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// readSettings reads the value of the key in o as options or parameters, of which the
// provider declares the names and which values they may have.
func readSettings(o document.Object, key, thing string, declared []providers.Parameter) map[string]string {
	known := make([]string, len(declared))
	for i := range declared {
		known[i] = declared[i].Name
	}
	given := o.Optional(key).ObjectOf(thing, known)
	settings := map[string]string{}
	for i := range declared {
		p, v := &declared[i], given.Optional(known[i])
		switch text, ok := v.TextOrNumber(); {
		case ok && !p.Takes(text):
			v.Fail("%s %q does not take this value: %s", thing, p.Name, p.Text)
		case ok:
			settings[p.Name] = text
		case p.Required && given.Lacks(p.Name):
			o.Fail("missing %s %q: %s", thing, p.Name, p.Text)
		}
	}
	return settings
}
