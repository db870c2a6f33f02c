package azure

import (
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// keySubscriptionKey is either of the two keys of a resource.
const keySubscriptionKey = "subscription_key"

// Values of a target's switches. The vendor's own words would be booleans in YAML, not text.
const off, on = "0", "1"

// boolean is how the vendor writes a switch.
var boolean = map[string]string{off: "false", on: "true"}

// The vendor's settings, as parameters of a target.
var (
	livenessOperationMode = providers.Parameter{
		Name: "liveness_operation_mode", Values: []string{defaultMode, "Passive"},
		Text: "what the user does: PassiveActive (default), who turns the head where it is bright, or Passive, who needs dim light",
	}
	setInClient = providers.Parameter{
		Name: "device_correlation_id_set_in_client", Values: []string{on},
		Text: "1: a call without device_id leaves it to the app's SDK, which must be given an id of the device; " +
			"the web component has no place for one",
	}
	timeToLive = providers.Parameter{
		Name: "auth_token_time_to_live_in_seconds", Least: 60, Most: 86400,
		Text: "lifetime of a token in seconds where the call asks for none, 60 to 86400; 600 by default",
	}
	enableSessionImage = providers.Parameter{
		Name: "enable_session_image", Values: []string{off, on},
		Text: "keep a picture of the session for its result: 0 or 1; the vendor's default, which no page says, if left out",
	}
	verifyConfidencePercent = providers.Parameter{
		Name: "verify_confidence_percent", Least: 1, Most: 100,
		Text: "confidence from which the face is taken for that of the photo, in percent of verifyConfidenceThreshold, 1 to 100; the vendor's if left out",
	}
)

const defaultMode = "PassiveActive" // which the tutorial recommends

// fraction returns a whole number of percent as the vendor writes it.
func fraction(percent string) string {
	n, _ := strconv.Atoi(percent) // a number, or the parameter would not take it
	return strconv.FormatFloat(float64(n)/100, 'f', -1, 64)
}
