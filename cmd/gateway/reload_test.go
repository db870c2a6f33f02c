package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/config"
)

var reloadLong = flag.Bool("reload.long", false, "reload a thousand times at 500 calls a second, and replace a hundred credentials")

// Configurations come and go, good ones and broken ones, and no call notices.
func TestReloadsUnderLoad(t *testing.T) {
	reloads, perSecond, pause := 210, 100, 10*time.Millisecond
	if *reloadLong {
		reloads, perSecond, pause = 1500, 500, 40*time.Millisecond // of which two thirds are good
	}
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := startReloading(t, vendor.URL)
	l := g.load(perSecond)
	const third = "  three:\n    provider: megvii\n    base_url: URL\n    credentials: [{name: main, api_key: {file: two.key}, api_secret: {file: secret}}]\n"
	const target = "      - {account: three, product: megvii.random-number, weight: 50}\n"
	good := []string{
		reloadText("", "", ""),
		reloadText(third, target, ""),
		reloadText("", "", "out_of_service: [{account: one, reason: a test}]\n"),
		strings.Replace(reloadText(third, target, ""), "weight: 50", "weight: 1", 1),
		strings.Replace(reloadText("", "", "out_of_service: [{account: two, reason: a test}]\n"), "timeout: 5s", "timeout: 6s\n    max_in_flight: 500\n    max_connection_age: 10s", 1),
		strings.Replace(reloadText("", "", ""), "order: weighted", "order: weighted\n    after_ambiguous: stop", 1),
	}
	broken := []string{
		reloadText("", "", "")[:500],
		strings.Replace(reloadText("", "", ""), "account: two", "account: too", 1),
		strings.Replace(reloadText("", "", ""), "shutdown_grace", "limits: {max_connections: 17}\nshutdown_grace", 1),
		strings.Replace(reloadText("", "", ""), "two.key", "no.key", 1),
	}
	var applied, refused int64
	for n := range reloads {
		if n%3 == 2 {
			g.configure(t, broken[n/3%len(broken)])
			_, err := g.Reload("a test")
			require.Error(t, err)
			refused++
		} else {
			g.configure(t, good[n%len(good)])
			_, err := g.Reload("a test")
			require.NoError(t, err)
			applied++
		}
		time.Sleep(pause)
	}
	l.end(t)
	t.Logf("%d configurations taken, %d refused", applied, refused)
	require.GreaterOrEqual(t, g.page(t).Configuration.Reloads, applied) // the files are watched, too
}

// A credential is replaced again and again while another one of the account serves, and no
// call notices: each new one is tried before the old one goes.
func TestRotationsUnderLoad(t *testing.T) {
	rotations, perSecond := 5, 100
	if *reloadLong {
		rotations, perSecond = 100, 500
	}
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := startReloading(t, vendor.URL)
	l := g.load(perSecond)
	last := "key-main-1"
	for n := range rotations {
		next := fmt.Sprint("key-main-", n+2)
		vendor.take(next, true)
		g.write(t, "main.key", next)
		_, err := g.Reload("a test")
		require.NoError(t, err)
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			credentials := g.page(t).Accounts[0].Credentials
			require.Len(c, credentials, 2)
			require.Empty(c, credentials[0].Rotation)
		}, time.Minute, 20*time.Millisecond)
		require.NotZero(t, vendor.servedBy(next))
		vendor.take(last, false)
		last = next
	}
	l.end(t)
	t.Logf("%d credentials replaced, %d requests refused for one that was revoked", rotations, vendor.refused.Load())
}

// An operator writes a key that the vendor does not know: calls go on with the one before, and
// the log, the metrics and the page say so; once the vendor knows it, it serves.
func TestRefusedRotation(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := startReloading(t, vendor.URL)
	l := g.load(50)
	g.write(t, "two.key", "key-two-unknown") // the only one of its account
	_, err := g.Reload("a test")
	require.NoError(t, err)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		credentials := g.page(t).Accounts[1].Credentials
		require.Len(c, credentials, 2)
		require.Equal(c, "rejected", credentials[0].Rotation)
		require.Equal(c, "main/replaced", credentials[1].Name)
		require.Equal(c, "ok", credentials[1].State)
		require.Contains(c, g.log.String(), "the vendor refuses a new credential, those that it replaces go on")
	}, time.Minute, 20*time.Millisecond)
	require.Contains(t, g.metrics(t), `liveness_gateway_vendor_credential_rotation_state{account="two",credential="main",provider="megvii"} 1`+"\n")
	before := vendor.servedBy("key-two-1")
	require.Eventually(t, func() bool { return vendor.servedBy("key-two-1") > before+10 }, time.Minute, 20*time.Millisecond)

	vendor.take("key-two-unknown", true)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		require.Len(c, g.page(t).Accounts[1].Credentials, 1)
		require.Contains(c, g.log.String(), "a new credential serves")
	}, time.Minute, 100*time.Millisecond)
	vendor.take("key-two-1", false)
	l.end(t)
	require.NotContains(t, g.metrics(t), "liveness_gateway_vendor_credential_rotation_state{")
}

