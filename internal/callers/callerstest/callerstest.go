// Package callerstest is callers to test with: what shows each, and what is wrong with what
// strangers show. It must not know by which transport it is shown.
package callerstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/callers"
)

// What the issuer's tokens hold.
const (
	IssuerName = "https://idp.example"
	Audience   = "liveness"
	Claim      = "client_id"
	KeyID      = "key-1"
)

// World is two callers, bank and shop, an issuer of JWTs, and a certificate authority.
type World struct {
	Authenticator *callers.Authenticator
	Bank, Shop    *callers.Caller
	// BankKeys and ShopKey are API keys; the bank has two.
	BankKeys [2]string
	ShopKey  string
	// Issuer signs tokens.
	Issuer *Issuer
	CA     *CA

	file string
}

// URIs and DNS names of certificates.
const (
	BankURI = "spiffe://example.org/ns/bank/sa/web"
	BankDNS = "bank.example.org"
	ShopURI = "spiffe://example.org/ns/shop/sa/web"
)

// New returns a world whose key set is behind a URL. Its authenticator runs until the test
// ends.
func New(tb testing.TB) *World {
	tb.Helper()
	w := &World{Issuer: NewIssuer(tb), CA: NewCA(tb)}
	w.open(tb, w.Issuer.Config())
	Run(tb, w.Authenticator)
	w.Issuer.awaitRead(tb)
	return w
}

// NewWithFile returns a world whose key set is in a file. Nothing of it runs.
func NewWithFile(tb testing.TB) *World {
	tb.Helper()
	w := &World{Issuer: &Issuer{Keys: keys(), Others: otherKeys()}, CA: NewCA(tb)}
	from := issuerConfig
	w.file = filepath.Join(tb.TempDir(), "jwks.json")
	from.File = w.file
	w.WriteFile(tb, KeySet(tb, KeyID, w.Issuer.Keys))
	w.open(tb, from)
	return w
}

// WriteFile writes the key set's file anew.
func (w *World) WriteFile(tb testing.TB, set []byte) {
	tb.Helper()
	require.NoError(tb, os.WriteFile(w.file, set, 0o600))
}

func (w *World) open(tb testing.TB, from callers.Issuer) {
	tb.Helper()
	w.Bank, w.Shop = &callers.Caller{Name: "bank", Admin: true}, &callers.Caller{Name: "shop"}
	bank := callers.Identity{
		Caller: w.Bank, URIs: []string{BankURI}, DNSNames: []string{BankDNS},
		Tokens: []callers.TokenName{{Issuer: IssuerName, Value: "bank"}},
	}
	for i := range w.BankKeys {
		var key callers.APIKey
		w.BankKeys[i], key = callers.NewAPIKey()
		bank.APIKeys = append(bank.APIKeys, key)
	}
	shop := callers.Identity{
		Caller: w.Shop, URIs: []string{ShopURI}, Tokens: []callers.TokenName{{Issuer: IssuerName, Value: "shop"}},
	}
	var key callers.APIKey
	w.ShopKey, key = callers.NewAPIKey()
	shop.APIKeys = append(shop.APIKeys, key)
	var err error
	w.Authenticator, err = callers.New([]callers.Identity{bank, shop}, []callers.Issuer{from}, nil)
	require.NoError(tb, err)
}

// Run runs the authenticator until the test ends.
func Run(tb testing.TB, a *callers.Authenticator) {
	tb.Helper()
	var running sync.WaitGroup
	ctx := tb.Context()
	running.Go(func() { a.Run(ctx) })
	tb.Cleanup(running.Wait) // the context of a test ends before
}

// Keys are private keys, made once in a process: those of RSA take a while.
type Keys struct {
	RSA     *rsa.PrivateKey
	ECDSA   *ecdsa.PrivateKey
	Ed25519 ed25519.PrivateKey
}

var keys, otherKeys = sync.OnceValue(newKeys), sync.OnceValue(newKeys)

func newKeys() Keys {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return Keys{rsaKey, ecdsaKey, edKey}
}

// Of returns the key for an algorithm.
func (k Keys) Of(algorithm string) crypto.Signer {
	switch algorithm {
	case "ES256":
		return k.ECDSA
	case "EdDSA":
		return k.Ed25519
	default:
		return k.RSA
	}
}

