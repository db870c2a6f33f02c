package callerstest

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/callers"
)

// Case is what a client shows, and what comes of it.
type Case struct {
	Name string
	// Authorization are the values of the header.
	Authorization []string
	// Names are those in the client's certificate, nil for none.
	Names []Name
	// Caller is who that is, Fault otherwise what is wrong.
	Caller *callers.Caller
	Fault  callers.Fault
}

// Good returns what shows a caller.
func (w *World) Good(tb testing.TB) []Case {
	tb.Helper()
	good := []Case{
		{Name: "first key", Authorization: []string{"Bearer " + w.BankKeys[0]}, Caller: w.Bank},
		{Name: "second key", Authorization: []string{"Bearer " + w.BankKeys[1]}, Caller: w.Bank},
		{Name: "another's key", Authorization: []string{"Bearer " + w.ShopKey}, Caller: w.Shop},
		{Name: "scheme in lower case", Authorization: []string{"bearer " + w.ShopKey}, Caller: w.Shop},
		{Name: "two blanks", Authorization: []string{"BEARER  " + w.ShopKey}, Caller: w.Shop},
		{Name: "URI", Names: []Name{URI(BankURI)}, Caller: w.Bank},
		{Name: "DNS", Names: []Name{DNS(BankDNS)}, Caller: w.Bank},
		{Name: "both names", Names: []Name{DNS(BankDNS), URI(BankURI)}, Caller: w.Bank},
		{Name: "among other names", Names: []Name{DNS("pod-7.example.org"), URI("https://example.org"), URI(ShopURI)}, Caller: w.Shop},
		{Name: "certificate and key", Names: []Name{URI(BankURI)}, Authorization: []string{"Bearer " + w.BankKeys[1]}, Caller: w.Bank},
		{Name: "certificate and token", Names: []Name{URI(BankURI)}, Authorization: []string{"Bearer " + w.Issuer.Token(tb, "ES256", nil)}, Caller: w.Bank},
	}
	now := time.Now().Unix()
	for name, differ := range map[string]map[string]any{
		"token":                       nil,
		"token of another":            {Claim: "shop"},
		"token for several audiences": {"aud": []string{"other", Audience}},
		"token without iat and nbf":   {"iat": nil, "nbf": nil},
		"token that just expired":     {"exp": now - 1},
		"token that is just not yet":  {"nbf": now + 20, "iat": now + 20},
	} {
		for _, algorithm := range Algorithms {
			caller := w.Bank
			if differ[Claim] == "shop" {
				caller = w.Shop
			}
			good = append(good, Case{
				Name: name + ", " + algorithm, Authorization: []string{"Bearer " + w.Issuer.Token(tb, algorithm, differ)}, Caller: caller,
			})
		}
	}
	return good
}

// Wrong returns what shows no caller. Each case is another, also of those that repeat.
func (w *World) Wrong(tb testing.TB) []Case {
	tb.Helper()
	wrong := append(w.wrongHeaders(tb), w.wrongCertificates()...)
	wrong = append(wrong, w.wrongKeys()...)
	for _, algorithm := range Algorithms {
		wrong = append(wrong, w.wrongClaims(tb, algorithm)...)
		wrong = append(wrong, w.wrongSignatures(tb, algorithm)...)
	}
	return wrong
}

func bearer(name, token string, fault callers.Fault) Case {
	return Case{Name: name, Authorization: []string{"Bearer " + token}, Fault: fault}
}

