package system

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	pixels "image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/openapitest"
)

const pageLimit = time.Minute

// A person opens the page, leaves the example as it is and presses "Execute".
func TestDocsPageIssuesAToken(t *testing.T) {
	s := startSandbox(t)
	seen := &observed{}
	ctx := newBrowser(t, seen)

	const result = ".live-responses-table tr.response "
	browse(ctx, t, chromedp.Navigate("http://"+s.rest+"/docs"))
	request := browse(ctx, t, chromedp.Value("textarea.body-param__text", chromedp.NodeVisible))
	browse(ctx, t, chromedp.Click("button.execute", chromedp.NodeVisible))
	status := browse(ctx, t, chromedp.Text(result+".response-col_status", chromedp.NodeVisible))
	answer := browse(ctx, t, chromedp.Text(result+".highlight-code pre", chromedp.NodeVisible))
	require.JSONEq(t, `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["megvii.app-v5", "linkface.app"], "subjectId": "user-7f3a"}`, request)
	require.Contains(t, status, "200")
	var token struct{ Token, Product string }
	require.NoError(t, json.Unmarshal([]byte(answer), &token), answer)
	require.Equal(t, "megvii.app-v5", token.Product)
	require.NotEmpty(t, token.Token)

	requests, complaints := seen.read()
	require.Empty(t, complaints)
	require.NotEmpty(t, requests)
	for _, url := range requests {
		require.Regexp(t, `^(http://`+s.rest+`/|data:)`, url)
	}
}

// The form can be filled in with an example of each product.
func TestDocsPageHasAnExampleOfEachProduct(t *testing.T) {
	s := startSandbox(t)
	ctx := newBrowser(t, &observed{})
	browse(ctx, t, chromedp.Navigate("http://"+s.rest+"/docs"))
	browse(ctx, t, chromedp.Value("textarea.body-param__text", chromedp.NodeVisible))
	names := browse(ctx, t, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".examples-select-element option")].map(o => o.value)`))
	examples := openapitest.Examples(t)
	require.Subset(t, names, slices.Collect(maps.Keys(examples)))
	for name, example := range examples {
		choose(ctx, t, ".examples-select-element", name)
		var want, shown any
		require.NoError(t, json.Unmarshal(example, &want))
		require.Eventually(t, func() bool {
			text := browse(ctx, t, chromedp.Value("textarea.body-param__text", chromedp.NodeVisible))
			return json.Unmarshal([]byte(text), &shown) == nil && reflect.DeepEqual(want, shown)
		}, startLimit, 50*time.Millisecond, "%s: %v", name, shown)
	}
}

// The form sends a photo as a file, beside the request that it is filled in with.
func TestDocsPageSendsAPhoto(t *testing.T) {
	s := startSandbox(t)
	var photo bytes.Buffer
	require.NoError(t, png.Encode(&photo, pixels.NewGray(pixels.Rect(0, 0, 8, 8))))
	file := filepath.Join(t.TempDir(), "face.png")
	require.NoError(t, os.WriteFile(file, photo.Bytes(), 0o600))

	ctx := newBrowser(t, &observed{})
	browse(ctx, t, chromedp.Navigate("http://"+s.rest+"/docs"))
	browse(ctx, t, chromedp.Value("textarea.body-param__text", chromedp.NodeVisible))
	choose(ctx, t, ".opblock-section-request-body select.content-type", "multipart/form-data")
	_, err := chromedp.Run(ctx, chromedp.SetUploadFiles(`.opblock-section-request-body input[type="file"]`, []string{file}))
	require.NoError(t, err)
	browse(ctx, t, chromedp.Click("button.execute", chromedp.NodeVisible))
	answer := browse(ctx, t, chromedp.Text(".live-responses-table tr.response .highlight-code pre", chromedp.NodeVisible))
	var token struct{ Token, Product string }
	require.NoError(t, json.Unmarshal([]byte(answer), &token), answer)
	require.Equal(t, "megvii.app-v3", token.Product, answer)
	require.NotEmpty(t, token.Token)
}

// choose picks a value of a select.
func choose(ctx context.Context, t *testing.T, selector, value string) {
	t.Helper()
	browse(ctx, t, chromedp.Evaluate[bool](fmt.Sprintf(`(() => {
		const select = document.querySelector(%q);
		select.value = %q;
		return select.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, selector, value)))
}

func browse[T any](ctx context.Context, t *testing.T, action chromedp.Action[T]) T {
	t.Helper()
	result, err := chromedp.Run(ctx, action)
	require.NoError(t, err)
	return result
}

// newBrowser starts Chromium with an empty profile. It finds no host by name, and asks
// nobody for updates.
func newBrowser(t *testing.T, seen *observed) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), pageLimit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program(t, "chromium", "chromium")),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.WSURLReadTimeout(startLimit),
	)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(seen.note))
	t.Cleanup(cancel)
	return ctx
}

// observed is what the page asked for and what the browser had to say against it.
type observed struct {
	mu                   sync.Mutex
	requests, complaints []string
}

func (o *observed) note(event any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		o.requests = append(o.requests, event.Request.URL)
	case *runtime.EventExceptionThrown:
		o.complaints = append(o.complaints, event.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if event.Entry.Level == log.EntryLevelError {
			o.complaints = append(o.complaints, event.Entry.Text)
		}
	}
}

func (o *observed) read() (requests, complaints []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.requests, o.complaints
}
