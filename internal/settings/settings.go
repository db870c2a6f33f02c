// Package settings is what applies to calls under one configuration. A call gets it once, when it
// begins, so that a change of the configuration never affects half of a call. It must not know
// where the configuration comes from, nor what a call is.
package settings

import (
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Settings are not changed once a call has them. The nil Settings are those of a gateway without
// callers, with the defaults of its parts.
type Settings struct {
	// Authenticator identifies callers, nil if none are configured.
	Authenticator *callers.Authenticator
	// Permissions are what callers may ask for, by name. Callers without any may ask for
	// everything.
	Permissions map[string]*permissions.Permissions
	// AllowPrivateCallbacks lets callbacks have private and loopback addresses and local names.
	AllowPrivateCallbacks bool
	// Routes are those of the configuration; if they are nil, the router's own are used.
	Routes *route.Table
}

// Callers returns the authenticator of callers, nil if none are configured.
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

// Table returns the routes; if they are nil, the router's own are used.
func (s *Settings) Table() *route.Table {
	if s == nil {
		return nil
	}
	return s.Routes
}