func (w *World) wrongHeaders(tb testing.TB) []Case {
	tb.Helper()
	key, token := w.BankKeys[0], w.Issuer.Token(tb, "ES256", nil)
	return []Case{
		{Name: "nothing", Fault: callers.NothingShown},
		{Name: "empty header", Authorization: []string{""}, Fault: callers.NotBearer},
		{Name: "key without a scheme", Authorization: []string{key}, Fault: callers.NotBearer},
		{Name: "token without a scheme", Authorization: []string{token}, Fault: callers.NotBearer},
		{Name: "scheme alone", Authorization: []string{"Bearer"}, Fault: callers.TokenMalformed},
		{Name: "basic", Authorization: []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("bank:"+key))}, Fault: callers.NotBearer},
		{Name: "scheme with a colon", Authorization: []string{"Bearer: " + key}, Fault: callers.NotBearer},
		{Name: "tab", Authorization: []string{"Bearer\t" + key}, Fault: callers.NotBearer},
		{Name: "key twice", Authorization: []string{"Bearer " + key, "Bearer " + key}, Fault: callers.SeveralShown},
		{Name: "key and token", Authorization: []string{"Bearer " + key, "Bearer " + token}, Fault: callers.SeveralShown},
		{Name: "keys of two callers", Authorization: []string{"Bearer " + key, "Bearer " + w.ShopKey}, Fault: callers.SeveralShown},
		{Name: "keys with a comma", Authorization: []string{"Bearer " + key + ", Bearer " + key}, Fault: callers.KeyWrong},
		{Name: "quoted", Authorization: []string{`Bearer "` + key + `"`}, Fault: callers.TokenMalformed},
		{Name: "right key, then blanks and more", Authorization: []string{"Bearer " + key + " x"}, Fault: callers.KeyWrong},
		{Name: "certificate and another's key", Names: []Name{URI(BankURI)}, Authorization: []string{"Bearer " + w.ShopKey}, Fault: callers.DifferentCallers},
		{Name: "certificate and another's token", Names: []Name{URI(ShopURI)}, Authorization: []string{"Bearer " + token}, Fault: callers.DifferentCallers},
		{Name: "certificate and a wrong key", Names: []Name{URI(BankURI)}, Authorization: []string{"Bearer " + key + "x"}, Fault: callers.KeyWrong},
		{Name: "certificate and an empty header", Names: []Name{URI(BankURI)}, Authorization: []string{""}, Fault: callers.NotBearer},
		{Name: "certificate of nobody and a right key", Names: []Name{URI("spiffe://example.org/other")}, Authorization: []string{"Bearer " + key}, Fault: callers.CertificateUnknown},
		bearer("8 KiB", strings.Repeat("x", 8<<10), callers.TooLong),
		bearer("8 KiB of dots", strings.Repeat(".", 8<<10-20), callers.TokenMalformed),
		bearer("long token", w.Issuer.Token(tb, "ES256", map[string]any{"more": strings.Repeat("x", 7<<10)}), callers.TooLong),
	}
}

func (w *World) wrongCertificates() (wrong []Case) {
	for name, text := range map[string]string{
		"final dot": BankDNS + ".", "upper case": strings.ToUpper(BankDNS), "one letter in upper case": "Bank.example.org",
		"subdomain": "a." + BankDNS, "parent": "example.org", "wildcard": "*.example.org", "blank": BankDNS + " ", "NUL": BankDNS + "\x00",
		"NUL and more": BankDNS + "\x00.evil.example", "IDN": "xn--bnk-sna.example.org", "empty": "", "the URI": BankURI,
	} {
		wrong = append(wrong, Case{Name: "DNS: " + name, Names: []Name{DNS(text)}, Fault: callers.CertificateUnknown})
	}
	for name, text := range map[string]string{
		"slash at the end": BankURI + "/", "scheme in upper case": "SPIFFE" + BankURI[6:], "trust domain in upper case": "spiffe://EXAMPLE.org/ns/bank/sa/web",
		"path in upper case": "spiffe://example.org/NS/bank/sa/web", "port": "spiffe://example.org:443/ns/bank/sa/web",
		"empty fragment": BankURI + "#", "empty query": BankURI + "?", "query": BankURI + "?a=b", "escaped": "spiffe://example.org/ns/b%61nk/sa/web",
		"dots": "spiffe://example.org/ns/x/../bank/sa/web", "two slashes": "spiffe://example.org//ns/bank/sa/web", "user": "spiffe://a@example.org/ns/bank/sa/web",
		"prefix": BankURI[:len(BankURI)-1], "one byte more": BankURI + "b", "another scheme": "https" + BankURI[6:], "the DNS name": BankDNS,
	} {
		wrong = append(wrong, Case{Name: "URI: " + name, Names: []Name{URI(text)}, Fault: callers.CertificateUnknown})
	}
	return append(wrong,
		Case{Name: "certificate without names", Names: []Name{}, Fault: callers.CertificateUnknown},
		Case{Name: "mail address", Names: []Name{Email(BankDNS)}, Fault: callers.CertificateUnknown},
		Case{Name: "names of two callers", Names: []Name{URI(BankURI), URI(ShopURI)}, Fault: callers.DifferentCallers},
		Case{Name: "names of two callers in two ways", Names: []Name{URI(ShopURI), DNS(BankDNS)}, Fault: callers.DifferentCallers},
	)
}

