package megvii

import (
	"net/url"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Name is the provider's name.
const Name = "megvii"

// Provider returns what the adapter states of Megvii.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:           Name,
		PathPrefix:     "/faceid",
		CredentialKeys: []string{keyAPIKey, keyAPISecret},
		Products:       []providers.Product{randomNumber, pcWeb, litePage, appV3, appV5, h5Flash},
		Options:        []providers.Parameter{dataSource},
		Codes:          codes,
		Open:           open,
	}
}

type account struct {
	providers.AccountConfig
	credentials []credential
}

type credential struct {
	apiKey    sensitive.String
	apiSecret sensitive.String
}

func open(config providers.AccountConfig) providers.Account {
	a := &account{AccountConfig: config}
	for _, c := range config.Credentials {
		a.credentials = append(a.credentials, credential{c[keyAPIKey], c[keyAPISecret]})
	}
	return a
}

// NewTarget returns one of the six products.
func (a *account) NewTarget(product string, parameters map[string]string) providers.Target {
	switch product {
	case randomNumber.ID:
		return &randomNumberTarget{a.target(&randomNumber, parameters)}
	case pcWeb.ID:
		return &pcWebTarget{a.target(&pcWeb, parameters)}
	case litePage.ID:
		return &litePageTarget{a.target(&litePage, parameters)}
	case appV3.ID:
		return &appV3Target{a.target(&appV3, parameters)}
	case appV5.ID:
		return &appV5Target{a.target(&appV5, parameters)}
	default:
		return &h5FlashTarget{a.target(&h5Flash, parameters)}
	}
}

// target is what the targets of all products share.
type target struct {
	*account
	product    *providers.Product
	endpoint   *url.URL
	parameters map[string]string
}

func (a *account) target(product *providers.Product, parameters map[string]string) *target {
	return &target{
		account: a, product: product, endpoint: a.URL(product.Endpoint), parameters: parameters,
	}
}
