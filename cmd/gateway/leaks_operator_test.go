package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/liveness-gateway/gateway/internal/leaktest"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
)

// asProcess runs a command in a process of its own and returns all that it writes.
func asProcess(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	command := exec.Command(os.Args[0], args...)
	command.Env = append(command.Environ(), asGateway+"=1")
	command.Dir = t.TempDir()
	both, err := command.CombinedOutput()
	return string(both), err
}

// Secrets stand where they should not in these, or beside a mistake.
var misplaced = []string{
	`{name: main, api_key: SECRET, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: "SECRET", api_secret: SECRET}`,
	`{name: main, api_key: [SECRET], api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {value: SECRET}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {env: SECRET}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {env: "SECRET!"}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {file: SECRET}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {env: [SECRET]}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {env: TEST_KEY, file: SECRET}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: !!binary SECRET, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: !SECRET x, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: &SECRET x, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: *SECRET, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_secret_value: SECRET, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: "SECRET`,
	`{name: main, api_key: 'SECRET, api_secret: }}`,
	`SECRET`,
	`[SECRET]`,
	`{name: main, api_key: {env: TEST_EMPTY}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {env: TEST_BROKEN}, api_secret: {env: TEST_SECRET}}`,
	`{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}} SECRET`,
	"{name: main, api_key: {env: TEST_KEY},\n\tapi_secret: SECRET}",
	`{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]
    proxy: "http://user:SECRET@127.0.0.1:1`,
	`{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]
    proxy: "http://user:SECRET@127.0.0.1:1"
    options: {x: [SECRET]}
    path_prefix: [SECRET`,
	`{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]
    ca_file: [{SECRET: SECRET}`,
}

// A secret in the configuration, in its place or not, is in nothing that commands write of
// it.
func TestConfigurationLeavesNothing(t *testing.T) {
	l := newLeaks()
	for i, credential := range append(misplaced, `{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}`) {
		set := l.Watch(canary.NewSet(fmt.Sprintf("mistake %d", i)))
		text := strings.NewReplacer(
			"{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}", strings.ReplaceAll(credential, "SECRET}", "SECRET }"), "URL", "http://127.0.0.1:1",
		).Replace(vendorConfig)
		text = strings.NewReplacer("TEST_SECRET", "TEST_SECRET", "SECRET", set.Text("misplaced secret")).Replace(text)
		text = strings.ReplaceAll(text, "TEST_"+set.Text("misplaced secret"), "TEST_SECRET")
		file := write(t, text)
		for name, value := range map[string]string{
			"TEST_KEY": set.Text("key"), "TEST_SECRET": set.Text("secret"), "TEST_EMPTY": "", "TEST_BROKEN": set.Text("broken secret") + "\x01",
		} {
			t.Setenv(name, value)
		}
		request := write(t, `{"flow":"FLOW_SPOKEN_DIGITS"}`)
		for _, args := range [][]string{
			{"config", "check", file},
			{"config", "print", file},
			{"plan", "--config", file, "--request", request},
			{"try", "--config", file, "--account", "megvii-test", "--product", "megvii.random-number"},
		} {
			var output bytes.Buffer
			err := run(t.Context(), args, &output, &output)
			l.scan(strings.Join(args[:1], " "), []byte(output.String()+fmt.Sprint(err)), nil)
			if i < len(misplaced) {
				require.Error(t, err, "%s: %s", credential, output.String())
			}
		}
		if i < 2 { // what all commands have in common was seen
			output, err := asProcess(t, "serve", "--config", file)
			require.Error(t, err)
			l.scan("serve", []byte(output), nil)
		}
	}
	l.none(t)
}

// What plan and try show and save holds nothing of the user and no secret, whatever the
// vendor makes of it.
func TestTrialsLeaveNothing(t *testing.T) {
	l := newLeaks()
	runs := 0
	for _, product := range leakProducts {
		begin := func() *trialOf {
			runs++
			return newTrialOf(t, l, product, fmt.Sprint(product.ID, " ", runs))
		}
		for _, flag := range []string{"--json=false", "--json"} {
			begin().plan(t, l, flag)
		}
		for _, flag := range []string{"--show-answer=false", "--show-answer"} {
			answered := begin()
			vendor, err := product.StandIn(answered.set, "", "")
			require.NoError(t, err)
			answered.try(t, l, vendor, flag)
			for i, spelling := range canary.Spellings() {
				if flag == "--show-answer=false" && i > 0 {
					break // it shows less than the other
				}
				echoed := begin()
				echoed.try(t, l, http.HandlerFunc(product.NewEcho(echoed.set, spelling).All), flag)
			}
		}
	}
	t.Logf("%d runs", runs)
	l.none(t)
}

// trialOf is one run of a command, with canaries of its own.
type trialOf struct {
	set     *canary.Set
	product leaktest.Product
	request string
}

func newTrialOf(t *testing.T, l *leaks, product leaktest.Product, name string) *trialOf {
	t.Helper()
	set := l.Watch(canary.NewSet(name))
	setSecrets(t, set)
	body, err := protojson.Marshal(product.Request(set, ""))
	require.NoError(t, err)
	return &trialOf{set, product, write(t, string(body))}
}

// scan looks at an output; the reference, which the operator gave, is shown.
func (r *trialOf) scan(l *leaks, place, output string, err error) {
	l.scan(place, []byte(output+fmt.Sprint(err)), r.set, "reference")
}

func (r *trialOf) plan(t *testing.T, l *leaks, flag string) {
	t.Helper()
	file := write(t, trialConfig("http://127.0.0.1:1"))
	var output bytes.Buffer
	err := run(t.Context(), []string{"plan", "--config", file, "--request", r.request, flag}, &output, &output)
	r.scan(l, "plan "+flag, output.String(), err)
}

func (r *trialOf) try(t *testing.T, l *leaks, vendor http.Handler, flag string) {
	t.Helper()
	server := httptest.NewServer(vendor)
	defer server.Close()
	file := write(t, trialConfig(server.URL))
	saved := filepath.Join(t.TempDir(), "cases.json")
	output, err := try(t.Context(), file, r.product.Provider.Name+"-test", r.product.ID, flag, "--request", r.request, "--save", saved, "--timeout", "5s")
	content, readError := os.ReadFile(saved)
	require.True(t, readError == nil || errors.Is(readError, os.ErrNotExist))
	r.scan(l, "try "+flag, output+string(content), err)
}

// What a collector answers may hold the credentials that it was sent.
func TestCollectorsLeaveNothing(t *testing.T) {
	l := newLeaks()
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		set := l.Watch(canary.NewSet(protocol))
		secret := set.Text("collector's credential")
		refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain; "+r.Header.Get("Authorization"))
			http.Error(w, r.Header.Get("Authorization"), http.StatusUnauthorized)
		}))
		t.Cleanup(refuses.Close)
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refuses.URL)
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer "+secret)
		vendor, _ := digitsVendor(t)
		var log lockedBuffer
		t.Run("calls", func(t *testing.T) {
			_, client := startGateway(t, vendorConfig, vendor, &log)
			_, err := client.IssueLivenessToken(context.Background(), digitsMessage)
			require.NoError(t, err)
		})
		require.Contains(t, log.String(), "spans were not sent")
		l.scan("log", []byte(log.String()), nil)
	}
	l.none(t)
}
