package routing

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// Status is what the router knows of its targets and accounts, for operators. It holds
// nothing secret and nothing of any user.
type Status struct {
	Routes []RouteStatus `json:"routes"`
	// Accounts are those that some route uses.
	Accounts []AccountStatus `json:"accounts"`
}

// RouteStatus is a route with its targets in the configured order.
type RouteStatus struct {
	RouteInfo
	Targets []TargetStatus `json:"targets"`
}

// TargetStatus is a target with its breakers: its own, for what its parameters may
// cause, and that of the product on the account, which all targets of both share. An
// attempt needs both.
type TargetStatus struct {
	TargetInfo
	Provider       string        `json:"-"`
	Breaker        BreakerStatus `json:"breaker"`
	ProductBreaker BreakerStatus `json:"product_breaker"`
}

// BreakerStatus is a breaker's state.
type BreakerStatus struct {
	// State is "closed", "half_open" or "open".
	State string `json:"state"`
	// Until is when the next probe may begin; zero if the next attempt is one, or if
	// the breaker is closed.
	Until time.Time `json:"until,omitzero"`
}

// AccountStatus is an account's state.
type AccountStatus struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	// InFlight attempts are in flight, Limit may be now, MaxInFlight may be at most.
	InFlight    int `json:"in_flight"`
	Limit       int `json:"limit"`
	MaxInFlight int `json:"max_in_flight"`
	// RateLimit is how many attempts may begin in a second, 0 if any number may. RestUntil
	// is until when the vendor asked to be left alone, zero if it did not.
	RateLimit float64   `json:"rate_limit,omitzero"`
	RestUntil time.Time `json:"rest_until,omitzero"`
	// ClockOffset is by how many seconds the vendor's clock is ahead.
	ClockOffset float64            `json:"clock_offset_seconds"`
	Credentials []CredentialStatus `json:"credentials"`
}

// CredentialStatus is the state of a credential as such, and of it with each product
// that some route uses it for.
type CredentialStatus struct {
	Name string `json:"name"`
	EjectionStatus
	Products map[string]EjectionStatus `json:"products"`
}

// EjectionStatus is whether a credential is used.
type EjectionStatus struct {
	// State is "ok", "probing" or "ejected".
	State string `json:"state"`
	// Until is when it may be probed; zero if the next attempt that comes to it may, or
	// if it is not ejected.
	Until time.Time `json:"until,omitzero"`
}

// Status returns the state at now.
func (r *Router) Status(now time.Time) Status {
	status := Status{Routes: make([]RouteStatus, len(r.inOrder))}
	for i := range r.inOrder {
		route := &r.inOrder[i]
		targets := make([]TargetStatus, len(route.Targets))
		for j := range route.Targets {
			target := &route.Targets[j]
			state := target.guard.Status(now)
			targets[j] = TargetStatus{target.info(), target.Provider, breakerStatus(state.Target), breakerStatus(state.Product)}
			status.account(target, now).note(target.Product.ID, state.Credentials)
		}
		status.Routes[i] = RouteStatus{route.info(), targets}
	}
	return status
}

// account returns the status of the target's account, which it adds if it is not there.
func (s *Status) account(t *Target, now time.Time) *AccountStatus {
	i := slices.IndexFunc(s.Accounts, func(a AccountStatus) bool { return a.Account == t.Account })
	if i < 0 {
		i = len(s.Accounts)
		s.Accounts = append(s.Accounts, accountStatus(t, now))
	}
	return &s.Accounts[i]
}

func accountStatus(t *Target, now time.Time) AccountStatus {
	state := t.Guard.Status(now)
	credentials := make([]CredentialStatus, len(t.Credentials))
	for i, name := range t.Credentials {
		credentials[i] = CredentialStatus{name, ejectionStatus(state.Credentials[i]), map[string]EjectionStatus{}}
	}
	return AccountStatus{
		Provider: t.Provider, Account: t.Account, Region: t.Region,
		InFlight: state.InFlight, Limit: state.Limit, MaxInFlight: state.MaxInFlight, RateLimit: state.Rate, RestUntil: state.RestEnd,
		ClockOffset: state.ClockOffset.Seconds(), Credentials: credentials,
	}
}

// note adds what is known of the credentials with a product.
func (a *AccountStatus) note(product string, credentials []guard.Status) {
	for i := range a.Credentials {
		a.Credentials[i].Products[product] = ejectionStatus(credentials[i])
	}
}

func breakerStatus(s guard.Status) BreakerStatus { return BreakerStatus{s.State.String(), s.Until} }

func ejectionStatus(s guard.Status) EjectionStatus {
	words := [...]string{guard.Closed: "ok", guard.HalfOpen: "probing", guard.Open: "ejected"}
	return EjectionStatus{words[s.State], s.Until}
}
