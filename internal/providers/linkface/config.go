package linkface

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential, by the names of the vendor's document.
const (
	keyAPIID     = "api_id"
	keyAPISecret = "api_secret"
)

// Values of the option timestamp_unit.
const (
	unitMilliseconds = "milliseconds"
	unitSeconds      = "seconds"
)

var timestampUnit = providers.Parameter{
	Name:   "timestamp_unit",
	Text:   "unit of the signed timestamp, milliseconds (default) or seconds; the document does not say",
	Values: []string{unitMilliseconds, unitSeconds},
}
