package config

import (
	"fmt"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/secrets"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Credential is one set of the secrets that an account is used with.
type Credential struct {
	// Name is unique in its account.
	Name string
	// Secrets holds a value for each of the provider's CredentialKeys, References
	// where each was read from.
	Secrets    map[string]sensitive.String
	References map[string]secrets.Reference
}

func readCredentials(v document.Value, keys []string) []Credential {
	var credentials []Credential
	lines := document.Lines{}
	for _, element := range v.List() {
		o := element.Object(append([]string{"name"}, keys...)...)
		name := o.Required("name")
		c := Credential{Name: readName(name), Secrets: map[string]sensitive.String{}, References: map[string]secrets.Reference{}}
		if c.Name != "" {
			lines.Once(fmt.Sprintf("credential %q", c.Name), name)
		}
		for _, key := range keys {
			c.Secrets[key], c.References[key] = secrets.Read(o.Required(key))
		}
		credentials = append(credentials, c)
	}
	return credentials
}
