package sandbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

func TestOutcomeInTheRequest(t *testing.T) {
	photos := validPCWeb().edited(set("comparison_type", "0"), set("uuid", "user-1"), file("image_ref1", pngOf(t, 8, 8)))
	echoed := func(message, bizNo string) string {
		return strings.TrimSuffix(failed(message), "}") + `,"biz_no":"` + bizNo + `"}`
	}
	const asked = "sandbox:code=INTERNAL_ERROR"

	runSteps(t, megvii, validAppV5(), []step{
		{"app-v5 in uuid", []edit{set("uuid", asked)}, 500, appV5Failed("INTERNAL_ERROR")},
		{"with a note", []edit{set("uuid", asked+"#user-1,hang")}, 500, appV5Failed("INTERNAL_ERROR")},
		{"app-v5 has no biz_no", []edit{set("biz_no", asked)}, 200, appV5Issued},
		{"before the checks", []edit{set("uuid", asked), drop("sign")}, 500, appV5Failed("INTERNAL_ERROR")},
		{"in the middle", []edit{set("uuid", "my-"+asked)}, 200, appV5Issued},
		{"in capitals", []edit{set("uuid", strings.ToUpper(asked))}, 200, appV5Issued},
		{"no such outcome", []edit{set("uuid", "sandbox:explode")}, 400, appV5Failed("BAD_ARGUMENTS: uuid")},
		{"no such code", []edit{set("uuid", "sandbox:code=EXPLODED")}, 400, appV5Failed("BAD_ARGUMENTS: uuid")},
		{"no outcome", []edit{set("uuid", "sandbox:")}, 400, appV5Failed("BAD_ARGUMENTS: uuid")},
	})
	runSteps(t, megvii, validRandomNumber(), []step{
		{"random-number in biz_no", []edit{set("biz_no", asked)}, 500, echoed("INTERNAL_ERROR", asked)},
		{"random-number has no uuid", []edit{set("uuid", asked)}, 200, `{"time_used":0,"random_number":"` + digits + `","token_random_number":"` + token + `","request_id":"` + requestID + `"}`},
		{"no such outcome", []edit{set("biz_no", "sandbox:explode")}, 400, echoed("BAD_ARGUMENTS:biz_no", "sandbox:explode")},
	})
	runSteps(t, megvii, validH5Flash(t), []step{
		{"h5-flash in uuid", []edit{set("uuid", asked)}, 500, failed("INTERNAL_ERROR")},
		{"h5-flash in biz_no", []edit{set("biz_no", asked)}, 500, echoed("INTERNAL_ERROR", asked)},
		{"of two uuid counts", []edit{set("uuid", "sandbox:code=API_NOT_FOUND"), set("biz_no", asked)}, 404, echoed("API_NOT_FOUND", asked)},
		{"a file carries none", []edit{file("uuid", []byte(asked))}, 400, failed("BAD_ARGUMENTS:uuid")},
	})
	runSteps(t, megvii, photos, []step{
		{"pc-web in uuid", []edit{set("uuid", asked)}, 500, failed("INTERNAL_ERROR")},
		{"pc-web in biz_no", []edit{set("biz_no", asked)}, 500, failed("INTERNAL_ERROR")},
	})
	runSteps(t, megvii, validLitePage(), []step{
		{"lite-page in biz_no", []edit{set("biz_no", asked)}, 500, failed("INTERNAL_ERROR")},
		{"lite-page in uuid", []edit{set("uuid", asked)}, 500, failed("INTERNAL_ERROR")},
		{"no such outcome", []edit{set("biz_no", "sandbox:explode")}, 400, failed("BAD_ARGUMENTS:biz_no")},
	})
	runSteps(t, linkface, validLinkface(), []step{
		{"linkface has neither", []edit{set("uuid", "sandbox:code=9999"), set("biz_no", "sandbox:code=9999")}, 200, linkfaceIssued},
	})
}

func TestOutcomeInTheRequestComesBeforeTheQueue(t *testing.T) {
	vendor := sandbox.NewMegvii(options())
	require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=API_NOT_FOUND", 1))
	server := serve(t, vendor)
	require.Equal(t, 500, post(t, server, validAppV5().edited(set("uuid", "sandbox:code=INTERNAL_ERROR"))).status)
	require.Equal(t, 404, post(t, server, validAppV5()).status)
	require.Equal(t, 200, post(t, server, validAppV5()).status)
}

// A biz_no that asks for a token to be issued after all has to be new as any other.
func TestNoteMakesABizNoUnique(t *testing.T) {
	server := serve(t, megvii())
	ask := func(bizNo string) int { return post(t, server, validPCWeb().edited(set("biz_no", bizNo))).status }
	require.Equal(t, 200, ask("sandbox:delay=1ms"))
	require.Equal(t, 400, ask("sandbox:delay=1ms"))
	require.Equal(t, 200, ask("sandbox:delay=1ms#2"))
}

func TestOutcomeInTheContext(t *testing.T) {
	vendor := sandbox.NewMegvii(options())
	require.NoError(t, vendor.Rehearse("megvii.app-v5", "code=API_NOT_FOUND", 1))
	ask := func(outcome string, edits ...edit) int {
		r := httpRequest(t, validAppV5().edited(edits...))
		if outcome != "" {
			r = r.WithContext(sandbox.WithOutcome(r.Context(), outcome))
		}
		answer := httptest.NewRecorder()
		vendor.ServeHTTP(answer, r)
		return answer.Code
	}
	require.Equal(t, 500, ask("code=INTERNAL_ERROR"))
	require.Equal(t, 403, ask("code=INTERNAL_ERROR", set("uuid", "sandbox:code=AUTHENTICATION_ERROR")), "the request's own comes first")
	require.Equal(t, 404, ask(""), "what is waiting has not been spent")
	require.Equal(t, 400, ask("explode"))
	require.Equal(t, `no outcome "explode"`, vendor.Ledger()[3].Problem)
}