func (w *World) wrongKeys() []Case {
	key := w.BankKeys[0]
	id, secret, _ := strings.Cut(key[len("lgw_"):], "_")
	otherID, otherSecret, _ := strings.Cut(w.ShopKey[len("lgw_"):], "_")
	stranger, _ := callers.NewAPIKey()
	_, secondSecret, _ := strings.Cut(w.BankKeys[1][len("lgw_"):], "_")
	wrong := []Case{
		bearer("key of nobody", stranger, callers.KeyUnknown),
		bearer("another's secret", "lgw_"+id+"_"+otherSecret, callers.KeyWrong),
		bearer("another's id", "lgw_"+otherID+"_"+secret, callers.KeyWrong),
		bearer("secret of the other key", "lgw_"+id+"_"+secondSecret, callers.KeyWrong),
		bearer("one byte more", key+"A", callers.KeyWrong),
		bearer("one byte less", key[:len(key)-1], callers.KeyMalformed),
		bearer("underscore at the end", key+"_", callers.KeyWrong),
		bearer("no secret", "lgw_"+id, callers.KeyMalformed),
		bearer("empty secret", "lgw_"+id+"_", callers.KeyMalformed),
		bearer("empty id", "lgw__"+secret, callers.KeyUnknown),
		bearer("prefix alone", "lgw_", callers.KeyMalformed),
		bearer("prefix in upper case", "LGW_"+id+"_"+secret, callers.TokenMalformed),
		bearer("id in upper case", "lgw_"+strings.ToUpper(id)+"_"+secret, callers.KeyUnknown),
		bearer("secret in lower case", "lgw_"+id+"_"+strings.ToLower(secret), callers.KeyWrong),
		bearer("another delimiter", "lgw_"+id+"-"+secret, callers.KeyMalformed),
		bearer("id twice", "lgw_"+id+"_"+id+"_"+secret, callers.KeyWrong),
		bearer("secret with a NUL's escape", key+"%00", callers.KeyWrong),
		bearer("long secret", "lgw_"+id+"_"+strings.Repeat("A", 4000), callers.KeyWrong),
		bearer("base64 of the key", base64.StdEncoding.EncodeToString([]byte(key)), callers.TokenMalformed),
	}
	for i := range len(secret) {
		changed := []byte(secret)
		changed[i] ^= 1
		wrong = append(wrong, bearer("one bit of the secret", "lgw_"+id+"_"+string(changed), callers.KeyWrong))
	}
	return wrong
}

