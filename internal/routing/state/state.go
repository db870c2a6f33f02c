// Package state is what operators see of targets and accounts: the states of their guards at the moment.
// It changes nothing.
package state

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Status is the state of all targets and accounts. It holds nothing secret and nothing of any user.
type Status struct {
	Routes []Route `json:"routes"`
	// Accounts are those that routes use.
	Accounts []Account `json:"accounts"`
}

// Route is a route with its targets in the configured order.
type Route struct {
	route.Info
	Targets []Target `json:"targets"`
}

// Target is a target with its breakers. Its own is for failures that its parameters cause; all targets of
// the product on the account share the other. An attempt needs both.
type Target struct {
	route.TargetInfo
	Provider       string  `json:"-"`
	Breaker        Breaker `json:"breaker"`
	ProductBreaker Breaker `json:"product_breaker"`
}

// Breaker is a breaker's state.
type Breaker struct {
	// State is "closed", "half_open" or "open".
	State string `json:"state"`
	// Until is when the next probe may begin; zero if the next attempt is one, or if
	// the breaker is closed.
	Until time.Time `json:"until,omitzero"`
}

// Account is an account's state.
type Account struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	// InFlight attempts are in flight. Limit is how many may be now, MaxInFlight how many ever.
	InFlight    int `json:"in_flight"`
	Limit       int `json:"limit"`
	MaxInFlight int `json:"max_in_flight"`
	// Waiting attempts are queued for a slot; the queue is no longer than Limit.
	Waiting int `json:"waiting"`
	// Share is which share of the attempts may begin if Limit is 1 and the vendor refuses even that;
	// 0 if all may. VendorLimit is the limit that all replicas share, nil if there is none.
	Share       float64             `json:"share,omitzero"`
	VendorLimit *vendorlimit.Bounds `json:"vendor_limit,omitempty"`
	// RateLimit is how many attempts a second may begin, 0 if any number may. RestUntil is the end of
	// the vendor's Retry-After, zero if there is none.
	RateLimit float64   `json:"rate_limit,omitzero"`
	RestUntil time.Time `json:"rest_until,omitzero"`
	// ClockOffset is by how many seconds the vendor's clock is ahead.
	ClockOffset float64      `json:"clock_offset_seconds"`
	Credentials []Credential `json:"credentials"`
}

// Credential is the state of a credential as such, and with each product for which routes use it.
type Credential struct {
	Name string `json:"name"`
	Ejection
	// Rotation is "untried" or "rejected" for a new credential that has not served yet, "replaced"
	// for one that serves until the new ones do, and "" for any other.
	Rotation string              `json:"rotation,omitempty"`
	Products map[string]Ejection `json:"products"`
}

// Ejection is whether a credential is used.
type Ejection struct {
	// State is "ok", "probing" or "ejected".
	State string `json:"state"`
	// Until is when it may be probed; zero if the next attempt may, or if it is not ejected.
	Until time.Time `json:"until,omitzero"`
}

// Of returns the status of routes and their accounts at now.
func Of(routes []route.Route, now time.Time) Status {
	status := Status{Routes: make([]Route, len(routes))}
	for i := range routes {
		r := &routes[i]
		targets := make([]Target, len(r.Targets))
		for j := range r.Targets {
			target := &r.Targets[j]
			state := target.OwnGuard().Status(now)
			targets[j] = Target{target.Info(), target.Provider, breakerOf(state.Target), breakerOf(state.Product)}
			status.account(target, now).note(target.Product.ID, state.Credentials)
		}
		status.Routes[i] = Route{r.Info(), targets}
	}
	return status
}

// account returns the status of the target's account, which it adds if it is not there.
func (s *Status) account(t *route.Target, now time.Time) *Account {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Account == t.Account })
	if i < 0 {
		i = len(s.Accounts)
		s.Accounts = append(s.Accounts, accountOf(t, now))
	}
	return &s.Accounts[i]
}

func accountOf(t *route.Target, now time.Time) Account {
	state := t.Guard.Status(now)
	credentials := make([]Credential, len(t.Credentials))
	for i, name := range t.Credentials {
		credentials[i] = Credential{name, ejectionOf(state.Credentials[i]), state.Rotations[i].String(), map[string]Ejection{}}
	}
	account := Account{
		Provider: t.Provider, Account: t.Account, Region: t.Region,
		InFlight: state.InFlight, Waiting: state.Waiting, Limit: state.Limit, MaxInFlight: state.MaxInFlight, RateLimit: state.Rate, RestUntil: state.RestEnd,
		ClockOffset: state.ClockOffset.Seconds(), Credentials: credentials,
	}
	if state.Share < 1 {
		account.Share = state.Share
	}
	if t.Limit != nil {
		bounds := t.Limit.Bounds()
		account.VendorLimit = &bounds
	}
	return account
}

// note adds the states of the credentials with a product.
func (a *Account) note(product string, credentials []guard.Status) {
	for i := range a.Credentials {
		a.Credentials[i].Products[product] = ejectionOf(credentials[i])
	}
}

func breakerOf(s guard.Status) Breaker { return Breaker{s.State.String(), s.Until} }

func ejectionOf(s guard.Status) Ejection {
	words := [...]string{guard.Closed: "ok", guard.HalfOpen: "probing", guard.Open: "ejected"}
	return Ejection{words[s.State], s.Until}
}
