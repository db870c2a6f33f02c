package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// together sends requests at one time, straight to the handler, and counts the
// answers by status.
func together(t *testing.T, h http.Handler, requests []*http.Request) (bodies []string, statuses map[int]int) {
	t.Helper()
	answers := make([]*httptest.ResponseRecorder, len(requests))
	var all sync.WaitGroup
	for i, r := range requests {
		answers[i] = httptest.NewRecorder()
		all.Go(func() { h.ServeHTTP(answers[i], r) })
	}
	all.Wait()
	statuses = map[int]int{}
	for _, a := range answers {
		statuses[a.Code]++
		bodies = append(bodies, a.Body.String())
	}
	return bodies, statuses
}

func TestManyAtOnceGetTokensOfTheirOwn(t *testing.T) {
	const n = 64
	var requests []*http.Request
	for i := range n {
		requests = append(requests, httpRequest(t, validPCWeb().edited(set("biz_no", strconv.Itoa(i)))))
	}
	bodies, statuses := together(t, sandbox.NewMegvii(sandbox.Options{}), requests)
	require.Equal(t, map[int]int{200: n}, statuses)
	tokens, ids := map[string]bool{}, map[string]bool{}
	for _, body := range bodies {
		var answer struct {
			Token       string `json:"token"`
			RequestID   string `json:"request_id"`
			ExpiredTime int64  `json:"expired_time"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		require.Regexp(t, `^[0-9a-f]{32}$`, answer.Token)
		require.Regexp(t, `^[0-9]{10},[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, answer.RequestID)
		require.WithinDuration(t, time.Now().Add(time.Hour), time.Unix(answer.ExpiredTime, 0), time.Minute)
		tokens[answer.Token], ids[answer.RequestID] = true, true
	}
	require.Len(t, tokens, n)
	require.Len(t, ids, n)
}

func TestOneBizNoAtOnceGetsOneToken(t *testing.T) {
	const n = 64
	var requests []*http.Request
	for range n {
		requests = append(requests, httpRequest(t, validPCWeb()))
	}
	_, statuses := together(t, sandbox.NewMegvii(options()), requests)
	require.Equal(t, map[int]int{200: 1, 400: n - 1}, statuses)
}

func TestLinkfaceManyAtOnce(t *testing.T) {
	const n = 64
	var requests []*http.Request
	for range n {
		requests = append(requests, httpRequest(t, validLinkface()))
	}
	bodies, _ := together(t, linkface(), requests)
	for _, body := range bodies {
		require.Equal(t, linkfaceIssued+"\n", body)
	}
}
