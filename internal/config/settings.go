package config

import "github.com/liveness-gateway/gateway/internal/providers"

// settings reads the value of the key in o as options or parameters, of which the
// provider declares the names and which values they may have.
func (r *reader) settings(o object, key, thing string, declared []providers.Parameter) map[string]string {
	known := make([]string, len(declared))
	for i := range declared {
		known[i] = declared[i].Name
	}
	given := r.keyed(o.optional(key), thing, known)
	settings := map[string]string{}
	for i := range declared {
		p, v := &declared[i], given.optional(known[i])
		switch text, ok := r.textOrNumber(v); {
		case ok && (text == "" || p.Allows != nil && !p.Allows(text)):
			r.fail(v, "%s %q does not take this value: %s", thing, p.Name, p.Text)
		case ok:
			settings[p.Name] = text
		case p.Required && given.lacks(p.Name):
			r.fail(o.value, "missing %s %q: %s", thing, p.Name, p.Text)
		}
	}
	return settings
}
