package sumsub

import "github.com/liveness-gateway/gateway/internal/providers"

// Name is the provider's name.
const Name = "sumsub"

// Provider returns what the adapter states of Sumsub.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:           Name,
		PathPrefix:     "/resources",
		CredentialKeys: []string{keyAppToken, keySecretKey},
		Products:       []providers.Product{sdk},
		Codes:          codes,
		Open:           func(config providers.AccountConfig) providers.Account { return &account{config} },
	}
}

type account struct{ providers.AccountConfig }

// NewTarget returns sumsub.sdk.
func (a *account) NewTarget(_ string, parameters map[string]string) providers.Target {
	return &sdkTarget{a, parameters}
}
