package system

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
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
