package sandbox_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

func TestLitePageProcedures(t *testing.T) {
	bad := func(key string) string { return failed("BAD_ARGUMENTS:" + key) }
	var steps []step
	for procedure, own := range map[string]string{
		"": "video_strict", "video": "video_strict", "selfie": "selfie_no_metadata_check", "still": "still_strict",
		"flash": "", "meglive_flash": "", "will": "",
	} {
		for _, preference := range []string{"", "none", "video_strict", "selfie_no_metadata_check", "still_strict"} {
			s := step{procedure + " " + preference, []edit{set("procedure_type", procedure), set("liveness_preferences", preference)}, 200, litePageIssued}
			if preference != "" && preference != "none" && preference != own {
				s.status, s.body = 400, bad("liveness_preferences")
			}
			steps = append(steps, s)
		}
	}
	for _, priority := range []string{"video", "still", "keep"} {
		steps = append(steps, step{"else " + priority, []edit{set("procedure_priority", priority)}, 200, litePageIssued})
	}
	runSteps(t, megvii, validLitePage(), append(
		steps,
		step{"procedure_type outside its values", []edit{set("procedure_type", "raw_flash")}, 400, bad("procedure_type")},
		step{"procedure_priority outside its values", []edit{set("procedure_priority", "selfie")}, 400, bad("procedure_priority")},
		step{"liveness_preferences outside its values", []edit{set("liveness_preferences", "strict")}, 400, bad("liveness_preferences")},
	))
}

func TestLitePageScenes(t *testing.T) {
	withScenes := func() http.Handler {
		o := options()
		o.LiteScenes = map[string]sandbox.LiteScene{
			"":      {TimeLimit: 30 * time.Minute},
			"short": {TimeLimit: 5 * time.Minute},
			"usual": {},
			"lite1": {TimeLimit: 10 * time.Minute, Lite1: true},
		}
		return sandbox.NewMegvii(o)
	}
	issued := func(limit time.Duration) string {
		return strings.Replace(litePageIssued, "1700003600", strconv.FormatInt(serverTime+int64(limit.Seconds()), 10), 1)
	}
	lite1 := func(edits ...edit) []edit { return append(edits, set("scene_id", "lite1")) }

	runSteps(t, withScenes, validLitePage(), []step{
		{"default", nil, 200, issued(30 * time.Minute)},
		{"its own time limit", []edit{set("scene_id", "short")}, 200, issued(5 * time.Minute)},
		{"no time limit", []edit{set("scene_id", "usual")}, 200, issued(time.Hour)},
		{"unknown", []edit{set("scene_id", "other")}, 400, failed("BAD_ARGUMENTS:scene_id")},
		{"still", []edit{set("procedure_type", "still")}, 200, issued(30 * time.Minute)},
		{"lite 1.0", lite1(set("procedure_type", "selfie")), 200, issued(10 * time.Minute)},
		{"lite 1.0 with still", lite1(set("procedure_type", "still")), 400, failed("BAD_ARGUMENTS:procedure_type")},
		{"lite 1.0 with flash", lite1(set("procedure_type", "flash")), 400, failed("BAD_ARGUMENTS:procedure_type")},
		{"lite 1.0 with the user's choice", lite1(set("idcard_mode", "4")), 400, failed("BAD_ARGUMENTS:idcard_mode")},
		{"lite 1.0 without idcard_mode", lite1(drop("idcard_mode")), 400, failed("MISSING_ARGUMENTS: idcard_mode")},
	})
}
