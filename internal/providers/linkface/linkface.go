package linkface

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Name is the provider's name.
const Name = "linkface"

// Provider returns what the adapter states of Linkface.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:           Name,
		CredentialKeys: []string{keyAPIID, keyAPISecret},
		Options:        []providers.Parameter{timestampUnit},
		Products:       []providers.Product{app},
		Codes:          codes,
		Open:           open,
	}
}

type account struct {
	providers.AccountConfig
	credentials []credential
	seconds     bool
}

type credential struct {
	apiID     sensitive.String
	apiSecret sensitive.String
}

func open(config providers.AccountConfig) providers.Account {
	a := &account{AccountConfig: config, seconds: config.Options[timestampUnit.Name] == unitSeconds}
	for _, c := range config.Credentials {
		a.credentials = append(a.credentials, credential{c[keyAPIID], c[keyAPISecret]})
	}
	return a
}

// NewTarget returns linkface.app, which takes no parameters.
func (a *account) NewTarget(string, map[string]string) providers.Target {
	return &appTarget{account: a}
}
