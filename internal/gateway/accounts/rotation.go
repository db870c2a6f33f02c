package accounts

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// Credential is the state of an account's credential in a change of the configuration.
type Credential struct {
	// ID distinguishes credentials with different secrets, even under the same name. It must not be
	// shown.
	ID string
	// Name is what operators see.
	Name     string
	Rotation guard.Rotation
}

// Credentials returns the configured credentials, and after them those that serve until these do.
func (a *Account) Credentials(now time.Time) []Credential {
	rotations := a.guard.Status(now).Rotations
	all := make([]Credential, len(rotations))
	for i, id := range credentialIDs(a.credentials[:len(rotations)]) {
		all[i] = Credential{ID: id, Name: a.names[i], Rotation: rotations[i]}
	}
	return all
}

// HasReplaced reports whether the account has credentials that it no longer needs.
func (a *Account) HasReplaced() bool { return a.guard.Replaced() }
