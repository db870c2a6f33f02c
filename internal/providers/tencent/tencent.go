package tencent

import "github.com/liveness-gateway/gateway/internal/providers"

// Name is the provider's name.
const Name = "tencent"

// Provider returns what the adapter states of Tencent Cloud's FaceID.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:                   Name,
		CredentialKeys:         []string{keySecretID, keySecretKey},
		OptionalCredentialKeys: []string{keyToken},
		Products:               []providers.Product{hostedPage, app, intlPage, intlApp},
		Codes:                  codes,
		Open:                   func(config providers.AccountConfig) providers.Account { return &account{config} },
	}
}

type account struct{ providers.AccountConfig }

// NewTarget returns one of the four products.
func (a *account) NewTarget(product string, parameters map[string]string) providers.Target {
	t := &target{account: a, parameters: parameters}
	switch product {
	case hostedPage.ID:
		t.product, t.action = &hostedPage, detectAuth
	case app.ID:
		t.product, t.action = &app, getFaceIDToken
	case intlPage.ID:
		t.product, t.action = &intlPage, applyWebVerification
	default:
		t.product, t.action = &intlApp, getFaceIDTokenIntl
	}
	return t
}
