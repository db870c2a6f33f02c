package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestManyAtOnceGetTokensOfTheirOwn(t *testing.T) {
	const n = 64
	var all []*http.Request
	for i := range n {
		all = append(all, requests.HTTP(t, samples.PCWeb().Edited(requests.Set("biz_no", strconv.Itoa(i)))))
	}
	bodies, statuses := requests.Together(t, sandbox.NewMegvii(sandbox.Options{}), all)
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
	var all []*http.Request
	for range n {
		all = append(all, requests.HTTP(t, samples.PCWeb()))
	}
	_, statuses := requests.Together(t, sandbox.NewMegvii(samples.Options()), all)
	require.Equal(t, map[int]int{200: 1, 400: n - 1}, statuses)
}

func TestLinkfaceManyAtOnce(t *testing.T) {
	const n = 64
	var all []*http.Request
	for range n {
		all = append(all, requests.HTTP(t, samples.LinkfaceApp()))
	}
	bodies, _ := requests.Together(t, samples.Linkface(), all)
	for _, body := range bodies {
		require.Equal(t, samples.LinkfaceIssued+"\n", body)
	}
}
