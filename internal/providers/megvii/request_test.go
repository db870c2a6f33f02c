package megvii

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	photo1 = "\xff\xd8 photo \x00"
	photo2 = "\xff\xd8 photo \x00\x00"
	photo3 = "\xff\xd8 photo \x00\x00\x00"
)

var requests = []struct {
	name       string
	product    string
	parameters map[string]string
	request    *providers.Request
	path       string
	want       []part
	reference  string
}{
	{
		name: "random-number, smallest", product: randomNumber.ID, request: smallest(randomNumber.ID),
		path: "/faceid/lite/raw/get_random_number",
		want: []part{{"api_key", testKey, ""}, {"api_secret", testSecret, ""}},
	},
	{
		name: "random-number, fullest", product: randomNumber.ID, request: fullest(randomNumber.ID),
		path:      "/faceid/lite/raw/get_random_number",
		want:      []part{{"api_key", testKey, ""}, {"api_secret", testSecret, ""}, {"biz_no", "order-1", ""}},
		reference: "order-1",
	},
	{
		name: "pc-web, smallest", product: pcWeb.ID, request: smallest(pcWeb.ID),
		path: "/faceid/liveness/v2/get_token",
		want: []part{
			{"api_key", testKey, ""},
			{"api_secret", testSecret, ""},
			{"comparison_type", "-1", ""},
			{"return_url", "https://a.example/return", ""},
			{"notify_url", "https://a.example/notify", ""},
			{"biz_no", testBizNo, ""},
		},
		reference: testBizNo,
	},
	{
		name: "pc-web, fullest", product: pcWeb.ID, request: fullest(pcWeb.ID),
		parameters: map[string]string{"scene_id": "scene-1", "screen_replay": "0", "multi_oriented_detection": "0"},
		path:       "/faceid/liveness/v2/get_token",
		want: []part{
			{"api_key", testKey, ""},
			{"api_secret", testSecret, ""},
			{"comparison_type", "1", ""},
			{"idcard_name", "张三", ""},
			{"idcard_number", "11010119900307001x", ""},
			{"image_ref1", photo1, "image_ref1"},
			{"image_ref2", photo2, "image_ref2"},
			{"image_ref3", photo3, "image_ref3"},
			{"return_url", "https://a.example/return", ""},
			{"notify_url", "https://a.example/notify", ""},
			{"biz_no", "order-1", ""},
			{"biz_extra_data", "extra=1", ""},
			{"scene_id", "scene-1", ""},
			{"screen_replay", "1", ""},
			{"multi_oriented_detection", "1", ""},
		},
		reference: "order-1",
	},
	{
		name: "pc-web, photos without id card", product: pcWeb.ID,
		request: with(fullest(pcWeb.ID), func(r *providers.Request) {
			r.IDCard, r.Photos = nil, photos(1)
			r.ExtraData = sensitive.String{}
			r.ScreenReplayCheck, r.DetectRotatedFaces = new(false), nil
		}),
		parameters: map[string]string{"screen_replay": "1", "multi_oriented_detection": "1"},
		path:       "/faceid/liveness/v2/get_token",
		want: []part{
			{"api_key", testKey, ""},
			{"api_secret", testSecret, ""},
			{"comparison_type", "0", ""},
			{"uuid", "user-1", ""},
			{"image_ref1", photo1, "image_ref1"},
			{"return_url", "https://a.example/return", ""},
			{"notify_url", "https://a.example/notify", ""},
			{"biz_no", "order-1", ""},
			{"screen_replay", "0", ""},
			{"multi_oriented_detection", "1", ""},
		},
		reference: "order-1",
	},
	{
		name: "app-v5, smallest", product: appV5.ID, request: smallest(appV5.ID),
		parameters: map[string]string{"liveness_id": "scene-1"},
		path:       "/faceid/v5/sdk/get_biz_token",
		want:       []part{{"sign", signatureOfTests, ""}, {"sign_version", "hmac_sha1", ""}, {"liveness_id", "scene-1", ""}},
	},
	{
		name: "app-v5, fullest", product: appV5.ID, request: fullest(appV5.ID),
		parameters: map[string]string{"liveness_id": "scene-1"},
		path:       "/faceid/v5/sdk/get_biz_token",
		want: []part{
			{"sign", signatureOfTests, ""},
			{"sign_version", "hmac_sha1", ""},
			{"liveness_id", "scene-1", ""},
			{"uuid", "user-1", ""},
		},
	},
	{
		name: "h5-flash, smallest", product: h5Flash.ID, request: smallest(h5Flash.ID),
		path: "/faceid/lite/raw/get_token",
		want: []part{
			{"api_key", testKey, ""},
			{"api_secret", testSecret, ""},
			{"color_number", "6", ""},
			{"procedure_type", "raw_flash", ""},
			{"comparison_type", "0", ""},
			{"uuid", "user-1", ""},
			{"image_ref1", photo1, "image_ref1"},
			{"max_upload_times", "5", ""},
			{"life_time", "60", ""},
		},
	},
	{
		name: "h5-flash, fullest", product: h5Flash.ID, request: fullest(h5Flash.ID),
		parameters: map[string]string{"liveness_preferences": "none"},
		path:       "/faceid/lite/raw/get_token",
		want: []part{
			{"api_key", testKey, ""},
			{"api_secret", testSecret, ""},
			{"biz_no", "order-1", ""},
			{"color_number", "8", ""},
			{"liveness_preferences", "none", ""},
			{"language", "1", ""},
			{"procedure_type", "raw_flash", ""},
			{"comparison_type", "0", ""},
			{"uuid", "user-1", ""},
			{"image_ref1", photo1, "image_ref1"},
			{"image_ref2", photo2, "image_ref2"},
			{"multi_oriented_detection", "1", ""},
			{"fail_when_ref_multiple_faces", "0", ""},
			{"max_upload_times", "3", ""},
			{"life_time", "10", ""},
			{"return_multifaces_tag", "1", ""},
			{"face_occlusion_detection", "1", ""},
		},
		reference: "order-1",
	},
}

