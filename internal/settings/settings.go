// Package settings is what one configuration holds calls to. A call reads it once, when it
// begins, so that a change of the configuration never meets half of a call. It must not know
// where the configuration is from, nor what a call is.
package settings

import (
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Settings are not changed once a call has them. The nil Settings are those of a gateway
// without callers that leaves all else to its parts.
type Settings struct {
	// Authenticator tells the callers, nil if there are none.
	Authenticator *callers.Authenticator
	// Permissions are what callers may ask for, by their names. Who has none may ask for
	// everything.
	Permissions map[string]*permissions.Permissions
	// AllowPrivateCallbacks lets callbacks have private and loopback addresses and local names.
	AllowPrivateCallbacks bool
	// Routes are those of the configuration, nil if the router's own are to be taken.
	Routes *route.Table
}

// Callers returns what tells the callers, nil if there are none.
func (s *Settings) Callers() *callers.Authenticator {
	if s == nil {
		return nil
	}
	return s.Authenticator
}

// PermissionsOf returns what the caller of that name may ask for; nil is everything.
func (s *Settings) PermissionsOf(caller string) *permissions.Permissions {
	if s == nil {
		return nil
	}
	return s.Permissions[caller]
}

// PrivateCallbacks reports whether callbacks may have private addresses.
func (s *Settings) PrivateCallbacks() bool { return s != nil && s.AllowPrivateCallbacks }

// Table returns the routes, nil if the router's own are to be taken.
func (s *Settings) Table() *route.Table {
	if s == nil {
		return nil
	}
	return s.Routes
}
