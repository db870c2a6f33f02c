package aliyun

import "github.com/liveness-gateway/gateway/internal/providers"

// Name is the provider's name.
const Name = "aliyun"

// Provider returns what the adapter states of Aliyun.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:                   Name,
		CredentialKeys:         []string{keyAccessKeyID, keyAccessKeySecret},
		OptionalCredentialKeys: []string{keySecurityToken},
		Products:               []providers.Product{faceVerify},
		Codes:                  codes,
		Open:                   func(config providers.AccountConfig) providers.Account { return &account{config} },
	}
}

type account struct{ providers.AccountConfig }

// NewTarget returns aliyun.face-verify.
func (a *account) NewTarget(_ string, parameters map[string]string) providers.Target {
	return &faceVerifyTarget{a, parameters}
}
