package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/demo"
)

// startSandbox starts what "gateway sandbox" does.
func startSandbox(t *testing.T) (*started, *demo.StandIns) {
	t.Helper()
	vendors, cfg := startStandIns(t)
	return startBefore(t, cfg), vendors
}

// startStandIns starts the vendors, and returns the configuration of gateways before them.
func startStandIns(t *testing.T) (*demo.StandIns, *config.Config) {
	t.Helper()
	vendors, err := demo.Start()
	require.NoError(t, err)
	t.Cleanup(vendors.Close)
	text, err := vendors.Config()
	require.NoError(t, err)
	cfg, err := parseConfig("sandbox.yaml", text)
	require.NoError(t, err)
	return vendors, cfg
}

// startBefore starts a gateway that holds nothing against the stand-ins yet.
func startBefore(t *testing.T, cfg *config.Config) *started {
	t.Helper()
	g, _ := startConfigured(t, cfg, io.Discard)
	return g
}

// standInOf is the base URL of the product's vendor.
func standInOf(vendors *demo.StandIns, product string) string {
	provider, _, _ := strings.Cut(product, ".")
	standIn, _ := vendors.Of(provider)
	return standIn.URL
}

// control makes a request to a stand-in itself.
func control(t *testing.T, method, url, body string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	status, answer := exchange(t, request)
	require.Equal(t, http.StatusOK, status, "%s", answer)
	return answer
}

func exchange(t *testing.T, request *http.Request) (status int, body []byte) {
	t.Helper()
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, body
}

// outcomeRow is a row of the table "Outcomes" of docs/sandbox.md.
var outcomeRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `?([a-z0-9.-]+)`? \\|[^|]*\\| (?:yes|no) \\| ([0-9]{3})(?: `([A-Z_]+)`)? \\|$")

func sandboxPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/sandbox.md")
	require.NoError(t, err)
	return string(page)
}

// Every outcome that the page lists does to the gateway's caller what the page says,
// asked for at the stand-in and in the call.
func TestSandboxPageOutcomes(t *testing.T) {
	page := sandboxPage(t)
	rows := outcomeRow.FindAllStringSubmatch(page, -1)
	_, table, _ := strings.Cut(page, "| outcome |")
	table, _, _ = strings.Cut(table, "\n\n")
	require.Len(t, rows, strings.Count(table, "\n")-1, "a row is not read")

	for _, e := range demo.Examples() {
		t.Run(e.Product, func(t *testing.T) {
			t.Parallel() // some outcomes are waits
			vendors, cfg := startStandIns(t)
			for note, row := range rows { // the note keeps a reference unique; short, for vendors that take few characters
				if row[2] != "all" && row[2] != e.Product {
					continue
				}
				t.Run(row[1], func(t *testing.T) {
					order := fmt.Sprintf(`{"product": %q, "outcome": %q, "times": 9}`, e.Product, row[1]) // enough for retries
					control(t, http.MethodPost, standInOf(vendors, e.Product)+"/_sandbox/next", order)
					checkCall(t, startBefore(t, cfg), e.Request, row[3], row[4])
					control(t, http.MethodDelete, standInOf(vendors, e.Product)+"/_sandbox/next", "")
					if request := carrying(t, e, fmt.Sprintf("sandbox:%s#%d", row[1], note)); request != nil {
						checkCall(t, startBefore(t, cfg), request, row[3], row[4])
					}
				})
			}
		})
	}
}

// carrierRow is a row of the table of fields of docs/sandbox.md: products, and their field at the vendor.
var carrierRow = regexp.MustCompile("(?m)^\\| (`[^|\n]+`) \\| ((?:none|`)[^|\n]*) \\|$")

// carrying is an example's request with an outcome in the last field that the page names, nil where
// there is no place.
func carrying(t *testing.T, e demo.Example, outcome string) *livenessv1.IssueLivenessTokenRequest {
	t.Helper()
	var fields string
	for _, row := range carrierRow.FindAllStringSubmatch(sandboxPage(t), -1) {
		if strings.Contains(row[1], "`"+e.Product+"`") {
			fields = row[2]
		}
	}
	require.NotEmpty(t, fields, "docs/sandbox.md does not say in which field an outcome of %s goes", e.Product)
	request := proto.CloneOf(e.Request)
	switch {
	case strings.Contains(fields, "`reference`"):
		request.Reference = outcome
	case strings.Contains(fields, "`subjectId`"):
		request.SubjectId = outcome
	default:
		return nil
	}
	return request
}