func (w *World) wrongClaims(tb testing.TB, algorithm string) (wrong []Case) {
	tb.Helper()
	now := time.Now().Unix()
	for name, c := range map[string]struct {
		differ map[string]any
		fault  callers.Fault
	}{
		"expired":                    {map[string]any{"exp": now - 60}, callers.TokenExpired},
		"expired long ago":           {map[string]any{"exp": 1}, callers.TokenExpired},
		"no exp":                     {map[string]any{"exp": nil}, callers.TokenClaims},
		"exp as text":                {map[string]any{"exp": "never"}, callers.TokenMalformed},
		"exp as a number in text":    {map[string]any{"exp": strconv.FormatInt(now+300, 10)}, callers.TokenMalformed},
		"exp as a date":              {map[string]any{"exp": time.Unix(now+300, 0).UTC().Format(time.RFC3339)}, callers.TokenMalformed},
		"nbf as a number in text":    {map[string]any{"nbf": "1"}, callers.TokenMalformed},
		"iat as a date":              {map[string]any{"iat": "2020-01-01T00:00:00Z"}, callers.TokenMalformed},
		"nbf in the future":          {map[string]any{"nbf": now + 120}, callers.TokenNotYetValid},
		"iat in the future":          {map[string]any{"iat": now + 120}, callers.TokenNotYetValid},
		"other issuer":               {map[string]any{"iss": "https://other.example"}, callers.TokenIssuer},
		"issuer with a slash":        {map[string]any{"iss": IssuerName + "/"}, callers.TokenIssuer},
		"issuer in upper case":       {map[string]any{"iss": strings.ToUpper(IssuerName)}, callers.TokenIssuer},
		"no issuer":                  {map[string]any{"iss": nil}, callers.TokenIssuer},
		"issuers as a list":          {map[string]any{"iss": []string{IssuerName}}, callers.TokenMalformed},
		"other audience":             {map[string]any{"aud": "other"}, callers.TokenAudience},
		"longer audience":            {map[string]any{"aud": Audience + "s"}, callers.TokenAudience},
		"no audience":                {map[string]any{"aud": nil}, callers.TokenAudience},
		"other audiences":            {map[string]any{"aud": []string{"a", "b"}}, callers.TokenAudience},
		"caller that is none":        {map[string]any{Claim: "nobody"}, callers.TokenCaller},
		"caller in upper case":       {map[string]any{Claim: "BANK"}, callers.TokenCaller},
		"caller with a blank":        {map[string]any{Claim: "bank "}, callers.TokenCaller},
		"no caller":                  {map[string]any{Claim: nil, "sub": "bank"}, callers.TokenClaims},
		"caller as a list":           {map[string]any{Claim: []string{"bank"}}, callers.TokenClaims},
		"caller as a number":         {map[string]any{Claim: 7}, callers.TokenClaims},
		"caller in an object":        {map[string]any{Claim: map[string]any{"name": "bank"}}, callers.TokenClaims},
		"caller that is empty":       {map[string]any{Claim: ""}, callers.TokenCaller},
		"caller's claim, other case": {map[string]any{Claim: nil, strings.ToUpper(Claim): "bank"}, callers.TokenClaims},
	} {
		wrong = append(wrong, bearer(name+", "+algorithm, w.Issuer.Token(tb, algorithm, c.differ), c.fault))
	}
	return wrong
}

