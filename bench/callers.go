package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// manyCallers is what one caller is compared with.
const manyCallers = 1000

// identities are what shows the callers that gateways are measured with, and what those
// gateways encrypt with.
type identities struct {
	keys, tokens []string

	certificate, key, keySet string // paths
	trusted                  *x509.CertPool
}

// newIdentities makes them, with tokens of RS256, the longest that are usual, which last a day.
func newIdentities(folder string) (*identities, error) {
	i := &identities{
		certificate: filepath.Join(folder, "gateway.pem"), key: filepath.Join(folder, "gateway-key.pem"),
		keySet: filepath.Join(folder, "jwks.json"), trusted: x509.NewCertPool(),
	}
	if err := rig.WriteCertificate(i.certificate, i.key); err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(i.certificate)
	if err != nil {
		return nil, err
	}
	i.trusted.AppendCertsFromPEM(authority)
	signs, err := i.newSigningKey()
	if err != nil {
		return nil, err
	}
	for n := range manyCallers {
		i.keys = append(i.keys, fmt.Sprintf("lgw_key%d_%s", n, rand.Text()))
		token, err := jwt.NewBuilder().Issuer("bench").Audience([]string{"liveness"}).Subject(callerName(n)).Expiration(time.Now().Add(24 * time.Hour)).Build()
		if err != nil {
			return nil, err
		}
		signed, err := jwt.Sign(token, jwt.WithKey(jwa.RS256(), signs))
		if err != nil {
			return nil, err
		}
		i.tokens = append(i.tokens, string(signed))
	}
	return i, nil
}

// newSigningKey writes the key set of a new key.
func (i *identities) newSigningKey() (jwk.Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	signs, err := jwk.Import(private)
	if err != nil {
		return nil, err
	}
	public, err := jwk.PublicKeyOf(signs)
	if err != nil {
		return nil, err
	}
	set := jwk.NewSet()
	err = errors.Join(signs.Set(jwk.KeyIDKey, "1"), public.Set(jwk.KeyIDKey, "1"), set.AddKey(public))
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	return signs, os.WriteFile(i.keySet, encoded, 0o600)
}

func callerName(n int) string { return fmt.Sprintf("caller-%d", n) }

// listen is the section of a gateway that encrypts.
func (i *identities) listen() string {
	return fmt.Sprintf(", tls: {certificate: %s, key: %s}", i.certificate, i.key)
}

// configuration is the section of so many callers.
func (i *identities) configuration(callers int) string {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "authentication: {jwt: [{issuer: bench, audience: liveness, jwks: {file: %s}, algorithms: [RS256]}]}\ncallers:\n", i.keySet)
	for n := range callers {
		_, secret, _ := strings.Cut(strings.TrimPrefix(i.keys[n], "lgw_"), "_")
		_, _ = fmt.Fprintf(&text, "  %s: {api_keys: [{name: main, id: key%d, sha256: %x}], jwt: [{issuer: bench, value: %[1]s}]}\n",
			callerName(n), n, sha256.Sum256([]byte(secret)))
	}
	return text.String()
}

// authorizations are those that a lane's calls have in turn.
func (i *identities) authorizations(l lane) []string {
	shown := map[string][]string{withKey: i.keys[:1], withToken: i.tokens[:1], withAllKeys: i.keys, withAllTokens: i.tokens}[l.note]
	all := make([]string, len(shown))
	for n := range shown {
		all[n] = "Bearer " + shown[n]
	}
	return all
}

// tls is how clients verify such a gateway.
func (i *identities) tls() *tls.Config {
	return &tls.Config{RootCAs: i.trusted, MinVersion: tls.VersionTLS13}
}

// How callers show who they are: one of them, or a thousand in turn.
const (
	withKey       = "an API key"
	withToken     = "a JWT"
	withAllKeys   = "1,000 API keys"
	withAllTokens = "1,000 JWTs"
)

// callerLanes are small calls to gateways that encrypt: without callers, of one, of a thousand;
// and to one in plaintext.
func (s *setup) callerLanes() []lane {
	var lanes []lane
	for _, protocol := range []work.Protocol{work.GRPC, work.JSON} {
		lanes = append(lanes,
			lane{contender: "gateway", protocol: protocol},
			lane{contender: "gateway-encrypted", protocol: protocol},
			lane{contender: "gateway-callers", protocol: protocol, note: withKey},
			lane{contender: "gateway-callers", protocol: protocol, note: withToken},
			lane{contender: "gateway-1000-callers", protocol: protocol, note: withAllKeys},
			lane{contender: "gateway-1000-callers", protocol: protocol, note: withAllTokens},
		)
	}
	for i := range lanes {
		lanes[i].work, lanes[i].workers = work.Small(work.TwoTargets), s.workers
	}
	return lanes
}

// callerCosts measures what it costs to know who calls.
func callerCosts(ctx context.Context, s *setup) ([]table, error) {
	lanes := s.callerLanes()
	base := func(l lane) string { return lane{contender: "gateway-encrypted", protocol: l.protocol}.name() }
	chosen := s.choose(lanes, base(lanes[0]), base(lanes[len(lanes)-1]))
	measured, err := s.measureCosts(ctx, chosen)
	if err != nil {
		return nil, err
	}
	t := table{
		title: "Callers: a small call over TLS",
		note: "Goals: an API key adds 8 µs at most, a JWT that was verified before 12 µs; of 1,000 callers a call costs within 10 % of one's. " +
			"Added is to gateway-encrypted, taken round by round; it has the header in it, which the library reads.",
		header: []string{"lane", "CPU a call, µs", "added, µs", "of one caller's", "calls a second", "allocations a call"},
	}
	one := map[string]string{withAllKeys: withKey, withAllTokens: withToken}
	for _, l := range chosen {
		of, ofOne := measured[l.name()], "–"
		if note, ok := one[l.note]; ok {
			ofOne = spread(stats.Ratios(of.cpu(), measured[lane{contender: "gateway-callers", protocol: l.protocol, note: note}.name()].cpu()))
		}
		added := stats.Differences(of.cpu(), measured[base(l)].cpu())
		for i := range added {
			added[i] *= 1e6
		}
		t.add(l.name(), number(stats.Summarize(of.cpu()).Median*1e6), spread(added), ofOne,
			number(stats.Summarize(of.perSecond()).Median), number(stats.Summarize(of.objects()).Median))
	}
	return []table{t}, nil
}
