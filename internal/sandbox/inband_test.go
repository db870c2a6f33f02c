package sandbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestOutcomeInTheRequest(t *testing.T) {
	photos := samples.PCWeb().Edited(requests.Set("comparison_type", "0"), requests.Set("uuid", "user-1"), requests.File("image_ref1", requests.PNG(t, 8, 8)))
	echoed := func(message, bizNo string) string {
		return strings.TrimSuffix(samples.MegviiFailed(message), "}") + `,"biz_no":"` + bizNo + `"}`
	}
	const asked = "sandbox:code=INTERNAL_ERROR"

	requests.Run(t, samples.Megvii, samples.AppV5(), []step{
		{"app-v5 in uuid", []requests.Edit{requests.Set("uuid", asked)}, 500, samples.AppV5Failed("INTERNAL_ERROR")},
		{"with a note", []requests.Edit{requests.Set("uuid", asked+"#user-1,hang")}, 500, samples.AppV5Failed("INTERNAL_ERROR")},
		{"app-v5 has no biz_no", []requests.Edit{requests.Set("biz_no", asked)}, 200, samples.AppV5Issued},
		{"before the checks", []requests.Edit{requests.Set("uuid", asked), requests.Drop("sign")}, 500, samples.AppV5Failed("INTERNAL_ERROR")},
		{"in the middle", []requests.Edit{requests.Set("uuid", "my-"+asked)}, 200, samples.AppV5Issued},
		{"in capitals", []requests.Edit{requests.Set("uuid", strings.ToUpper(asked))}, 200, samples.AppV5Issued},
		{"no such outcome", []requests.Edit{requests.Set("uuid", "sandbox:explode")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: uuid")},
		{"no such code", []requests.Edit{requests.Set("uuid", "sandbox:code=EXPLODED")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: uuid")},
		{"no outcome", []requests.Edit{requests.Set("uuid", "sandbox:")}, 400, samples.AppV5Failed("BAD_ARGUMENTS: uuid")},
	})
	requests.Run(t, samples.Megvii, samples.RandomNumber(), []step{
		{"random-number in biz_no", []requests.Edit{requests.Set("biz_no", asked)}, 500, echoed("INTERNAL_ERROR", asked)},
		{"random-number has no uuid", []requests.Edit{requests.Set("uuid", asked)}, 200, `{"time_used":0,"random_number":"` + samples.MegviiDigits + `","token_random_number":"` + samples.Hex + `","request_id":"` + samples.MegviiID + `"}`},
		{"no such outcome", []requests.Edit{requests.Set("biz_no", "sandbox:explode")}, 400, echoed("BAD_ARGUMENTS:biz_no", "sandbox:explode")},
	})
	requests.Run(t, samples.Megvii, samples.H5Flash(t), []step{
		{"h5-flash in uuid", []requests.Edit{requests.Set("uuid", asked)}, 500, samples.MegviiFailed("INTERNAL_ERROR")},
		{"h5-flash in biz_no", []requests.Edit{requests.Set("biz_no", asked)}, 500, echoed("INTERNAL_ERROR", asked)},
		{"of two uuid counts", []requests.Edit{requests.Set("uuid", "sandbox:code=API_NOT_FOUND"), requests.Set("biz_no", asked)}, 404, echoed("API_NOT_FOUND", asked)},
		{"a file carries none", []requests.Edit{requests.File("uuid", []byte(asked))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:uuid")},
	})
	requests.Run(t, samples.Megvii, photos, []step{
		{"pc-web in uuid", []requests.Edit{requests.Set("uuid", asked)}, 500, samples.MegviiFailed("INTERNAL_ERROR")},
		{"pc-web in biz_no", []requests.Edit{requests.Set("biz_no", asked)}, 500, samples.MegviiFailed("INTERNAL_ERROR")},
	})
	requests.Run(t, samples.Megvii, samples.LitePage(), []step{
		{"lite-page in biz_no", []requests.Edit{requests.Set("biz_no", asked)}, 500, samples.MegviiFailed("INTERNAL_ERROR")},
		{"lite-page in uuid", []requests.Edit{requests.Set("uuid", asked)}, 500, samples.MegviiFailed("INTERNAL_ERROR")},
		{"no such outcome", []requests.Edit{requests.Set("biz_no", "sandbox:explode")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:biz_no")},
	})
	requests.Run(t, samples.Linkface, samples.LinkfaceApp(), []step{
		{"linkface has neither", []requests.Edit{requests.Set("uuid", "sandbox:code=9999"), requests.Set("biz_no", "sandbox:code=9999")}, 200, samples.LinkfaceIssued},
	})
}

func TestOutcomeInTheRequestComesBeforeTheQueue(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=API_NOT_FOUND", 1))
	server := requests.Serve(t, vendor)
	require.Equal(t, 500, requests.Post(t, server, samples.AppV5().Edited(requests.Set("uuid", "sandbox:code=INTERNAL_ERROR"))).Status)
	require.Equal(t, 404, requests.Post(t, server, samples.AppV5()).Status)
	require.Equal(t, 200, requests.Post(t, server, samples.AppV5()).Status)
}

// A biz_no that asks for a token to be issued after all has to be new as any other.
func TestNoteMakesABizNoUnique(t *testing.T) {
	server := requests.Serve(t, samples.Megvii())
	ask := func(bizNo string) int {
		return requests.Post(t, server, samples.PCWeb().Edited(requests.Set("biz_no", bizNo))).Status
	}
	require.Equal(t, 200, ask("sandbox:delay=1ms"))
	require.Equal(t, 400, ask("sandbox:delay=1ms"))
	require.Equal(t, 200, ask("sandbox:delay=1ms#2"))
}

func TestOutcomeInTheContext(t *testing.T) {
	vendor := sandbox.NewMegvii(samples.Options())
	require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=API_NOT_FOUND", 1))
	ask := func(outcome string, edits ...requests.Edit) int {
		r := requests.HTTP(t, samples.AppV5().Edited(edits...))
		if outcome != "" {
			r = r.WithContext(sandbox.WithOutcome(r.Context(), outcome))
		}
		answer := httptest.NewRecorder()
		vendor.ServeHTTP(answer, r)
		return answer.Code
	}
	require.Equal(t, 500, ask("code=INTERNAL_ERROR"))
	require.Equal(t, 403, ask("code=INTERNAL_ERROR", requests.Set("uuid", "sandbox:code=AUTHENTICATION_ERROR")), "the request's own comes first")
	require.Equal(t, 404, ask(""), "what is waiting has not been spent")
	require.Equal(t, 400, ask("explode"))
	require.Equal(t, `no outcome "explode"`, vendor.Ledger()[3].Problem)
}