// with returns r after the changes.
func with(r *providers.Request, change func(*providers.Request)) *providers.Request {
	change(r)
	return r
}

func TestRequests(t *testing.T) {
	for _, test := range requests {
		t.Run(test.name, func(t *testing.T) {
			v := newVendor(t, 403, `{"error_message":"INTERNAL_ERROR"}`)
			_, err := v.issue(t, test.product, test.parameters, test.request)
			var failure *providers.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, test.path, v.path)
			require.Empty(t, v.query)
			require.Equal(t, 1, v.calls)
			if diff := cmp.Diff(test.want, v.parts); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
			require.Equal(t, test.reference, failure.Exchange.Reference)
		})
	}
}

// Every parameter of the documents is reachable, and known where a refusal names it.
func TestEveryDocumentedParameterIsSent(t *testing.T) {
	sent := make(map[string]bool)
	for _, test := range requests {
		for _, p := range test.want {
			sent[p.Name] = true
		}
	}
	require.Len(t, sent, len(parameterNames))
	for _, name := range parameterNames {
		require.True(t, sent[name], name)
	}
}

func TestPathPrefixOfTheAccount(t *testing.T) {
	v := newVendor(t, 200, `{"token":"a/b+c?","expired_time":1700000600}`)
	token, err := v.open("/finauth").NewTarget(pcWeb.ID, nil).
		Issue(t.Context(), providers.Call{Request: smallest(pcWeb.ID), Now: now})
	require.NoError(t, err)
	require.Equal(t, "/finauth/liveness/v2/get_token", v.path)
	require.Equal(t, v.base.String()+"/finauth/liveness/v2/do?token=a%2Fb%2Bc%3F", token.Client.URL.Reveal())
	require.Equal(t, part{"api_key", "other_key", ""}, v.parts[0])
}

// What stands beside the photos of the largest h5-flash request fits into the room
// that its limit leaves.
func TestParameterBytes(t *testing.T) {
	v := newVendor(t, 200, `{"token":"t"}`)
	r := fullest(h5Flash.ID)
	r.SubjectID = sensitive.New(string(make([]byte, 512)))
	r.Reference = string(make([]byte, 128))
	r.TokenLifetime = 1440 * time.Minute
	_, err := v.issue(t, h5Flash.ID, map[string]string{"liveness_preferences": "none"}, r)
	require.NoError(t, err)
	require.Less(t, v.length-int64(r.PhotoBytes()), int64(parameterBytes/2))
}
