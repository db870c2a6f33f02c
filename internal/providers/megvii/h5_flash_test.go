package megvii

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// The request decides, then the target, then the document.
func TestPrecedenceOfSettings(t *testing.T) {
	type request = providers.Request
	absent := ""
	tests := []struct {
		parameter string
		document  string
		target    string // against the document
		ask       func(*request)
		asked     string // against the target
	}{
		{"color_number", "6", "4", func(r *request) { r.FlashColors = 8 }, "8"},
		{"max_upload_times", "5", "2", func(r *request) { r.MaxUploads = 3 }, "3"},
		{"life_time", "60", "30", func(r *request) { r.TokenLifetime = 1440 * time.Minute }, "1440"},
		{"language", absent, "1", func(r *request) { r.Language = "en" }, "0"},
		{"face_occlusion_detection", absent, "1", func(r *request) { r.FaceOcclusionCheck = new(false) }, "0"},
		{"return_multifaces_tag", absent, "1", func(r *request) { r.ReportMultipleFaces = new(false) }, "0"},
		{"multi_oriented_detection", absent, "1", func(r *request) { r.DetectRotatedFaces = new(false) }, "0"},
		{"fail_when_ref_multiple_faces", absent, "0", func(r *request) { r.MultipleFaces = providers.RejectMultipleFaces }, "1"},
		{"liveness_preferences", absent, "none", func(*request) {}, "none"},
	}
	v := newVendor(t, 200, `{"token":"t"}`)
	send := func(t *testing.T, parameter string, parameters map[string]string, r *request) string {
		t.Helper()
		_, err := v.issue(t, h5Flash.ID, parameters, r)
		require.NoError(t, err)
		for _, p := range v.parts {
			if p.Name == parameter {
				return p.Value
			}
		}
		return absent
	}
	for _, test := range tests {
		t.Run(test.parameter, func(t *testing.T) {
			fromTarget := map[string]string{test.parameter: test.target}
			require.Equal(t, test.document, send(t, test.parameter, nil, smallest(h5Flash.ID)))
			require.Equal(t, test.target, send(t, test.parameter, fromTarget, smallest(h5Flash.ID)))
			require.Equal(t, test.asked, send(t, test.parameter, fromTarget, with(smallest(h5Flash.ID), test.ask)))
		})
	}
}

// The lifetime is the earlier of the one that was sent and the documented hour.
func TestLifetimeOfH5Flash(t *testing.T) {
	tests := map[string]struct {
		asked  time.Duration
		target string
		want   providers.Expiry
	}{
		"recommended":         {0, "", providers.Expiry{Time: now.Add(time.Hour), Source: providers.Requested}},
		"shorter, by target":  {0, "30", providers.Expiry{Time: now.Add(30 * time.Minute), Source: providers.Requested}},
		"longer, by target":   {0, "120", providers.Expiry{Time: now.Add(time.Hour), Source: providers.DocumentedDefault}},
		"shorter, by request": {5 * time.Minute, "30", providers.Expiry{Time: now.Add(5 * time.Minute), Source: providers.Requested}},
		"longer, by request":  {61 * time.Minute, "30", providers.Expiry{Time: now.Add(time.Hour), Source: providers.DocumentedDefault}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := smallest(h5Flash.ID)
			r.TokenLifetime = test.asked
			token, err := newVendor(t, 200, `{"token":"t"}`).issue(t, h5Flash.ID, map[string]string{"life_time": test.target}, r)
			require.NoError(t, err)
			require.Equal(t, test.want, token.Expiry)
		})
	}
}