// What is wrong with a file is told with its place, in the answer, the log, the page and the
// metrics, and both versions can be told apart.
func TestRefusedReload(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := startReloading(t, vendor.URL)
	good := g.page(t).Configuration.Running.SHA256
	text, err := os.ReadFile(filepath.Join(g.folder, "gateway.yaml"))
	require.NoError(t, err)
	require.Equal(t, config.SHA256(text), good)

	bad := strings.Replace(reloadText("", "", ""), "account: two", "account: too", 1)
	g.configure(t, bad)
	status, body := g.post(t, nil)
	require.Equal(t, http.StatusConflict, status)
	place := filepath.Join(g.folder, "gateway.yaml") + ":22:19: "
	require.Contains(t, body, place)
	require.Contains(t, g.log.String(), place)
	page := g.page(t)
	require.Equal(t, good, page.Configuration.Running.SHA256)
	require.Equal(t, config.SHA256([]byte(strings.ReplaceAll(bad, "URL", g.url))), page.Configuration.Refused.SHA256)
	require.Contains(t, page.Configuration.Refused.Mistakes[0], place)
	require.Contains(t, g.metrics(t), "liveness_gateway_config_last_reload_success 0\n")
	require.Contains(t, g.metrics(t), `liveness_gateway_config_info{hash="`+good+`"} 1`+"\n")

	g.configure(t, reloadText("", "", "out_of_service: [{account: one, reason: a test}]\n"))
	status, body = g.post(t, nil)
	require.Equal(t, http.StatusOK, status, body)
	require.Contains(t, g.metrics(t), "liveness_gateway_config_last_reload_success 1\n")
	require.Nil(t, g.page(t).Configuration.Refused)
	require.NotEqual(t, good, g.page(t).Configuration.Running.SHA256)

	// A page of a web site cannot have it reloaded.
	status, _ = g.post(t, http.Header{"Sec-Fetch-Site": {"cross-site"}})
	require.Equal(t, http.StatusForbidden, status)
}

// Nobody waits for who would write into a pipe.
func TestAPipeIsNoConfiguration(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := startReloading(t, vendor.URL)
	file := filepath.Join(g.folder, "gateway.yaml")
	require.NoError(t, syscall.Mkfifo(file+".new", 0o600))
	require.NoError(t, os.Rename(file+".new", file))
	status, body := g.post(t, nil)
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, body, "it is not a regular file")
	g.configure(t, reloadText("", "", "out_of_service: [{account: one, reason: a test}]\n"))
	status, body = g.post(t, nil)
	require.Equal(t, http.StatusOK, status, body)
}

func (g *reloading) post(t *testing.T, header http.Header) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+g.Addresses().Operator+"/reload", http.NoBody)
	require.NoError(t, err)
	maps.Copy(request.Header, header)
	answer, err := (&http.Client{}).Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

// Kubernetes writes a new folder and swaps the link that leads to it; the gateway takes all of
// it or nothing.
func TestSwappedLinksAreSeen(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1", "key-two-2")
	files := func(text, key string) map[string][]byte {
		return map[string][]byte{
			"gateway.yaml": []byte(strings.ReplaceAll(text, "URL", vendor.URL)), "secret": []byte("secret-5127"),
			"main.key": []byte("key-main-1"), "spare.key": []byte("key-spare-1"), "two.key": []byte(key),
		}
	}
	volume := certtest.NewVolume(t, files(reloadText("", "", ""), "key-two-1"))
	g := &reloading{folder: volume.Folder, url: vendor.URL, log: &lockedBuffer{}}
	g.start(t)
	l := g.load(50)
	for n := range 4 {
		text, key := reloadText("", "", fmt.Sprintf("out_of_service: [{account: one, reason: \"test %d\"}]\n", n)), "key-two-1"
		if n%2 == 0 {
			key = "key-two-2"
		}
		next := files(text, key)
		volume.Swap(t, next)
		want := config.SHA256(next["gateway.yaml"])
		require.Eventually(t, func() bool { return g.page(t).Configuration.Running.SHA256 == want }, time.Minute, 10*time.Millisecond)
		before := vendor.servedBy(key)
		require.Eventually(t, func() bool { return vendor.servedBy(key) > before }, time.Minute, 10*time.Millisecond)
	}
	l.end(t)
	require.NotContains(t, g.log.String(), "is refused")
}

// A file that is written in place, bit by bit, is taken when it rests: half of it may be a
// valid one that lacks routes.
func TestHalfWrittenFilesAreNotTaken(t *testing.T) {
	vendor := startKeyedVendor(t, "key-main-1", "key-spare-1", "key-two-1")
	g := startReloading(t, vendor.URL)
	l := g.load(50)
	text := strings.ReplaceAll(reloadText("", "", "out_of_service: [{account: one, reason: \"a test\"}]\n"), "URL", g.url)
	file, err := os.OpenFile(filepath.Join(g.folder, "gateway.yaml"), os.O_WRONLY|os.O_TRUNC, 0)
	require.NoError(t, err)
	for from := 0; from < len(text); from += 64 {
		_, err := file.WriteString(text[from:min(from+64, len(text))])
		require.NoError(t, err)
		time.Sleep(20 * time.Millisecond)
	}
	require.NoError(t, file.Close())
	want := config.SHA256([]byte(text))
	require.Eventually(t, func() bool { return g.page(t).Configuration.Running.SHA256 == want }, time.Minute, 10*time.Millisecond)
	l.end(t)
	require.NotContains(t, g.log.String(), "is refused")
	require.Equal(t, int64(1), g.page(t).Configuration.Reloads)
}

// SIGHUP has the file of a process reloaded, with the flags that it was started with.
func TestSIGHUPReloads(t *testing.T) {
	process := startChild(t, digits(t))
	for range 2 {
		require.NoError(t, process.Process.Signal(syscall.SIGHUP))
		require.Equal(t, "SIGHUP", process.await(t, "the configuration was reloaded")["cause"])
	}
	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-callREST(process.address))
	require.NoError(t, process.Process.Signal(syscall.SIGTERM))
	process.await(t, "stopped")
	require.NoError(t, process.Wait())
}
