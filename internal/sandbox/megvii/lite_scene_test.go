package megvii_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/megvii"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestLitePageProcedures(t *testing.T) {
	bad := func(key string) string { return samples.MegviiFailed("BAD_ARGUMENTS:" + key) }
	var steps []step
	for procedure, own := range map[string]string{
		"": "video_strict", "video": "video_strict", "selfie": "selfie_no_metadata_check", "still": "still_strict",
		"flash": "", "meglive_flash": "", "will": "",
	} {
		for _, preference := range []string{"", "none", "video_strict", "selfie_no_metadata_check", "still_strict"} {
			s := step{procedure + " " + preference, []requests.Edit{requests.Set("procedure_type", procedure), requests.Set("liveness_preferences", preference)}, 200, samples.LitePageIssued}
			if preference != "" && preference != "none" && preference != own {
				s.Status, s.Body = 400, bad("liveness_preferences")
			}
			steps = append(steps, s)
		}
	}
	for _, priority := range []string{"video", "still", "keep"} {
		steps = append(steps, step{"else " + priority, []requests.Edit{requests.Set("procedure_priority", priority)}, 200, samples.LitePageIssued})
	}
	requests.Run(t, samples.Megvii, samples.LitePage(), append(
		steps,
		step{"procedure_type outside its values", []requests.Edit{requests.Set("procedure_type", "raw_flash")}, 400, bad("procedure_type")},
		step{"procedure_priority outside its values", []requests.Edit{requests.Set("procedure_priority", "selfie")}, 400, bad("procedure_priority")},
		step{"liveness_preferences outside its values", []requests.Edit{requests.Set("liveness_preferences", "strict")}, 400, bad("liveness_preferences")},
	))
}

func TestLitePageScenes(t *testing.T) {
	withScenes := func() http.Handler {
		o := samples.Options()
		o.Megvii.LiteScenes = map[string]megvii.LiteScene{
			"":      {TimeLimit: 30 * time.Minute},
			"short": {TimeLimit: 5 * time.Minute},
			"usual": {},
			"lite1": {TimeLimit: 10 * time.Minute, Lite1: true},
		}
		return sandbox.NewMegvii(o)
	}
	issued := func(limit time.Duration) string {
		return strings.Replace(samples.LitePageIssued, "1700003600", strconv.FormatInt(samples.ServerTime+int64(limit.Seconds()), 10), 1)
	}
	lite1 := func(edits ...requests.Edit) []requests.Edit { return append(edits, requests.Set("scene_id", "lite1")) }

	requests.Run(t, withScenes, samples.LitePage(), []step{
		{"default", nil, 200, issued(30 * time.Minute)},
		{"its own time limit", []requests.Edit{requests.Set("scene_id", "short")}, 200, issued(5 * time.Minute)},
		{"no time limit", []requests.Edit{requests.Set("scene_id", "usual")}, 200, issued(time.Hour)},
		{"unknown", []requests.Edit{requests.Set("scene_id", "other")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:scene_id")},
		{"still", []requests.Edit{requests.Set("procedure_type", "still")}, 200, issued(30 * time.Minute)},
		{"lite 1.0", lite1(requests.Set("procedure_type", "selfie")), 200, issued(10 * time.Minute)},
		{"lite 1.0 with still", lite1(requests.Set("procedure_type", "still")), 400, samples.MegviiFailed("BAD_ARGUMENTS:procedure_type")},
		{"lite 1.0 with flash", lite1(requests.Set("procedure_type", "flash")), 400, samples.MegviiFailed("BAD_ARGUMENTS:procedure_type")},
		{"lite 1.0 with the user's choice", lite1(requests.Set("idcard_mode", "4")), 400, samples.MegviiFailed("BAD_ARGUMENTS:idcard_mode")},
		{"lite 1.0 without idcard_mode", lite1(requests.Drop("idcard_mode")), 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_mode")},
	})
}