// Issuer publishes a key set over HTTP and signs tokens with its keys.
type Issuer struct {
	Keys, Others Keys
	server       *httptest.Server
	answer       atomic.Pointer[http.HandlerFunc]
	reads        atomic.Int64
}

// Algorithms are those that the issuer's tokens may be signed with.
var Algorithms = []string{"RS256", "ES256", "EdDSA"}

// NewIssuer returns an issuer that serves until the test ends.
func NewIssuer(tb testing.TB) *Issuer {
	tb.Helper()
	i := &Issuer{Keys: keys(), Others: otherKeys()}
	i.Publish(tb, KeyID, i.Keys)
	i.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*i.answer.Load())(w, r)
		i.reads.Add(1)
	}))
	tb.Cleanup(i.server.Close)
	return i
}

// Config is the issuer as an authenticator is told of it.
func (i *Issuer) Config() callers.Issuer {
	from := issuerConfig
	from.URL, _ = url.Parse(i.server.URL)
	return from
}

var issuerConfig = callers.Issuer{Name: IssuerName, Audience: Audience, Algorithms: Algorithms, CallerClaim: Claim}

// Reads is how often the key set has been read.
func (i *Issuer) Reads() int64 { return i.reads.Load() }

func (i *Issuer) awaitRead(tb testing.TB) {
	tb.Helper()
	require.Eventually(tb, func() bool { return i.Reads() > 0 }, time.Minute, time.Millisecond)
}

// Answer has the issuer answer otherwise from now on.
func (i *Issuer) Answer(answer http.HandlerFunc) { i.answer.Store(&answer) }

// Publish has the issuer answer with the keys, each under the id and the name of its
// algorithm.
func (i *Issuer) Publish(tb testing.TB, id string, published Keys) {
	tb.Helper()
	set := KeySet(tb, id, published)
	i.Answer(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) })
}

// KeySet returns the public keys as a JWK set, each under the id and the name of its
// algorithm.
func KeySet(tb testing.TB, id string, published Keys) []byte {
	tb.Helper()
	set := jwk.NewSet()
	for _, algorithm := range Algorithms {
		key, err := jwk.Import(published.Of(algorithm).Public())
		require.NoError(tb, err)
		require.NoError(tb, key.Set(jwk.KeyIDKey, id+"-"+algorithm))
		require.NoError(tb, set.AddKey(key))
	}
	encoded, err := json.Marshal(set)
	require.NoError(tb, err)
	return encoded
}

// Claims are those of a good token of the bank; nil among those that differ takes one out.
func Claims(differ map[string]any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": IssuerName, "aud": Audience, Claim: "bank", "sub": "user-1",
		"iat": now, "nbf": now, "exp": now + 300, "jti": rand.Text(),
	}
	maps.Copy(claims, differ)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

// Token returns a token that the issuer signs.
func (i *Issuer) Token(tb testing.TB, algorithm string, differ map[string]any) string {
	tb.Helper()
	return Sign(tb, algorithm, i.Keys.Of(algorithm), map[string]any{"kid": KeyID + "-" + algorithm}, Claims(differ))
}

// Sign returns a token that the key signs.
func Sign(tb testing.TB, algorithm string, key any, header, claims map[string]any) string {
	tb.Helper()
	alg, ok := jwa.LookupSignatureAlgorithm(algorithm)
	require.True(tb, ok)
	payload, err := json.Marshal(claims)
	require.NoError(tb, err)
	headers := jws.NewHeaders()
	for name, value := range header {
		require.NoError(tb, headers.Set(name, value))
	}
	signed, err := jws.Sign(payload, jws.WithKey(alg, key, jws.WithProtectedHeaders(headers)))
	require.NoError(tb, err)
	return string(signed)
}

// Unsigned returns a token of the parts as they are, the signature what it says.
func Unsigned(tb testing.TB, header, claims map[string]any, signature string) string {
	tb.Helper()
	encode := func(part map[string]any) string {
		encoded, err := json.Marshal(part)
		require.NoError(tb, err)
		return base64.RawURLEncoding.EncodeToString(encoded)
	}
	return encode(header) + "." + encode(claims) + "." + signature
}
