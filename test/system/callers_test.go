package system

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// guardedConfig has a caller, whose lines are printed by gateway key new, and an issuer of
// JWTs. Nobody answers for the vendor: who is known is told so.
const guardedConfig = `listen: {grpc: 127.0.0.1:0, rest: 127.0.0.1:0, admin: 127.0.0.1:0}
authentication:
  jwt:
    - {issuer: idp, audience: liveness, jwks: {file: jwks.json}, algorithms: [ES256]}
%s    jwt:
      - {issuer: idp, value: bank}
accounts:
  megvii-cn:
    provider: megvii
    base_url: http://127.0.0.1:1
    credentials: [{name: main, api_key: {env: MEGVII}, api_secret: {env: MEGVII}}]
routes:
  - {flow: spoken_digits, targets: [{account: megvii-cn, product: megvii.random-number}]}
`

// signer makes JWTs by the standards alone: none of the gateway's libraries.
type signer struct {
	*ecdsa.PrivateKey

	t *testing.T
}

func base64url(content []byte) string { return base64.RawURLEncoding.EncodeToString(content) }

func (s signer) keySet() string {
	point, err := s.PublicKey.Bytes()
	require.NoError(s.t, err)
	return fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":"1","x":%q,"y":%q}]}`,
		base64url(point[1:33]), base64url(point[33:]))
}

func (s signer) token(header string, differ map[string]any) string {
	claims := map[string]any{"iss": "idp", "aud": "liveness", "sub": "bank", "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(claims, differ)
	payload, err := json.Marshal(claims)
	require.NoError(s.t, err)
	signed := base64url([]byte(header)) + "." + base64url(payload)
	digest := sha256.Sum256([]byte(signed))
	r, v, err := ecdsa.Sign(rand.Reader, s.PrivateKey, digest[:])
	require.NoError(s.t, err)
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	v.FillBytes(signature[32:])
	return signed + "." + base64url(signature)
}

const es256 = `{"alg":"ES256","kid":"1"}`

// Each program takes the address, the value of Authorization and nothing else, and prints the
// reason of the failure: there is no vendor.
var callerPrograms = map[string]struct{ transport, script string }{
	"curl": {"rest", `curl -sS -X POST -H 'Content-Type: application/json' -H "Authorization: $2" -d '{"flow":"FLOW_SPOKEN_DIGITS"}' "http://$1/v1/liveness-tokens"`},
	"node": {"rest", `node -e '
fetch("http://" + process.argv[1] + "/v1/liveness-tokens", {method: "POST", body: "{\"flow\":\"FLOW_SPOKEN_DIGITS\"}",
  headers: {"Content-Type": "application/json", "Authorization": process.argv[2]}}).then(async (r) => console.log(await r.text()))' "$1" "$2"`},
	"python": {"grpc", `/usr/bin/python3 -c '
import sys, grpc
call = grpc.insecure_channel(sys.argv[1]).unary_unary("/liveness.v1.LivenessService/IssueLivenessToken")
try:
    call(bytes([0x10, 4]), metadata=[("authorization", sys.argv[2])], timeout=20)
except grpc.RpcError as e:
    print(dict(e.trailing_metadata())["grpc-status-details-bin"])' "$1" "$2"`},
}

var reasonShown = regexp.MustCompile(`(CALLER_UNAUTHENTICATED|VENDOR_UNREACHABLE|NO_TARGET_AVAILABLE)`)

func TestCallersOfManyKinds(t *testing.T) {
	program(t, "curl", "curl")
	program(t, "node", "nodejs")
	pythonWithGRPC(t)
	made, err := exec.Command(gateway, "key", "new", "--caller", "bank").Output()
	require.NoError(t, err)
	key := regexp.MustCompile(`lgw_\w+`).FindString(string(made))
	_, lines, found := strings.Cut(string(made), "\ncallers:")
	require.True(t, found, string(made))

	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	s, folder := signer{private, t}, t.TempDir()
	file := filepath.Join(folder, "gateway.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "jwks.json"), []byte(s.keySet()), 0o600))
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, guardedConfig, "callers:"+lines), 0o600))
	serve := exec.Command(gateway, "serve", "--config", file)
	serve.Env = append(serve.Environ(), "MEGVII=secret")
	p := start(t, serve)
	addresses := map[string]string{
		"grpc": p.await(t, `"grpc":"([^"]+)"`), "rest": p.await(t, `"rest":"([^"]+)"`),
	}
	for name, c := range map[string]struct {
		authorization string
		known         bool
	}{
		"key":            {"Bearer " + key, true},
		"token":          {"Bearer " + s.token(es256, nil), true},
		"nothing":        {"none", false},
		"longer key":     {"Bearer " + key + "A", false},
		"expired":        {"Bearer " + s.token(es256, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}), false},
		"other audience": {"Bearer " + s.token(es256, map[string]any{"aud": "other"}), false},
		"unknown kid":    {"Bearer " + s.token(`{"alg":"ES256","kid":"2"}`, nil), false},
		"alg none":       {"Bearer " + s.token(`{"alg":"none","kid":"1"}`, nil), false},
	} {
		for client, with := range callerPrograms {
			t.Run(name+" by "+client, func(t *testing.T) {
				output, err := exec.Command("bash", "-c", with.script, "bash", addresses[with.transport], c.authorization).CombinedOutput()
				require.NoError(t, err, "%s", output)
				want := []string{"CALLER_UNAUTHENTICATED"}
				if c.known {
					want = []string{"VENDOR_UNREACHABLE", "NO_TARGET_AVAILABLE"} // the breaker opens
				}
				require.Contains(t, want, reasonShown.FindString(string(output)), "%s", output)
			})
		}
	}
}
