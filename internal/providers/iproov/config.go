package iproov

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential, a service provider's, by the names of the documents.
const (
	keyAPIKey = "api_key"
	keySecret = "secret"
)

// The vendor's settings, as parameters of a target.
var (
	resource = providers.Parameter{
		Name: "resource", Required: true,
		Text: "what the check is for, in free text or as a URL, such as login",
	}
	assuranceType = providers.Parameter{
		Name: "assurance_type", Values: []string{"genuine_presence", "liveness"},
		Text: "technology, which the service provider must have: genuine_presence (the vendor's default) or liveness",
	}
	riskProfile = providers.Parameter{
		Name: "risk_profile",
		Text: "risk profile that is set up for the service provider, at most 100 letters, digits, _ and -; it must be given again when the result is asked",
	}
)
