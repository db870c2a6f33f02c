package aws

import (
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Name is the provider's name.
const Name = "aws"

// Provider returns what the adapter states of AWS.
func Provider() *providers.Provider {
	return &providers.Provider{
		Name:                   Name,
		CredentialKeys:         []string{keyAccessKeyID, keySecretAccessKey},
		OptionalCredentialKeys: []string{keySessionToken},
		Options:                []providers.Parameter{region},
		Products:               []providers.Product{faceLiveness},
		Codes:                  codes,
		Open:                   open,
	}
}

// account keeps its signer, which remembers the keys that it derives for a day.
type account struct {
	providers.AccountConfig
	signer *v4.Signer
}

func open(config providers.AccountConfig) providers.Account {
	return &account{config, v4.NewSigner()}
}

// NewTarget returns aws.face-liveness.
func (a *account) NewTarget(_ string, parameters map[string]string) providers.Target {
	return &faceLivenessTarget{a, parameters[kmsKeyID.Name], settingsOf(parameters)}
}
