package sumsub

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential, as the vendor's dashboard calls them. The app token is one: its
// private part is in the header.
const (
	keyAppToken  = "app_token"
	keySecretKey = "secret_key"
)

var levelName = providers.Parameter{
	Name: "level_name", Required: true,
	Text: "level of the vendor's dashboard, which says what is checked; it must have a liveness check",
}

var ttlInSecs = providers.Parameter{
	Name: "ttl_in_secs", Least: 60, Most: 86400,
	Text: "lifetime of a token in seconds where the call asks for none, 60 to 86400; 600 by default",
}
