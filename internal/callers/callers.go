// Package callers says who calls the gateway: it identifies the configured callers by their
// credentials. It must not know how a transport frames what clients send, nor routing, nor vendors.
package callers

// Caller is an authenticated client of the gateway as the configuration describes it. It is
// not changed once it is made: a new configuration makes new ones.
type Caller struct {
	// Name is from the configuration, unique and fit for logs and metrics.
	Name string
	// Admin lets the caller see the operators' pages.
	Admin bool
}
