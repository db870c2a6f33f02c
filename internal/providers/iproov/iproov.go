package iproov

import "github.com/liveness-gateway/gateway/internal/providers"

// Name is the provider's name.
const Name = "iproov"

// Provider returns what the adapter states of iProov.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:           Name,
		PathPrefix:     "/api/v2",
		CredentialKeys: []string{keyAPIKey, keySecret},
		Products:       []providers.Product{captureEnrol, verify},
		Codes:          codes,
		Open:           func(config providers.AccountConfig) providers.Account { return &account{config} },
	}
}

type account struct{ providers.AccountConfig }

// NewTarget returns iproov.capture-enrol or iproov.verify.
func (a *account) NewTarget(product string, parameters map[string]string) providers.Target {
	if product == verify.ID {
		return &claimTarget{a, &verify, parameters}
	}
	return &claimTarget{a, &captureEnrol, parameters}
}
