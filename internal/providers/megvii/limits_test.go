package megvii

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const unable = providers.NoEligibleProduct

func TestCheck(t *testing.T) {
	type request = providers.Request
	text := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name    string
		product string
		change  func(*request)
		path    providers.Path // "" = allowed
		reason  providers.Reason
	}{
		{"reference of 128 characters", randomNumber.ID, func(r *request) { r.Reference = strings.Repeat("号", 128) }, "", ""},
		{"reference of 129 characters", randomNumber.ID, func(r *request) { r.Reference = text(129) }, "reference", providers.ArgumentRejected},
		{"subject id without a place", randomNumber.ID, func(r *request) { r.SubjectID = sensitive.New(text(512)) }, "", ""},
		{"photos", randomNumber.ID, func(r *request) { r.Photos = photos(1) }, "comparison.photos", unable},
		{"lifetime", randomNumber.ID, func(r *request) { r.TokenLifetime = time.Hour }, "token_lifetime", unable},

		{"no return url", pcWeb.ID, func(r *request) { r.ReturnURL = sensitive.String{} }, "callback.return_url", unable},
		{"no notify url", pcWeb.ID, func(r *request) { r.NotifyURL = sensitive.String{} }, "callback.notify_url", unable},
		{"photos without a subject", pcWeb.ID, func(r *request) { r.Photos = photos(1) }, "subject_id", unable},
		{"id card and photos without a subject", pcWeb.ID, func(r *request) { r.Photos, r.IdentityDocument = photos(3), idCard("张三", "11010119900307001X") }, "", ""},
		{"4 photos", pcWeb.ID, func(r *request) { r.Photos, r.SubjectID = photos(4), sensitive.New("u") }, "comparison.photos", providers.ArgumentRejected},
		{"name of 32 characters", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard(strings.Repeat("张", 32), "110101199003070011") }, "", ""},
		{"name of 33 characters", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard(strings.Repeat("张", 33), "110101199003070011") }, "comparison.identity_document.name", providers.IdentityNameInvalid},
		{"name that is no UTF-8", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("\xd5\xc5", "110101199003070011") }, "comparison.identity_document.name", providers.IdentityNameInvalid},
		{"no name", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("", "110101199003070011") }, "comparison.identity_document.name", providers.IdentityNameInvalid},
		{"number with x", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("张三", "11010119900307001x") }, "", ""},
		{"passport", pcWeb.ID, func(r *request) { r.IdentityDocument = passport(china) }, "comparison.identity_document.type", unable},
		{"identity card of another country", pcWeb.ID, func(r *request) {
			r.IdentityDocument = idCard("Tan", "S1234567D")
			r.IdentityDocument.Country = sensitive.New("SG")
		}, "comparison.identity_document.country", unable},
		{"number of 17", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("张三", "11010119900307001") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"number of 19", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("张三", "1101011990030700111") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"number with a line end", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("张三", "110101199003070011\n") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"number with Y", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("张三", "11010119900307001Y") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"number with x inside", pcWeb.ID, func(r *request) { r.IdentityDocument = idCard("张三", "1101011990030700x1") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"reject several faces", pcWeb.ID, func(r *request) { r.MultipleFaces = providers.RejectMultipleFaces }, "", ""},
		{"use the largest face", pcWeb.ID, func(r *request) { r.MultipleFaces = providers.UseLargestFace }, "comparison.multiple_faces", unable},
		{"reference of 128 bytes", pcWeb.ID, func(r *request) { r.Reference = text(128) }, "", ""},
		{"reference of 129 bytes", pcWeb.ID, func(r *request) { r.Reference = strings.Repeat("号", 43) }, "reference", providers.ArgumentRejected},
		{"extra data of 4096 bytes", pcWeb.ID, func(r *request) { r.ExtraData = sensitive.New(text(4096)) }, "", ""},
		{"extra data of 4098 bytes", pcWeb.ID, func(r *request) { r.ExtraData = sensitive.New(strings.Repeat("号", 1366)) }, "callback.extra_data", providers.ArgumentRejected},
		{"subject id of 513 bytes", pcWeb.ID, func(r *request) { r.SubjectID = sensitive.New(text(513)) }, "subject_id", providers.ArgumentRejected},
		{"no comparison", litePage.ID, func(r *request) { r.IdentityDocument = nil }, "comparison.identity_document", unable},
		{"photos without a subject", litePage.ID, func(r *request) { r.IdentityDocument, r.Photos = nil, photos(1) }, "subject_id", unable},
		{"photos with a subject", litePage.ID, func(r *request) { r.IdentityDocument, r.Photos, r.SubjectID = nil, photos(3), sensitive.New("u") }, "", ""},
		{"4 photos", litePage.ID, func(r *request) { r.Photos = photos(4) }, "comparison.photos", providers.ArgumentRejected},
		{"passport", litePage.ID, func(r *request) { r.IdentityDocument = passport(china) }, "comparison.identity_document.type", unable},
		{"use the largest face", litePage.ID, func(r *request) { r.MultipleFaces = providers.UseLargestFace }, "comparison.multiple_faces", unable},
		{"token lifetime", litePage.ID, func(r *request) { r.TokenLifetime = time.Hour }, "token_lifetime", unable},
		{"language", litePage.ID, func(r *request) { r.Language = "en" }, "capture.language", unable},
		{"extra data of 4097 bytes", litePage.ID, func(r *request) { r.ExtraData = sensitive.New(text(4097)) }, "callback.extra_data", providers.ArgumentRejected},
		{"notify url of port 80", litePage.ID, func(r *request) { r.NotifyURL = sensitive.New("http://a.example/n") }, "callback.notify_url", unable},
		{"notify url of port 8086", litePage.ID, func(r *request) { r.NotifyURL = sensitive.New("https://a.example:8086/n") }, "callback.notify_url", unable},
		{"notify url of port 8883", litePage.ID, func(r *request) { r.NotifyURL = sensitive.New("http://a.example:8883/n") }, "", ""},
		{"notify url of port 443", litePage.ID, func(r *request) { r.NotifyURL = sensitive.New("HTTPS://a.example:443/n") }, "", ""},
		{"language", pcWeb.ID, func(r *request) { r.Language = "en" }, "capture.language", unable},

		{"no comparison", appV3.ID, func(r *request) { r.IdentityDocument = nil }, "comparison.identity_document", unable},
		{"photos without a subject", appV3.ID, func(r *request) { r.IdentityDocument, r.Photos = nil, photos(1) }, "subject_id", unable},
		{"photos with a subject", appV3.ID, func(r *request) { r.IdentityDocument, r.Photos, r.SubjectID = nil, photos(2), sensitive.New("u") }, "", ""},
		{"3 photos", appV3.ID, func(r *request) { r.Photos = photos(3) }, "comparison.photos", providers.ArgumentRejected},
		{"photos of 20 MB", appV3.ID, func(r *request) {
			r.Photos = []sensitive.Bytes{sensitive.NewBytes(make([]byte, 20_000_000))}
		}, "comparison.photos", providers.RequestTooLarge},
		{"name of 33 characters", appV3.ID, func(r *request) { r.IdentityDocument = idCard(strings.Repeat("张", 33), "110101199003070011") }, "", ""},
		{"name that is no UTF-8", appV3.ID, func(r *request) { r.IdentityDocument = idCard("\xd5\xc5", "110101199003070011") }, "comparison.identity_document.name", providers.IdentityNameInvalid},
		{"number of 17", appV3.ID, func(r *request) { r.IdentityDocument = idCard("张三", "11010119900307001") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"passport", appV3.ID, func(r *request) { r.IdentityDocument = passport(china) }, "comparison.identity_document.type", unable},
		{"reject several faces", appV3.ID, func(r *request) { r.MultipleFaces = providers.RejectMultipleFaces }, "comparison.multiple_faces", unable},
		{"use the largest face", appV3.ID, func(r *request) { r.MultipleFaces = providers.UseLargestFace }, "", ""},
		{"callback", appV3.ID, func(r *request) { r.NotifyURL = sensitive.New("https://a.example") }, "callback.notify_url", unable},
		{"subject id of 129 bytes", appV3.ID, func(r *request) { r.SubjectID = sensitive.New(strings.Repeat("号", 43)) }, "subject_id", providers.ArgumentRejected},
		{"reference of 129 bytes", appV3.ID, func(r *request) { r.Reference = strings.Repeat("号", 43) }, "reference", providers.ArgumentRejected},

		{"subject id of 128 bytes", appV5.ID, func(r *request) { r.SubjectID = sensitive.New(text(128)) }, "", ""},
		{"subject id of 129 bytes", appV5.ID, func(r *request) { r.SubjectID = sensitive.New(strings.Repeat("号", 43)) }, "subject_id", providers.ArgumentRejected},
		{"reference without a place", appV5.ID, func(r *request) { r.Reference = strings.Repeat("号", 128) }, "", ""},
		{"detection", appV5.ID, func(r *request) { r.Detection = providers.DetectIDCard }, "detection", unable},
		{"callback", appV5.ID, func(r *request) { r.NotifyURL = sensitive.New("https://a.example") }, "callback.notify_url", unable},

		{"no subject", h5Flash.ID, func(r *request) { r.SubjectID = sensitive.String{} }, "subject_id", unable},
		{"no photo", h5Flash.ID, func(r *request) { r.Photos = nil }, "comparison.photos", unable},
		{"2 photos", h5Flash.ID, func(r *request) { r.Photos = photos(2) }, "", ""},
		{"3 photos", h5Flash.ID, func(r *request) { r.Photos = photos(3) }, "comparison.photos", providers.ArgumentRejected},
		{"photos of 19 MB", h5Flash.ID, func(r *request) { r.Photos = []sensitive.Bytes{sensitive.NewBytes(make([]byte, 19_000_000))} }, "", ""},
		{"photos of 20 MB", h5Flash.ID, func(r *request) {
			r.Photos = []sensitive.Bytes{sensitive.NewBytes(make([]byte, 12_000_000)), sensitive.NewBytes(make([]byte, 8_000_000))}
		}, "comparison.photos", providers.RequestTooLarge},
		{"id card", h5Flash.ID, func(r *request) { r.IdentityDocument = idCard("张三", "110101199003070011") }, "comparison.identity_document", unable},
		{"use the largest face", h5Flash.ID, func(r *request) { r.MultipleFaces = providers.UseLargestFace }, "", ""},
		{"lifetime of 5 minutes", h5Flash.ID, func(r *request) { r.TokenLifetime = 5 * time.Minute }, "", ""},
		{"lifetime of a day", h5Flash.ID, func(r *request) { r.TokenLifetime = 24 * time.Hour }, "", ""},
		{"lifetime of 4 minutes", h5Flash.ID, func(r *request) { r.TokenLifetime = 4 * time.Minute }, "token_lifetime", providers.ArgumentRejected},
		{"lifetime of 1441 minutes", h5Flash.ID, func(r *request) { r.TokenLifetime = 1441 * time.Minute }, "token_lifetime", providers.ArgumentRejected},
		{"lifetime of 5 minutes and a half", h5Flash.ID, func(r *request) { r.TokenLifetime = 330 * time.Second }, "token_lifetime", providers.ArgumentRejected},
		{"1 upload", h5Flash.ID, func(r *request) { r.MaxUploads = 1 }, "capture.max_uploads", providers.ArgumentRejected},
		{"2 uploads", h5Flash.ID, func(r *request) { r.MaxUploads = 2 }, "", ""},
		{"6 uploads", h5Flash.ID, func(r *request) { r.MaxUploads = 6 }, "capture.max_uploads", providers.ArgumentRejected},
		{"4 colours", h5Flash.ID, func(r *request) { r.FlashColors = 4 }, "", ""},
		{"5 colours", h5Flash.ID, func(r *request) { r.FlashColors = 5 }, "capture.flash_colors", providers.ArgumentRejected},
		{"German", h5Flash.ID, func(r *request) { r.Language = "de" }, "capture.language", unable},
		{"screen replay check", h5Flash.ID, func(r *request) { r.ScreenReplayCheck = new(true) }, "capture.screen_replay_check", unable},
		{"no screen replay check", h5Flash.ID, func(r *request) { r.ScreenReplayCheck = new(false) }, "", ""},
		{"subject id of 513 bytes", h5Flash.ID, func(r *request) { r.SubjectID = sensitive.New(text(513)) }, "subject_id", providers.ArgumentRejected},
		{"reference of 129 bytes", h5Flash.ID, func(r *request) { r.Reference = strings.Repeat("号", 43) }, "reference", providers.ArgumentRejected},
	}
	for _, test := range tests {
		t.Run(test.product+", "+test.name, func(t *testing.T) {
			r := with(smallest(test.product), test.change)
			violations := Provider().Product(test.product).Check(r, r.Asks(), providers.Settings{})
			if test.path == "" {
				require.Empty(t, violations)
				return
			}
			require.Len(t, violations, 1)
			require.Equal(t, test.path, violations[0].Path)
			require.Equal(t, test.reason, violations[0].Reason)
		})
	}
}

