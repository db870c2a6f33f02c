package azure

import "github.com/liveness-gateway/gateway/internal/providers"

// Name is the provider's name.
const Name = "azure"

// Provider returns what the adapter states of Azure.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:           Name,
		PathPrefix:     "/face/v1.2",
		CredentialKeys: []string{keySubscriptionKey},
		Products:       []providers.Product{liveness, livenessWithVerify},
		Codes:          codes,
		Open:           func(config providers.AccountConfig) providers.Account { return &account{config} },
	}
}

type account struct{ providers.AccountConfig }

// NewTarget returns azure.liveness or azure.liveness-with-verify.
func (a *account) NewTarget(product string, parameters map[string]string) providers.Target {
	target := &target{a, parameters}
	if product == livenessWithVerify.ID {
		return &livenessWithVerifyTarget{target}
	}
	return &livenessTarget{target}
}
