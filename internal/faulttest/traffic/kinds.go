// Package traffic is the callers' side of the fault tests: what calls they make, over which
// transport, at what times, and what each caller gets. It knows the contract and nothing of
// vendors or of how the gateway is run.
package traffic

import (
	"time"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// The products that callers accept.
const (
	RandomNumber = "megvii.random-number"
	AppV5        = "megvii.app-v5"
	LinkfaceApp  = "linkface.app"
	H5Flash      = "megvii.h5-flash"
)

// Kind is one kind of calls and its part of them all.
type Kind struct {
	// Share is in parts of the shares' sum.
	Share int
	Flow  livenessv1.Flow
	// Accepts are the products that the callers accept.
	Accepts []string
	// Deadline is the usual one if zero; of less, calls may fail.
	Deadline time.Duration
	// Alone says that no second account may serve it, whatever the fault.
	Alone bool
	// Cancels makes the caller go away before an answer is likely.
	Cancels bool
	// Returns makes the caller, who has an idempotency key, go away like that and come again
	// at once.
	Returns bool
	// Photos is how many photos a call has.
	Photos int
}

// Usual is traffic of which every kind can be served by two accounts at least; the last kind
// not by the one which comes between the two.
func Usual() []Kind {
	return []Kind{
		{Share: 75, Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, Accepts: []string{RandomNumber}},
		{Share: 15, Flow: livenessv1.Flow_FLOW_APP_SDK, Accepts: []string{AppV5, LinkfaceApp}},
		{Share: 10, Flow: livenessv1.Flow_FLOW_APP_SDK, Accepts: []string{AppV5}},
	}
}

// Cancelled is the usual traffic with a fifth of callers who go away: most of those of one flow,
// so that its products' breakers hear of little else.
func Cancelled() []Kind {
	kinds := Usual()
	for _, kind := range kinds[1:] {
		kind.Cancels, kind.Share = true, kind.Share*4
		kinds = append(kinds, kind)
	}
	kinds[0].Share *= 5
	return kinds
}

// HurriedBy is the usual traffic with that share of callers whose deadline ends an attempt.
func HurriedBy(share int, deadlines ...time.Duration) []Kind {
	kinds := Usual()
	for _, d := range deadlines {
		kinds = append(kinds, Kind{
			Share: 100 * share / (100 - share) / len(deadlines), Flow: kinds[0].Flow, Accepts: kinds[0].Accepts, Deadline: d,
		})
	}
	return kinds
}

// Signed is traffic of which most needs the vendor's clock.
func Signed() []Kind {
	kinds := Usual()
	kinds[0].Share, kinds[1].Share, kinds[2].Share = 25, 25, 50
	return kinds
}

// OnlyOther is traffic that the account of another provider alone can serve.
func OnlyOther() []Kind {
	return []Kind{{Share: 20, Flow: livenessv1.Flow_FLOW_APP_SDK, Accepts: []string{LinkfaceApp}, Alone: true}}
}

// AndOnlyOther is the usual traffic and some of OnlyOther.
func AndOnlyOther() []Kind { return append(Usual(), OnlyOther()...) }

// MostlyOnlyOther is the usual traffic and as much of OnlyOther.
func MostlyOnlyOther() []Kind {
	kinds := AndOnlyOther()
	kinds[len(kinds)-1].Share = 100
	return kinds
}

// WithPhotos is the usual traffic and a tenth of calls with two photos.
func WithPhotos() []Kind {
	return append(Usual(), Kind{Share: 11, Flow: livenessv1.Flow_FLOW_JS_SDK, Accepts: []string{H5Flash}, Photos: 2})
}

// Returning is the usual traffic and half as many callers with a key who come twice.
func Returning() []Kind {
	return append(Usual(), Kind{Share: 50, Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, Accepts: []string{RandomNumber}, Returns: true})
}
