package accounts

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// Credential is what has become of an account's credential.
type Credential struct {
	// ID tells credentials with other secrets apart, also those of one name. It is not to be shown.
	ID string
	// Name is what operators see, of one that was replaced too.
	Name     string
	Rotation guard.Rotation
}

// Credentials returns the account's credentials with what has become of each: the configuration's and,
// behind them, those that serve until these do.
func (a *Account) Credentials(now time.Time) []Credential {
	rotations := a.guard.Status(now).Rotations
	all := make([]Credential, len(rotations))
	for i, id := range credentialIDs(a.credentials[:len(rotations)]) {
		all[i] = Credential{ID: id, Name: a.names[i], Rotation: rotations[i]}
	}
	return all
}

// HasReplaced reports whether the account has a credential of which it has no need any more.
func (a *Account) HasReplaced() bool { return a.guard.Replaced() }
