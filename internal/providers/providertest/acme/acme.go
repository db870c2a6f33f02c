package acme

import "github.com/liveness-gateway/gateway/internal/providers"

// Name is the provider's name.
const Name = "acme"

// Provider returns what the adapter states of Acme.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:           Name,
		PathPrefix:     "/api",
		CredentialKeys: []string{keyAppKey, keyAppSecret},
		Products:       []providers.Product{page},
		Codes:          codes,
		Open:           func(config providers.AccountConfig) providers.Account { return &account{config} },
	}
}

type account struct{ providers.AccountConfig }

// NewTarget returns acme.page.
func (a *account) NewTarget(_ string, parameters map[string]string) providers.Target {
	return &pageTarget{a, parameters}
}
