// Package accounts opens the accounts of a configuration, keeps what was known of them under the one
// before, and makes the routes over them. It must not know callers, nor listeners.
package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/upstream"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Account is an opened account of a configuration. Its transport and its guard's knowledge may be older
// than the configuration.
type Account struct {
	*config.Account

	transport *upstream.Transport
	guard     *guard.Account
	limit     *vendorlimit.Limit // nil if the vendor does not say what it allows
	opened    providers.Account
	// credentials are the configured ones, and after them those that serve until these do.
	credentials []config.Credential
	names       []string
}

// Set is a configuration's accounts by their names.
type Set map[string]*Account

// Open opens the accounts of a configuration. Of those before it keeps what has not changed: connections,
// and what is known. Nothing is dialled until a route is used. Vendors' limits are counted in the store.
func Open(cfg *config.Config, before Set, store vendorlimit.Store, now time.Time) Set {
	all := make(Set, len(cfg.Accounts))
	for i := range cfg.Accounts {
		configured := &cfg.Accounts[i]
		a := &Account{Account: configured, credentials: slices.Clone(configured.Credentials), names: configured.CredentialNames()}
		last := before[a.Name]
		if last != nil && a.sameVendor(last) {
			a.follow(last, now)
		} else {
			a.guard = guard.AccountOf(credentialIDs(a.credentials), a.MaxInFlight)
		}
		if last != nil && a.sameVendor(last) && a.sameConnections(last) {
			a.transport = last.transport
		} else {
			a.transport = upstream.NewTransport(configured)
		}
		a.limit = limitOf(configured, last, store)
		opened := *configured
		opened.Credentials = a.credentials
		a.opened = upstream.Open(&opened, a.transport)
		all[a.Name] = a
	}
	return all
}

// limitOf returns the vendor's limit on the account: the previous one if it is the same.
func limitOf(configured *config.Account, before *Account, store vendorlimit.Store) *vendorlimit.Limit {
	if configured.VendorLimit == nil {
		return nil
	}
	bounds := vendorlimit.Bounds(*configured.VendorLimit)
	if before != nil && before.limit != nil && before.limit.Bounds() == bounds {
		return before.limit
	}
	return vendorlimit.New(store, configured.Name, bounds)
}

// sameVendor reports whether what is known of the previous account holds for this one.
func (a *Account) sameVendor(before *Account) bool {
	return a.Provider.Name == before.Provider.Name && a.PathPrefix == before.PathPrefix && a.BaseURL.String() == before.BaseURL.String()
}

// sameConnections reports whether connections of the previous account may be used.
func (a *Account) sameConnections(before *Account) bool {
	sameRoots := a.RootCAs == nil && before.RootCAs == nil ||
		a.RootCAs != nil && before.RootCAs != nil && a.RootCAs.Equal(before.RootCAs)
	sameProxy := a.Proxy == nil && before.Proxy == nil || a.Proxy != nil && before.Proxy != nil && a.Proxy.String() == before.Proxy.String()
	return sameRoots && sameProxy && a.MaxConnectionAge == before.MaxConnectionAge
}

// follow takes over what is known of the previous account, and those of its credentials that serve until
// the new ones do.
func (a *Account) follow(before *Account, now time.Time) {
	var replaced []int
	a.guard, replaced = before.guard.Next(now, credentialIDs(a.credentials), a.MaxInFlight)
	for _, i := range replaced {
		a.credentials = append(a.credentials, before.credentials[i])
		a.names = append(a.names, replacedName(a.names, before.credentials[i].Name))
	}
}

// replacedName is the name that operators see for a replaced credential. No configured one can have it,
// because names have no slash.
func replacedName(taken []string, name string) string {
	replaced := name + "/replaced"
	for n := 2; slices.Contains(taken, replaced); n++ {
		replaced = name + "/replaced-" + strconv.Itoa(n)
	}
	return replaced
}

// credentialIDs distinguish credentials with different secrets, even under the same name. They never leave
// the process.
func credentialIDs(credentials []config.Credential) []string {
	ids := make([]string, len(credentials))
	for i := range credentials {
		hash := sha256.New()
		for _, key := range slices.Sorted(maps.Keys(credentials[i].Secrets)) {
			secret := sha256.Sum256([]byte(credentials[i].Secrets[key].Reveal()))
			_, _ = hash.Write([]byte(key + "\x00"))
			_, _ = hash.Write(secret[:])
		}
		ids[i] = credentials[i].Name + "\x00" + hex.EncodeToString(hash.Sum(nil))
	}
	return ids
}

// CloseOthers closes the connections that none of the others use. Requests in flight on them end
// undisturbed.
func (s Set) CloseOthers(others Set) {
	for name, one := range s {
		if other := others[name]; other == nil || other.transport != one.transport {
			one.transport.Close()
		}
	}
}