func checkCall(t *testing.T, g *started, message *livenessv1.IssueLivenessTokenRequest, status, reason string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, g.restURL(), bytes.NewReader(demo.CompactJSON(message)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	timeout := "20S" // more than a busy machine takes
	if status == "504" {
		timeout = "500m" // nothing else ends the wait
	}
	request.Header.Set("Grpc-Timeout", timeout)
	got, body := exchange(t, request)
	require.Equal(t, status, fmt.Sprint(got), "%s", body)
	if reason != "" {
		var failure struct {
			Details []struct{ Reason string }
		}
		require.NoError(t, json.Unmarshal(body, &failure))
		require.Equal(t, reason, failure.Details[0].Reason, "%s", body)
	}
}

// curlLine is what the page and the command print.
var curlLine = regexp.MustCompile(`(?m)^curl -sS (?:-X (DELETE) )?(\S+)(?: -H '(Content-Type): (\S+)')?(?: -d '([^']+)')?(?: +#.*)?$`)

// runCurl makes the requests of command lines, and returns the answers.
func runCurl(t *testing.T, text string) (answers []string) {
	t.Helper()
	for _, line := range curlLine.FindAllStringSubmatch(text, -1) {
		method, body := http.MethodGet, line[5]
		if body != "" {
			method = http.MethodPost
		}
		if line[1] != "" {
			method = line[1]
		}
		request, err := http.NewRequestWithContext(t.Context(), method, line[2], strings.NewReader(body))
		require.NoError(t, err)
		if line[3] != "" {
			request.Header.Set(line[3], line[4])
		}
		status, answer := exchange(t, request)
		answers = append(answers, fmt.Sprint(status, " ", string(answer)))
	}
	return answers
}

func TestSandboxPageCommands(t *testing.T) {
	g, vendors := startSandbox(t)
	page := sandboxPage(t)
	gateway := strings.TrimSuffix(g.restURL(), "/v1/liveness-tokens")
	answers := runCurl(t, strings.NewReplacer("$MEGVII", vendors.Megvii, "$LINKFACE", vendors.Linkface, "$GATEWAY", gateway).Replace(page))
	require.Len(t, answers, strings.Count(page, "\ncurl "), "a command is not read")
	for i, want := range []string{
		`200 {"next":[{"product":"megvii.app-v5","outcome":"code=AUTHORIZATION_ERROR:LIMIT_REACHED","times":1}]}`,
		`200 {"next":[{"product":"linkface.app","outcome":"delay=200ms,status=503","times":3}]}`,
		`200 {"next":[{"product":"megvii.app-v5"`,
		`200 {"next":[]}`,
		`503 `,
		`200 `,
		`200 {"entries":[{`,
		`200 {"entries":[],"dropped":0}`,
	} {
		require.True(t, strings.HasPrefix(answers[i], want), "%d: %s", i, answers[i])
	}
	require.Contains(t, answers[4], "VENDOR_CONCURRENCY_LIMITED")
	require.Contains(t, answers[6], `"reference":"sandbox:delay=200ms#order-17"`)
}

func TestSandboxPrintsHowToRehearse(t *testing.T) {
	g, vendors := startSandbox(t)
	var printed bytes.Buffer
	require.NoError(t, demo.ShowHow(g.Listen, vendors, &printed))
	_, text, found := strings.Cut(printed.String(), "\n# rehearse")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "\n# metrics")
	answers := runCurl(t, text)
	require.Len(t, answers, 4)
	for _, answer := range answers {
		require.True(t, strings.HasPrefix(answer, "200 "), answer)
	}
	examples := map[string]*livenessv1.IssueLivenessTokenRequest{}
	for _, e := range demo.Examples() {
		examples[e.Product] = e.Request
	}
	app, v5 := examples["linkface.app"], examples["megvii.app-v5"]
	checkCall(t, g, v5, "503", "VENDOR_CONCURRENCY_LIMITED")
	checkCall(t, g, app, "504", "VENDOR_TIMEOUT")
	checkCall(t, g, v5, "200", "")
}

func TestSandboxRefusesAnUnknownOutcomeInTheCall(t *testing.T) {
	g, _ := startSandbox(t)
	for _, e := range demo.Examples() {
		if request := carrying(t, e, "sandbox:explode"); request != nil {
			status := "400"
			if slices.ContainsFunc([]string{"aliyun.", "sumsub.", "tencent."}, func(vendor string) bool { return strings.HasPrefix(e.Product, vendor) }) { // their refusals name no field
				status = "502"
			}
			checkCall(t, g, request, status, "ARGUMENT_REJECTED")
		}
	}
}
