package aws

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// rememberedTokens is after how many others a ClientRequestToken is forgotten.
const rememberedTokens = 10_000

// otherParameters is a ClientRequestToken that comes again with other parameters.
const otherParameters params.Kind = "other parameters"

// clientTokens are the sessions that were created with a ClientRequestToken:
// CreateFaceLivenessSession, "Idempotent token is used to recognize the Face Liveness
// request".
type clientTokens struct {
	sessions *standin.Recent[session]
}

type session struct {
	id         string
	ends       time.Time
	parameters [sha256.Size]byte
}

func newClientTokens() clientTokens {
	return clientTokens{standin.NewRecent[session](rememberedTokens)}
}

// session returns the session that a call is answered with. A scripted skew is of the
// clock that dates the answer.
func (t clientTokens) session(c standin.Call) (id string, k params.Kind) {
	now := c.Began.Add(-c.Skew)
	fresh := session{standin.UUID(c.TokenSeed), now.Add(sessionLife), digest(c.Values)}
	token := c.Values["ClientRequestToken"].Text
	if token == "" {
		return fresh.id, params.None
	}
	name := credentialOf(c.Request).keyID + "\x00" + token
	found := t.sessions.Update(name, func(s session, known bool) session {
		if known && now.Before(s.ends) {
			return s
		}
		return fresh
	})
	if found.parameters != fresh.parameters {
		return "", otherParameters
	}
	return found.id, params.None
}

// digest tells requests with different parameters apart.
func digest(values params.Values) [sha256.Size]byte {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		_, _ = fmt.Fprintf(hash, "%q %q %q\n", name, values[name].Type, values[name].Text) // a hash takes everything
	}
	return [sha256.Size]byte(hash.Sum(nil))
}
