package acme

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential, by the names of the vendor's document.
const (
	keyAppKey    = "app_key"
	keyAppSecret = "app_secret"
)

var layout = providers.Parameter{
	Name:   "layout",
	Text:   "layout of the page: plain (the vendor's default) or wide",
	Values: []string{"plain", "wide"},
}
