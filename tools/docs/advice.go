package main

import "github.com/liveness-gateway/gateway/internal/providers"

// advice is what to do about a reason.
type advice struct {
	// short says whose turn it is and what to do, in a table's cell.
	short string
	// caller and operator say what each of them does, in sentences.
	caller, operator string
}

const (
	nothing     = "Nothing."
	waitAndSend = "Wait as long as `RetryInfo` (over REST `Retry-After`) says, then send the same message again."
	notYours    = "Nothing: the message was fine, and the same message fails again until an operator has acted."
	// startAgain is for failures that may have left a token behind.
	startAgain = "Do not send the message again by machine: a token that no caller received may exist. Let the user start again."
)

// advices has a row for each reason of the contract.
var advices = map[providers.Reason]advice{
	providers.OK: {"nothing", nothing, nothing},

	providers.InvalidRequest: {
		"caller: correct the fields named",
		"Correct the fields that `BadRequest` names.", nothing,
	},
	providers.ArgumentRejected: {
		"caller: correct the field named; operator, if none is: compare parameters and options with the document",
		"If `BadRequest` names a field, correct it. Otherwise nothing: the message was fine.",
		"If no field is named, read the vendor's text in the log and compare the target's `parameters` and the account's `options` " +
			"with the vendor's document. If they are right, the adapter and the vendor disagree: report it.",
	},
	providers.PhotoUnreadable: {
		"caller: send the photo as JPEG or PNG",
		"Export or take the photo again, as JPEG or PNG.", nothing,
	},
	providers.PhotoTooLarge: {
		"caller: scale the photo down",
		"Scale the photo down; the vendor's document has the number of pixels.", nothing,
	},
	providers.NoFaceFound: {
		"caller: send another photo",
		"Send a photo that shows the face upright and from the front, or set `comparison.detect_rotated_faces`.", nothing,
	},
	providers.MultipleFaces: {
		"caller: send a photo of this user alone",
		"Send a photo of this user alone, or choose the largest face by `comparison.multiple_faces`.", nothing,
	},
	providers.PhotoLowQuality: {
		"caller: send a better photo",
		"Send a sharper and better lit photo.", nothing,
	},
	providers.RequestTooLarge: {
		"caller: send smaller or fewer photos",
		"Send smaller or fewer photos.", nothing,
	},
	providers.IdentityNameInvalid: {
		"caller: correct the name",
		"Ask the user for the name as the card has it.", nothing,
	},
	providers.IdentityNumberInvalid: {
		"caller: correct the number",
		"Ask the user for the number as the card has it.", nothing,
	},
	providers.ComparisonAttemptsExceeded: {
		"caller: verify the user in another way",
		"Compare this user no more for now and verify them in another way. The vendor counts, and does not say for how long.", nothing,
	},
	providers.NoEligibleProduct: {
		"caller: drop or change the fields in the way",
		"Read `IssueFailure.ruled_out`: it names for each target the fields in the way. Drop or change one, or accept another product. " +
			"A comparison that you can do without may be `optional`.",
		"If callers need it, add a target whose product can do it to the route: [vendors.md](vendors.md).",
	},

	providers.CallerUnauthenticated: {
		"caller: authenticate",
		"Show who you are: an API key or a JWT as `Authorization: Bearer`, or a client certificate, and of one caller all that you show. What was wrong is told to the operator alone.",
		"The log has it in `authentication`: [operating.md](operating.md#who-is-calling).",
	},
	providers.CallerNotAllowed: {
		"caller: ask for the right",
		"Use what `BadRequest` says that you may, or ask the operator for the right.",
		"Widen the caller's lists (`flows`, `scenarios`, `products`, `regions`) if it should have this.",
	},
	providers.CallbackNotAllowed: {
		"caller: use a callback host of yours",
		"Use a callback host that is registered for you: `BadRequest` lists them.",
		"Add the host to the caller's `callback_hosts` if it is the caller's.",
	},
	providers.CallerQuotaExceeded: {
		"caller: wait, and call less often",
		waitAndSend, "Raise the caller's `rate`, `burst`, `max_calls`, `max_photo_bytes` or `max_idempotency_keys` if the load is wanted.",
	},
	providers.IdempotencyKeyReused: {
		"caller: use a new key",
		"Use a new key for a new message.", nothing,
	},
	providers.IdempotencyKeyInProgress: {
		"caller: wait, then ask again",
		waitAndSend + " It gets the answer of the call that is under way.", nothing,
	},
	providers.IdempotencyUnavailable: {
		"operator: bring the store of keys back, or give it room",
		waitAndSend + " Without a key the call goes through, at the risk of two tokens.",
		"Bring the store of idempotency keys back. The one in memory is full when more calls with a key come than it holds in the lifetime of their tokens: add replicas, or have callers use keys only where they repeat calls.",
	},
	providers.CallerCancelled: {"nothing", nothing, "Nothing. If there are many, callers give up before vendors answer."},
	providers.DeadlineTooShort: {
		"caller: allow more time",
		startAgain + " Allow the call more time: 8 s are usual, below 100 ms none is attempted.", nothing,
	},

	providers.VendorTimeout: {
		"operator: look at the vendor's latency",
		startAgain,
		"Compare the vendor's latency in the metrics with the account's `timeout`.",
	},
	providers.VendorConnectionLost: {
		"caller: wait, then send again",
		waitAndSend,
		"If it lasts, look at what is between the gateway and the vendor: proxies, idle timeouts.",
	},
	providers.VendorUnreachable: {
		"operator: look at name, network and certificate",
		waitAndSend,
		"If it lasts, look at the account's `base_url`, `proxy` and `ca_file`, at name resolution and at the way out of the network.",
	},
	providers.VendorInternalError: {
		"caller: wait, then send again",
		waitAndSend, "If it lasts, tell the vendor, with its request ids from the log.",
	},
	providers.VendorConcurrencyLimited: {
		"caller: wait, then send again",
		waitAndSend, "If it lasts, buy more concurrency or spread the load over another account or vendor.",
	},
	providers.VendorRateLimited: {
		"caller: wait, then send again",
		waitAndSend, "If it lasts, buy a higher rate or spread the load over another account or vendor.",
	},
	providers.VendorSignatureExpired: {
		"operator: set the gateway's clock",
		waitAndSend, "Compare the gateway's clock with the `Date` of the vendor's answers.",
	},
	providers.VendorCredentialsRejected: {
		"operator: put the right key and secret",
		notYours, "Put the right key and secret into the account's `credentials`; they may have been rotated at the vendor's.",
	},
	providers.VendorAccountDisabled: {
		"operator: ask the vendor why",
		notYours, "Ask the vendor why the account or its key is disabled; take it out of the routes meanwhile.",
	},
	providers.VendorAccountExpired: {
		"operator: renew the contract",
		notYours, "Renew the contract with the vendor; take the account out of the routes meanwhile.",
	},
	providers.VendorIPNotAllowed: {
		"operator: register the gateway's address",
		notYours, "Register the addresses from which the gateway calls with the vendor.",
	},
	providers.VendorQuotaExhausted: {
		"operator: buy more",
		notYours, "Buy more from the vendor; take the account out of the routes meanwhile.",
	},
	providers.VendorPermissionDenied: {
		"operator: have the product enabled",
		notYours, "Have the product, or the use of it that the code names, enabled for the account.",
	},
	providers.VendorEndpointNotFound: {
		"operator: correct base URL or path prefix",
		notYours, "Compare the account's `base_url` and `path_prefix` with the vendor's document.",
	},
	providers.VendorResponseInvalid: {
		"operator: look at what answers",
		startAgain, "Look at what answers under the account's `base_url`: a proxy, a captive page, or a vendor that has changed its answer.",
	},
	providers.VendorErrorUnrecognized: {
		"operator: find the code in the vendor's document",
		notYours, "Find the code in the vendor's newest document and add a row to the adapter's table.",
	},

	providers.NoTargetAvailable: {
		"caller: wait, then send again",
		waitAndSend, "Look which accounts are out of service, and why.",
	},
	providers.Overloaded: {
		"caller: wait, then send again",
		waitAndSend, "Add replicas, or find the caller that sends too much.",
	},
	providers.MethodUnknown: {
		"caller: correct the call",
		"Call `POST /v1/liveness-tokens` with `Content-Type: application/json`, or the RPC `liveness.v1.LivenessService/IssueLivenessToken`.", nothing,
	},
	providers.Internal: {
		"gateway's authors: fix it",
		"Report it, with the request id.", "Report it, with the log line of the request id.",
	},
}