// wrongSpellings are of a token that is good as its issuer wrote it.
func wrongSpellings(good, algorithm string) []Case {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	header, rest, _ := strings.Cut(good, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	wrong := []Case{
		bearer("one byte more", good+"=", callers.TokenMalformed),
		bearer("padded", good+"==", callers.TokenMalformed),
		bearer("header that is padded", header+"=."+rest, callers.TokenMalformed),
		bearer("claims that are padded", header+"."+claims+"=."+signature, callers.TokenMalformed),
		bearer("signature in the other alphabet", header+"."+claims+".+/"+signature[2:], callers.TokenMalformed),
	}
	if algorithm == "ES256" { // 64 bytes, the last of which is in two digits that have room for four bits more
		last := strings.IndexByte(digits, good[len(good)-1])
		wrong = append(wrong, bearer("bits that mean nothing", good[:len(good)-1]+digits[last+1:last+2], callers.TokenMalformed))
	}
	return wrong
}

func (w *World) wrongSignatures(tb testing.TB, algorithm string) []Case {
	tb.Helper()
	id := KeyID + "-" + algorithm
	key, good := w.Issuer.Keys.Of(algorithm), w.Issuer.Token(tb, algorithm, nil)
	parts := strings.Split(good, ".")
	header := map[string]any{"alg": algorithm, "kid": id}
	with := func(differ map[string]any) map[string]any {
		changed := maps.Clone(header)
		maps.Copy(changed, differ)
		return changed
	}
	signed := func(differ map[string]any) string { return Sign(tb, algorithm, key, differ, Claims(nil)) }
	changed := func(i int, text string) string {
		all := slices.Clone(parts)
		all[i] = text
		return strings.Join(all, ".")
	}
	other := "A"
	if strings.HasPrefix(parts[2], other) {
		other = "B"
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(tb, err)
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	public, err := jwk.Import(key.Public())
	require.NoError(tb, err)
	publicJWK, err := json.Marshal(public)
	require.NoError(tb, err)
	wrong := []Case{
		bearer("key of another", Sign(tb, algorithm, w.Issuer.Others.Of(algorithm), map[string]any{"kid": id}, Claims(nil)), callers.TokenSignature),
		bearer("key of another in the token", Sign(tb, algorithm, w.Issuer.Others.Of(algorithm), map[string]any{"kid": id, "jku": "http://127.0.0.1:1/jwks.json"}, Claims(nil)), callers.TokenSignature),
		bearer("unknown kid", signed(map[string]any{"kid": "key-2"}), callers.TokenKeyUnknown),
		bearer("kid of a path", signed(map[string]any{"kid": "../../dev/null"}), callers.TokenKeyUnknown),
		bearer("kid in upper case", signed(map[string]any{"kid": strings.ToUpper(id)}), callers.TokenKeyUnknown),
		bearer("empty kid", signed(map[string]any{"kid": ""}), callers.TokenKeyUnknown),
		bearer("no kid", signed(nil), callers.TokenKeyUnknown),
		bearer("extension", signed(map[string]any{"kid": id, "crit": []string{"exp"}, "exp": 1}), callers.TokenMalformed),
		bearer("alg none", Unsigned(tb, with(map[string]any{"alg": "none"}), Claims(nil), ""), callers.TokenAlgorithm),
		bearer("alg None", Unsigned(tb, with(map[string]any{"alg": "None"}), Claims(nil), ""), callers.TokenMalformed),
		bearer("alg none with the signature", Unsigned(tb, with(map[string]any{"alg": "none"}), Claims(nil), parts[2]), callers.TokenAlgorithm),
		bearer("alg of nobody", Unsigned(tb, with(map[string]any{"alg": "XX999"}), Claims(nil), parts[2]), callers.TokenMalformed),
		bearer("alg as a number", Unsigned(tb, with(map[string]any{"alg": 7}), Claims(nil), parts[2]), callers.TokenMalformed),
		bearer("no alg", Unsigned(tb, map[string]any{"kid": id}, Claims(nil), parts[2]), callers.TokenAlgorithm),
		bearer("other claims under the signature", Unsigned(tb, header, Claims(map[string]any{Claim: "shop"}), parts[2]), callers.TokenSignature),
		bearer("no signature", changed(2, ""), callers.TokenMalformed),
		bearer("half a signature", changed(2, parts[2][:len(parts[2])/2&^3]), callers.TokenSignature),
		bearer("changed signature", changed(2, other+parts[2][1:]), callers.TokenSignature),
		bearer("signature not in base64", changed(2, "!!!!"), callers.TokenMalformed),
		bearer("claims not in base64", changed(1, "!!!!"), callers.TokenMalformed),
		bearer("header not in base64", changed(0, "!!!!"), callers.TokenMalformed),
		bearer("no claims", changed(1, ""), callers.TokenMalformed),
		bearer("claims that are a list", changed(1, base64.RawURLEncoding.EncodeToString([]byte("[]"))), callers.TokenMalformed),
		bearer("header that is no JSON", changed(0, base64.RawURLEncoding.EncodeToString([]byte("{"))), callers.TokenMalformed),
		bearer("two parts", parts[0]+"."+parts[1], callers.TokenMalformed),
		bearer("four parts", good+".x", callers.TokenMalformed),
		bearer("five parts, as a JWE", good+".x.x", callers.TokenMalformed),
		bearer("JSON serialization", `{"payload":"`+parts[1]+`","protected":"`+parts[0]+`","signature":"`+parts[2]+`"}`, callers.TokenMalformed),
		bearer("nested", Sign(tb, algorithm, key, map[string]any{"kid": id, "cty": "JWT"}, map[string]any{"jwt": good}), callers.TokenIssuer),
	}
	for _, secret := range [][]byte{publicPEM, der, publicJWK} {
		for _, hmac := range []string{"HS256", "HS384", "HS512"} {
			wrong = append(wrong, bearer(hmac+" with the public key", Sign(tb, hmac, secret, map[string]any{"kid": id}, Claims(nil)), callers.TokenAlgorithm))
		}
	}
	wrong = append(wrong, wrongSpellings(good, algorithm)...)
	if algorithm == "RS256" { // the same key, an algorithm that is not listed
		wrong = append(wrong, bearer("PS256", Sign(tb, "PS256", key, map[string]any{"kid": id}, Claims(nil)), callers.TokenAlgorithm))
	}
	return wrong
}
