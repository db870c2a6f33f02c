package config

import (
	"fmt"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Credential is one set of the secrets that an account is used with.
type Credential struct {
	// Name is unique in its account.
	Name string
	// Secrets holds a value for each of the provider's CredentialKeys, References
	// where each was read from.
	Secrets    map[string]sensitive.String
	References map[string]Reference
}

func (r *reader) credentials(v value, keys []string) []Credential {
	var credentials []Credential
	lines := map[string]int{}
	for _, element := range r.list(v) {
		o := r.object(element, append([]string{"name"}, keys...)...)
		name := o.required("name")
		c := Credential{Name: r.name(name), Secrets: map[string]sensitive.String{}, References: map[string]Reference{}}
		if c.Name != "" {
			r.once(lines, fmt.Sprintf("credential %q", c.Name), name)
		}
		for _, key := range keys {
			c.Secrets[key], c.References[key] = r.secret(o.required(key))
		}
		credentials = append(credentials, c)
	}
	return credentials
}
