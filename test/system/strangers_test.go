package system

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/doctest"
)

// guarded is the built program with the example's configuration: its own addresses, files and
// vendors, client certificates that need not be shown, and two callers.
type guarded struct {
	grpc, rest string
	// authority is the file of who has issued the gateway's certificate.
	authority string
}

// startGuarded starts it; keys is where the issuer's key set is.
func startGuarded(t *testing.T, w *callerstest.World, keys string) guarded {
	t.Helper()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"biz_no":"o-1","random_number":"0167","token_random_number":"t-1","time_used":1}`)
	}))
	t.Cleanup(vendor.Close)
	folder, server := t.TempDir(), certtest.New(t)
	files := server.SecretFiles(server.Issue(t, certtest.Leaf{}))
	files["authority.crt"] = files["ca.crt"]
	files["ca.crt"] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.CA.Certificate.Raw})
	require.NoError(t, os.Mkdir(filepath.Join(folder, "tls"), 0o755))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "tls", name), content, 0o600))
	}
	text, err := os.ReadFile(deploy + "/config.example.yaml")
	require.NoError(t, err)
	config := string(text)
	for from, to := range map[string]string{
		`grpc: ":9090"`: "grpc: 127.0.0.1:0", `rest: ":8080"`: "rest: 127.0.0.1:0",
		"admin: 127.0.0.1:9091": "admin: 127.0.0.1:0", "operator: 127.0.0.1:9092": "operator: 127.0.0.1:0",
		"client_certificates: required": "client_certificates: optional",
		"https://api.megvii.com":        vendor.URL, "https://cloudapi.linkface.cn": vendor.URL,
	} {
		require.Contains(t, config, from)
		config = strings.Replace(config, from, to, 1)
	}
	file := filepath.Join(folder, "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(config+callersOf(t, w, keys)), 0o600))
	serve := exec.Command(gateway, "serve", "--config", file)
	serve.Env = serve.Environ()
	for _, secret := range regexp.MustCompile(`\{env: (\w+)\}`).FindAllStringSubmatch(config, -1) {
		serve.Env = append(serve.Env, secret[1]+"=secret")
	}
	p := start(t, serve)
	return guarded{
		p.await(t, `"grpc":"([^"]+)"`), p.await(t, `"rest":"([^"]+)"`), filepath.Join(folder, "tls", "authority.crt"),
	}
}

// callersOf returns the lines of the configuration that know the world's callers.
func callersOf(t *testing.T, w *callerstest.World, keys string) string {
	t.Helper()
	key := func(token string) string {
		id, secret, found := strings.Cut(strings.TrimPrefix(token, "lgw_"), "_")
		require.True(t, found)
		return fmt.Sprintf("{name: %s, id: %s, sha256: %x}", id, id, sha256.Sum256([]byte(secret)))
	}
	return fmt.Sprintf(`
authentication:
  jwt:
    - {issuer: %[1]q, audience: %[2]q, caller_claim: %[3]q, algorithms: [%[4]s], jwks: {url: %[5]q}}
callers:
  bank:
    certificates: [{uri: %[6]q}, {dns: %[7]q}]
    api_keys: [%[8]s, %[9]s]
    jwt: [{issuer: %[1]q, value: bank}]
  shop:
    certificates: [{uri: %[10]q}]
    api_keys: [%[11]s]
    jwt: [{issuer: %[1]q, value: shop}]
`, callerstest.IssuerName, callerstest.Audience, callerstest.Claim, strings.Join(callerstest.Algorithms, ", "), keys,
		callerstest.BankURI, callerstest.BankDNS, key(w.BankKeys[0]), key(w.BankKeys[1]), callerstest.ShopURI, key(w.ShopKey))
}

// shownCase is what a client shows, as the programs of testdata/callers read it.
type shownCase struct {
	Name          string   `json:"name"`
	Authorization []string `json:"authorization"`
	Certificate   string   `json:"certificate"`
	Key           string   `json:"key"`
}

// shownAnswer is what a client sees of the answer, but for the id of the call, and after how
// long.
type shownAnswer struct {
	Name   string  `json:"name"`
	Answer string  `json:"answer"`
	Ms     float64 `json:"ms"`
}

// visible is what all these clients send as it stands.
var visible = regexp.MustCompile(`^[[:graph:]]([[:print:]]*[[:graph:]])?$`)

// canBeShown reports whether clients can send the case, and it lasts as long as they take.
func canBeShown(c callerstest.Case) bool {
	return !strings.Contains(c.Name, "just") &&
		!slices.ContainsFunc(c.Authorization, func(value string) bool { return !visible.MatchString(value) })
}

// shownCases writes the certificates of the cases and returns those that clients can send.
func shownCases(t *testing.T, w *callerstest.World, cases []callerstest.Case) (all []shownCase, faults map[string]callers.Fault) {
	t.Helper()
	folder := t.TempDir()
	faults = map[string]callers.Fault{}
	for i, c := range cases {
		if !canBeShown(c) {
			continue
		}
		s := shownCase{Name: fmt.Sprintf("%d %s", i, c.Name), Authorization: append([]string{}, c.Authorization...)}
		if c.Names != nil {
			s.Certificate, s.Key = writePair(t, filepath.Join(folder, fmt.Sprint(i)), w.CA.Client(t, c.Names...))
		}
		all, faults[s.Name] = append(all, s), c.Fault
	}
	return all, faults
}

func writePair(t *testing.T, base string, pair tls.Certificate) (certificate, key string) {
	t.Helper()
	certificate, key = base+".crt", base+".key"
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o600))
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	return certificate, key
}

// clients show cases to a gateway.
func clients(t *testing.T) map[string]func(*testing.T, guarded, []shownCase) []shownAnswer {
	t.Helper()
	python, node, curl := pythonWithGRPC(t), program(t, "node", "nodejs"), program(t, "curl", "curl")
	bin := t.TempDir()
	install := exec.Command(program(t, "bash", "bash"), "-c", doctest.Block(t, clientsPage, "install-grpcurl.sh"))
	install.Env = append(install.Environ(), "GOBIN="+bin)
	output, err := install.CombinedOutput()
	require.NoError(t, err, "%s", output)
	protoset := filepath.Join(bin, "contract.binpb")
	compile := exec.Command(filepath.Join(bin, "grpcurl"), "-import-path", "proto", "-import-path", "third_party/proto",
		"-proto", "liveness/v1/liveness_service.proto", "-proto", "google/rpc/error_details.proto", "-protoset-out", protoset, "list")
	compile.Dir = checkout
	output, err = compile.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return map[string]func(*testing.T, guarded, []shownCase) []shownAnswer{
		"python": func(t *testing.T, g guarded, cases []shownCase) []shownAnswer {
			t.Helper()
			return runProgram(t, exec.Command(python, "testdata/callers/client.py", g.grpc, g.authority), cases)
		},
		"node": func(t *testing.T, g guarded, cases []shownCase) []shownAnswer {
			t.Helper()
			return runProgram(t, exec.Command(node, "testdata/callers/client.mjs", g.rest, g.authority), cases)
		},
		"curl": func(t *testing.T, g guarded, cases []shownCase) []shownAnswer {
			t.Helper()
			return runEach(cases, func(c shownCase) shownAnswer { return byCurl(curl, g, c) })
		},
		"grpcurl": func(t *testing.T, g guarded, cases []shownCase) []shownAnswer {
			t.Helper()
			return runEach(cases, func(c shownCase) shownAnswer { return byGrpcurl(bin, g, c) })
		},
	}
}

func runProgram(t *testing.T, command *exec.Cmd, cases []shownCase) (answers []shownAnswer) {
	t.Helper()
	encoded, err := json.Marshal(cases)
	require.NoError(t, err)
	var stderr bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(encoded), &stderr
	output, err := command.Output()
	require.NoError(t, err, stderr.String())
	require.NoError(t, json.Unmarshal(output, &answers))
	return answers
}

// runEach runs a program for each case, a few at once.
func runEach(cases []shownCase, run func(shownCase) shownAnswer) []shownAnswer {
	answers, slots := make([]shownAnswer, len(cases)), make(chan struct{}, 6)
	var all sync.WaitGroup
	for i, c := range cases {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			answers[i] = run(c)
		})
	}
	all.Wait()
	return answers
}

var requestID = regexp.MustCompile(`(?i)"?(x-request-id|requestId)"?: ?"?([A-Z2-7]{26})`)

// withoutID takes the id of the call, and lines of the time, out of an answer.
func withoutID(output []byte) string {
	text := string(output)
	if id := requestID.FindStringSubmatch(text); id != nil {
		text = strings.ReplaceAll(text, id[2], "ID")
	}
	return regexp.MustCompile(`(?mi)^date: .*\n|^Estimated response size.*\n`).ReplaceAllString(text, "")
}

func byCurl(curl string, g guarded, c shownCase) shownAnswer {
	args := []string{
		"-sS", "-i", "-w", "\n%{time_appconnect} %{time_total}", "--cacert", g.authority, "-H", "Content-Type: application/json", "-d", `{"flow":"FLOW_SPOKEN_DIGITS"}`,
	}
	if c.Certificate != "" {
		args = append(args, "--cert", c.Certificate, "--key", c.Key)
	}
	for _, value := range c.Authorization {
		args = append(args, "-H", "Authorization: "+value)
	}
	output, err := exec.Command(curl, append(args, "https://"+g.rest+"/v1/liveness-tokens")...).CombinedOutput()
	at := max(0, bytes.LastIndexByte(output, '\n'))
	var connected, answered float64 // seconds
	_, _ = fmt.Sscan(string(output[at:]), &connected, &answered)
	took := (answered - connected) * 1000
	if err == nil && bytes.HasPrefix(output, []byte("HTTP/2 200")) {
		return shownAnswer{c.Name, "OK", took}
	}
	return shownAnswer{c.Name, withoutID(output[:at]), took}
}

func byGrpcurl(bin string, g guarded, c shownCase) shownAnswer {
	args := []string{
		"-v", "-format-error", "-max-time", "30", "-cacert", g.authority, "-protoset", filepath.Join(bin, "contract.binpb"), "-d", `{"flow":"FLOW_SPOKEN_DIGITS"}`,
	}
	if c.Certificate != "" {
		args = append(args, "-cert", c.Certificate, "-key", c.Key)
	}
	for _, value := range c.Authorization {
		args = append(args, "-rpc-header", "authorization: "+value)
	}
	begun := time.Now()
	output, err := exec.Command(filepath.Join(bin, "grpcurl"), append(args, g.grpc, "liveness.v1.LivenessService/IssueLivenessToken")...).CombinedOutput()
	took := float64(time.Since(begun).Milliseconds())
	if err == nil {
		return shownAnswer{c.Name, "OK", took}
	}
	_, answered, _ := bytes.Cut(output, []byte("\nResponse ")) // before it is what is sent
	answered = regexp.MustCompile(`(?m)^grpc-status-details-bin: .*\n`).ReplaceAll(answered, nil)
	readable := encodedDetail.ReplaceAllFunc(answered, func(detail []byte) []byte {
		decoded, _ := base64.StdEncoding.DecodeString(string(encodedDetail.FindSubmatch(detail)[1]))
		return decoded
	})
	return shownAnswer{c.Name, withoutID(readable), took}
}

// encodedDetail is a detail of a status whose type grpcurl does not know: the method does not
// name it.
var encodedDetail = regexp.MustCompile(`"@value": "([^"]+)"`)

// Who shows a caller is served, over each client. Of all others each is told the same, byte by
// byte, whatever is wrong, and by a wait that tells nothing.
func TestStrangersAreToldTheSame(t *testing.T) {
	w := callerstest.New(t)
	g := startGuarded(t, w, w.Issuer.Config().URL.String())
	for name, client := range clients(t) {
		t.Run(name, func(t *testing.T) {
			shown, faults := shownCases(t, w, append(w.Good(t), w.Wrong(t)...)) // each time, lest tokens expire
			require.Greater(t, len(shown), 250)
			t.Logf("%d cases", len(shown))
			requireSame(t, client(t, g, shown), faults)
		})
	}
}

// requireSame wants OK of those without a fault, and the same of all others.
func requireSame(t *testing.T, answers []shownAnswer, faults map[string]callers.Fault) {
	t.Helper()
	require.Len(t, answers, len(faults))
	refusal := ""
	for _, a := range answers {
		if faults[a.Name] == "" {
			assert.Equal(t, "OK", a.Answer, a.Name)
			continue
		}
		refusal = cmp.Or(refusal, a.Answer)
		assert.Equal(t, refusal, a.Answer, a.Name)
		assert.GreaterOrEqual(t, a.Ms, float64(callers.RefusalTime.Milliseconds()), a.Name)
	}
	require.Contains(t, refusal, "CALLER_UNAUTHENTICATED")
	require.Regexp(t, "(?i)www-authenticate.*Bearer", refusal)
}

// How long a refusal takes tells no fault from another: of many that each is shown, the
// quickest come after the same time. Means would tell what else the machine does.
func TestRefusalsTakeAsLongForClients(t *testing.T) {
	const times, most = 15, 10.
	w := callerstest.New(t)
	g := startGuarded(t, w, w.Issuer.Config().URL.String())
	all := clients(t)
	byFault := map[callers.Fault][]callerstest.Case{}
	for _, c := range w.Wrong(t) {
		if c.Names == nil && len(byFault[c.Fault]) < times && canBeShown(c) {
			byFault[c.Fault] = append(byFault[c.Fault], c)
		}
	}
	var wrong []callerstest.Case
	for i := range times { // in turns, so that what disturbs one disturbs all
		for _, fault := range slices.Sorted(maps.Keys(byFault)) {
			wrong = append(wrong, byFault[fault][i%len(byFault[fault])])
		}
	}
	shown, faults := shownCases(t, w, wrong)
	require.Greater(t, len(byFault), 12)
	for _, name := range []string{"python", "curl"} { // which tell how long they connect apart
		quickest := map[callers.Fault]float64{}
		for _, a := range all[name](t, g, shown) {
			if before, ok := quickest[faults[a.Name]]; !ok || a.Ms < before {
				quickest[faults[a.Name]] = a.Ms
			}
		}
		low, high := slices.Min(slices.Collect(maps.Values(quickest))), slices.Max(slices.Collect(maps.Values(quickest)))
		t.Logf("%s: the quickest refusal of each of %d faults took %.1f to %.1f ms", name, len(quickest), low, high)
		require.GreaterOrEqual(t, low, float64(callers.RefusalTime.Milliseconds()))
		require.Less(t, high-low, most, "%v", quickest)
	}
}

// Where the key set cannot be read, right tokens are told what wrong ones are; keys and
// certificates go on, and so do tokens where it has been read before.
func TestKeySetThatIsDown(t *testing.T) {
	w := callerstest.New(t)
	readBefore := startGuarded(t, w, w.Issuer.Config().URL.String())
	neverRead := startGuarded(t, w, "http://127.0.0.1:1/jwks.json")
	cases := []callerstest.Case{
		{Name: "token", Authorization: []string{"Bearer " + w.Issuer.Token(t, "ES256", nil)}},
		{Name: "key", Authorization: []string{"Bearer " + w.ShopKey}},
		{Name: "certificate", Names: []callerstest.Name{callerstest.URI(callerstest.BankURI)}},
		{Name: "wrong key", Authorization: []string{"Bearer " + w.ShopKey + "A"}, Fault: callers.KeyWrong},
		{Name: "unknown kid", Authorization: []string{"Bearer " + callerstest.Sign(t, "ES256", w.Issuer.Keys.ECDSA, map[string]any{"kid": "key-9"}, callerstest.Claims(nil))}, Fault: callers.TokenKeyUnknown},
	}
	shown, faults := shownCases(t, w, cases)
	all := clients(t)
	requireSame(t, all["curl"](t, readBefore, shown), faults) // the key set is read here, at the latest
	w.Issuer.Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	for name, client := range all {
		t.Run(name, func(t *testing.T) {
			requireSame(t, client(t, readBefore, shown), faults)
			without := maps.Clone(faults)
			without[shown[0].Name] = callers.TokenKeyUnknown
			requireSame(t, client(t, neverRead, shown), without)
		})
	}
}

// cutOff is what gRPC's core says of a connection that was closed while it wrote, or while it read.
var cutOff = regexp.MustCompile(`(recvmsg:|sendmsg:)?(Connection reset by peer|Broken pipe)`)

// A certificate that does not verify gets no further than the handshake, and a header beyond
// the bound no further than its size: neither learns of a key or a token that comes with it.
func TestStrangersBeforeTheirCalls(t *testing.T) {
	w := callerstest.New(t)
	g := startGuarded(t, w, w.Issuer.Config().URL.String())
	other := callerstest.NewCA(t)
	certificate, key := writePair(t, filepath.Join(t.TempDir(), "other"), other.Client(t, callerstest.URI(callerstest.BankURI)))
	rightKey, wrongKey := "Bearer "+w.BankKeys[0], "Bearer "+w.BankKeys[0]+"A"
	huge := strings.Repeat("A", 64<<10)
	for name, client := range clients(t) {
		t.Run(name, func(t *testing.T) {
			// How a client puts it that it was cut off depends on when it notices.
			for _, a := range client(t, g, []shownCase{
				{"right key", []string{rightKey}, certificate, key}, {"wrong key", []string{wrongKey}, certificate, key},
			}) {
				require.NotEqual(t, "OK", a.Answer)
				require.NotContains(t, a.Answer, "CALLER")
			}
			answers := client(t, g, []shownCase{
				{"right key, and more", []string{rightKey + huge}, "", ""}, {"wrong", []string{"Bearer x" + rightKey[8:] + huge}, "", ""},
			})
			require.NotEqual(t, "OK", answers[0].Answer)
			require.Equal(t, cutOff.ReplaceAllString(answers[0].Answer, "cut off"), cutOff.ReplaceAllString(answers[1].Answer, "cut off"))
			requireSame(t, client(t, g, []shownCase{
				{"known", []string{rightKey}, "", ""}, {"stranger", []string{wrongKey}, "", ""},
			}), map[string]callers.Fault{"known": "", "stranger": callers.KeyWrong})
		})
	}
}