func TestFullestRequestsPass(t *testing.T) {
	for _, product := range Provider().Products {
		r := fullest(product.ID)
		require.Empty(t, product.Check(r, r.Asks(), providers.Settings{}), product.ID)
	}
}

// An account without a data source compares photos alone.
func TestAccountWithoutDataSource(t *testing.T) {
	asia := providers.Settings{Options: map[string]string{"data_source": "absent"}}
	check := func(r *providers.Request) []providers.Path {
		var paths []providers.Path
		for _, v := range Provider().Product(appV3.ID).Check(r, r.Asks(), asia) {
			require.Equal(t, unable, v.Reason)
			paths = append(paths, v.Path)
		}
		return paths
	}
	require.Equal(t, []providers.Path{"comparison.photos"}, check(&providers.Request{}))
	require.Equal(t, []providers.Path{"comparison.photos", "comparison.identity_document"}, check(smallest(appV3.ID)))
	require.Equal(t, []providers.Path{"comparison.identity_document"}, check(fullest(appV3.ID)))
	require.Empty(t, check(with(fullest(appV3.ID), func(r *providers.Request) { r.IdentityDocument = nil })))
}

func TestTargetParameters(t *testing.T) {
	flags := [2][]string{{"0", "1"}, {"2", "true", "", "01"}}
	tests := map[string]map[string][2][]string{ // allowed, refused
		randomNumber.ID: {},
		pcWeb.ID: {
			"scene_id":                 {{"any"}, {""}},
			"screen_replay":            flags,
			"multi_oriented_detection": flags,
		},
		litePage.ID: {
			"scene_id":                 {{"any"}, {""}},
			"web_title":                {{"any"}, {""}},
			"procedure_type":           {{"video", "selfie", "still", "flash", "meglive_flash", "will"}, {"", "Video", "raw_flash"}},
			"procedure_priority":       {{"video", "still", "keep"}, {"", "selfie"}},
			"liveness_preferences":     {{"none", "selfie_no_metadata_check", "video_strict", "still_strict"}, {"", "strict"}},
			"get_shooting_error":       flags,
			"maximum_shooting_time":    {{"10", "15", "60"}, {"9", "61", "015", "15s", ""}},
			"idcard_mode":              {{"1", "2", "3", "4"}, {"0", "5", ""}},
			"idcard_uneditable_field":  {{"idcard_name"}, {""}},
			"multi_oriented_detection": flags,
			"fmp_mode":                 flags,
			"language":                 {{"0", "1"}, {"en", "zh", "2"}},
		},
		appV3.ID: {
			"liveness_type":            {{"meglive", "still"}, {"", "flash", "raw_image"}},
			"liveness_timeout":         {{"5", "10", "60"}, {"4", "61", "010", "10s", ""}},
			"liveness_action_count":    {{"1", "3"}, {"0", "4", ""}},
			"eyes_close_detection":     flags,
			"verbose":                  flags,
			"security_level":           {{"1", "2", "3", "4"}, {"0", "5", ""}},
			"force_compare":            flags,
			"multi_oriented_detection": flags,
		},
		appV5.ID: {"liveness_id": {{"any"}, {""}}},
		h5Flash.ID: {
			"color_number":                 {{"4", "6", "8"}, {"5", "0", "10", "+4", "six"}},
			"liveness_preferences":         {{"none"}, {"None", "strict"}},
			"language":                     {{"0", "1"}, {"en", "zh", "2"}},
			"multi_oriented_detection":     flags,
			"fail_when_ref_multiple_faces": flags,
			"max_upload_times":             {{"2", "5"}, {"1", "6", "05", "+2", "2.0", ""}},
			"life_time":                    {{"5", "60", "1440"}, {"4", "1441", "060", "1h", " 60"}},
			"return_multifaces_tag":        flags,
			"face_occlusion_detection":     flags,
		},
	}
	for id, wanted := range tests {
		product := Provider().Product(id)
		require.Len(t, product.Parameters, len(wanted), id)
		for _, p := range product.Parameters {
			values, known := wanted[p.Name]
			require.True(t, known, p.Name)
			require.NotEmpty(t, p.Text)
			require.Equal(t, p.Name == "liveness_id" || p.Name == "liveness_type", p.Required)
			for _, value := range values[0] {
				require.True(t, p.Takes(value), "%s=%s", p.Name, value)
			}
			for _, value := range values[1] {
				require.False(t, p.Takes(value), "%s=%s", p.Name, value)
			}
		}
	}
}
