package judge

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// tokens is what became of the tokens in the ledgers.
type tokens struct {
	// foreign reached a caller who had not accepted their product, or are in no ledger.
	foreign int
	// orphaned reached no caller, and unexplained are those of them that nothing was
	// reported of.
	orphaned, unexplained int
}

// place is where an attempt was made.
type place struct{ account, product string }

// witness is an attempt after which a token may exist that nobody holds.
type witness struct {
	place
	// reference is what the ledger calls the request, "" if it is not known.
	reference string
}

// join finds each token of the ledgers with its caller, or else an attempt that explains
// that nobody got it. Each attempt explains one.
func (o *Observed) join() tokens {
	var t tokens
	got := map[string]*traffic.Call{}
	for _, c := range o.Calls {
		if c.Succeeded() {
			got[c.Token()] = c
			if !slices.Contains(c.Kind.Accepts, c.Response.GetProduct()) {
				t.foreign++
			}
		}
	}
	witnesses, lostReplies := o.witnesses()
	for account, entries := range o.Ledgers {
		for _, e := range entries {
			if e.Token == "" {
				continue
			}
			if c := got[e.Token]; c != nil {
				if c.Response.GetProduct() != e.Product {
					t.foreign++
				}
				delete(got, e.Token)
				continue
			}
			t.orphaned++
			w := witness{place{account, e.Product}, e.Reference}
			if !lostReplies[e.RequestID] && !take(witnesses, w) && !take(witnesses, witness{place: w.place}) {
				t.unexplained++
			}
		}
	}
	t.foreign += len(got) // no ledger has them
	return t
}

func take(witnesses map[witness]int, w witness) bool {
	if witnesses[w] == 0 {
		return false
	}
	witnesses[w]--
	return true
}

// witnesses counts the attempts that may have left a token behind: as callers were told,
// and as the log says of calls whose caller was gone. lostReplies are the vendor's ids of
// requests whose token was in a reply that nobody waited for.
func (o *Observed) witnesses() (counts map[witness]int, lostReplies map[string]bool) {
	counts, lostReplies = map[witness]int{}, map[string]bool{}
	answered := map[string]bool{}
	for _, c := range o.Calls {
		answered[c.RequestID] = true
		for _, a := range c.Attempts() {
			if ambiguous(a.GetReason(), a.GetVendorCode(), int(a.GetVendorHttpStatus())) {
				counts[witness{place{a.GetAccount(), a.GetProduct()}, a.GetVendorReference()}]++
			}
		}
	}
	for i := range o.Log.Calls {
		c := &o.Log.Calls[i]
		if answered[c.RequestID] {
			continue
		}
		for _, a := range c.Attempts {
			switch {
			case a.Reason == "OK":
				lostReplies[a.RequestID] = true
			case ambiguous(a.Reason, a.Code, a.HTTPStatus):
				counts[witness{place: place{a.Account, a.Product}}]++
			}
		}
	}
	return counts, lostReplies
}

// ambiguous reports whether an attempt with this end may have left a token behind:
// docs/errors.md, the vendor may have processed it and no code of its own came back.
func ambiguous(reason, code string, httpStatus int) bool {
	switch reason {
	case "VENDOR_TIMEOUT", "VENDOR_CONNECTION_LOST", "CALLER_CANCELLED":
		return true
	case "VENDOR_INTERNAL_ERROR":
		return code == ""
	case "VENDOR_RESPONSE_INVALID":
		return httpStatus < 300 // no status at all, too
	default:
		return false
	}
}
