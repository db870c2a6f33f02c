package tencent

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const unable = providers.NoEligibleProduct

func idCard(name, number string) *providers.IdentityDocument {
	return &providers.IdentityDocument{
		Type: providers.IdentityCard, Country: sensitive.New("CN"), Name: sensitive.New(name), Number: sensitive.New(number),
	}
}

// smallest is a request that the product takes, on a target with the settings of the test.
func smallest(product string) *providers.Request {
	switch product {
	case hostedPage.ID, intlPage.ID:
		return &providers.Request{ReturnURL: sensitive.New("https://shop.example/done")}
	case app.ID:
		return &providers.Request{IdentityDocument: idCard("张三", "11010519491231002X")}
	default:
		return &providers.Request{}
	}
}

func TestCheck(t *testing.T) {
	type request = providers.Request
	photos := func(n, size int) (all []sensitive.Bytes) {
		for range n {
			all = append(all, sensitive.NewBytes(make([]byte, size)))
		}
		return all
	}
	text := func(n int) sensitive.String { return sensitive.New(strings.Repeat("号", n)) }
	address := func(n int) sensitive.String {
		return sensitive.New("https://shop.example/" + strings.Repeat("é", n-len("https://shop.example/")))
	}
	tests := []struct {
		name     string
		product  string
		compares string
		change   func(*request)
		path     providers.Path // "" = allowed
		reason   providers.Reason
	}{
		{"the least", hostedPage.ID, onPage, func(*request) {}, "", ""},
		{"no return url", hostedPage.ID, onPage, func(r *request) { r.ReturnURL = sensitive.String{} }, "callback.return_url", unable},
		{"return url of 1024 characters", hostedPage.ID, onPage, func(r *request) { r.ReturnURL = address(1024) }, "", ""},
		{"return url of 1025 characters", hostedPage.ID, onPage, func(r *request) { r.ReturnURL = address(1025) }, "callback.return_url", providers.ArgumentRejected},
		{"extra data of 1024 characters", hostedPage.ID, onPage, func(r *request) { r.ExtraData = text(1024) }, "", ""},
		{"extra data of 1025 characters", hostedPage.ID, onPage, func(r *request) { r.ExtraData = text(1025) }, "callback.extra_data", providers.ArgumentRejected},
		{"card", hostedPage.ID, card, func(r *request) { r.IdentityDocument = idCard("张三", "11010519491231002x") }, "", ""},
		{"no card", hostedPage.ID, card, func(*request) {}, "comparison.identity_document", unable},
		{"card on the page", hostedPage.ID, onPage, func(r *request) { r.IdentityDocument = idCard("张三", "11010519491231002X") }, "comparison.identity_document", unable},
		{"card beside the photo", hostedPage.ID, photo, func(r *request) {
			r.Photos, r.IdentityDocument = photos(1, 1), idCard("张三", "11010519491231002X")
		}, "comparison.identity_document", unable},
		{"photo", hostedPage.ID, photo, func(r *request) { r.Photos = photos(1, 2_250_000) }, "", ""},
		{"no photo", hostedPage.ID, photo, func(*request) {}, "comparison.photos", unable},
		{"photo that is not compared", hostedPage.ID, onPage, func(r *request) { r.Photos = photos(1, 1) }, "comparison.photos", unable},
		{"photo of more than 3 MB", hostedPage.ID, photo, func(r *request) { r.Photos = photos(1, 2_250_001) }, "comparison.photos", providers.PhotoTooLarge},
		{"2 photos", hostedPage.ID, photo, func(r *request) { r.Photos = photos(2, 1) }, "comparison.photos", providers.ArgumentRejected},
		{"name of 32 characters", hostedPage.ID, card, func(r *request) { r.IdentityDocument = idCard(strings.Repeat("张", 32), "11010519491231002X") }, "", ""},
		{"name of 33 characters", hostedPage.ID, card, func(r *request) { r.IdentityDocument = idCard(strings.Repeat("张", 33), "11010519491231002X") }, "comparison.identity_document.name", providers.IdentityNameInvalid},
		{"number of 17", hostedPage.ID, card, func(r *request) { r.IdentityDocument = idCard("张三", "11010519491231002") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"passport", hostedPage.ID, card, func(r *request) {
			r.IdentityDocument = idCard("张三", "E12345678")
			r.IdentityDocument.Type = providers.Passport
		}, "comparison.identity_document.type", unable},
		{"card of another country", hostedPage.ID, card, func(r *request) {
			r.IdentityDocument = idCard("Tan", "S1234567D")
			r.IdentityDocument.Country = sensitive.New("SG")
		}, "comparison.identity_document.country", unable},
		{"notify url", hostedPage.ID, onPage, func(r *request) { r.NotifyURL = sensitive.New("https://a.example") }, "callback.notify_url", unable},
		{"lifetime", hostedPage.ID, onPage, func(r *request) { r.TokenLifetime = time.Hour }, "token_lifetime", unable},
		{"metadata", hostedPage.ID, onPage, func(r *request) { r.ClientMetadata = sensitive.New("{}") }, "client_metadata", unable},

		{"nothing to compare with", app.ID, "", func(r *request) { r.IdentityDocument = nil }, "comparison.identity_document", unable},
		{"photo", app.ID, "", func(r *request) { r.IdentityDocument, r.Photos = nil, photos(1, 6_000_000) }, "", ""},
		{"photo of more than 8 MB", app.ID, "", func(r *request) { r.IdentityDocument, r.Photos = nil, photos(1, 6_000_001) }, "comparison.photos", providers.PhotoTooLarge},
		{"card and photo", app.ID, "", func(r *request) { r.Photos = photos(1, 1) }, "comparison.identity_document", unable},
		{"name of 33 characters", app.ID, "", func(r *request) { r.IdentityDocument = idCard(strings.Repeat("张", 33), "11010519491231002X") }, "", ""},
		{"number with Y", app.ID, "", func(r *request) { r.IdentityDocument = idCard("张三", "11010519491231002Y") }, "comparison.identity_document.number", providers.IdentityNumberInvalid},
		{"metadata", app.ID, "", func(r *request) { r.ClientMetadata = sensitive.New("{}") }, "", ""},
		{"extra data of 1001 characters", app.ID, "", func(r *request) { r.ExtraData = text(1001) }, "callback.extra_data", providers.ArgumentRejected},
		{"return url", app.ID, "", func(r *request) { r.ReturnURL = sensitive.New("https://a.example") }, "callback.return_url", unable},

		{"the least", intlPage.ID, "", func(*request) {}, "", ""},
		{"no return url", intlPage.ID, "", func(r *request) { r.ReturnURL = sensitive.String{} }, "callback.return_url", unable},
		{"query", intlPage.ID, "", func(r *request) { r.ReturnURL = sensitive.New("https://a.example/?") }, "callback.return_url", unable},
		{"fragment", intlPage.ID, "", func(r *request) { r.ReturnURL = sensitive.New("https://a.example/#a") }, "callback.return_url", unable},
		{"card", intlPage.ID, "", func(r *request) { r.IdentityDocument = idCard("张三", "11010519491231002X") }, "comparison.identity_document", unable},
		{"photo of more than 8 MB", intlPage.ID, "", func(r *request) { r.Photos = photos(1, 6_000_001) }, "comparison.photos", providers.PhotoTooLarge},
		{"Indonesian", intlPage.ID, "", func(r *request) { r.Language = "id" }, "", ""},
		{"German", intlPage.ID, "", func(r *request) { r.Language = "de" }, "capture.language", unable},
		{"5 uploads", intlPage.ID, "", func(r *request) { r.MaxUploads = 5 }, "", ""},
		{"extra data of 1000 characters", intlPage.ID, "", func(r *request) { r.ExtraData = text(1000) }, "", ""},

		{"the least", intlApp.ID, "", func(*request) {}, "", ""},
		{"5 uploads", intlApp.ID, "", func(r *request) { r.MaxUploads = 5 }, "", ""},
		{"6 uploads", intlApp.ID, "", func(r *request) { r.MaxUploads = 6 }, "capture.max_uploads", providers.ArgumentRejected},
		{"2 photos", intlApp.ID, "", func(r *request) { r.Photos = photos(2, 1) }, "comparison.photos", providers.ArgumentRejected},
		{"language", intlApp.ID, "", func(r *request) { r.Language = "en" }, "capture.language", unable},
		{"metadata", intlApp.ID, "", func(r *request) { r.ClientMetadata = sensitive.New("{}") }, "client_metadata", unable},
	}
	for _, test := range tests {
		t.Run(test.product+", "+test.name, func(t *testing.T) {
			r := smallest(test.product)
			test.change(r)
			set := providers.Settings{Parameters: map[string]string{compares.Name: test.compares}}
			violations := Provider().Product(test.product).Check(r, r.Asks(), set)
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

func TestTargetParameters(t *testing.T) {
	for name, wanted := range map[string]struct{ taken, refused []string }{
		"action_list":      {[]string{"blink", "nod,shake", "shake,nod"}, []string{"", "blink,blink", "wink", "blink,mouth,nod", "blink, nod"}},
		"region":           {[]string{"ap-singapore"}, []string{"", "ap-guangzhou"}},
		"security_level":   {[]string{"1", "4"}, []string{"0", "5", "01", ""}},
		"liveness_timeout": {[]string{"0", "600"}, []string{"-1", "601"}},
		"auto_skip":        {[]string{"true", "false"}, []string{"1", "yes", ""}},
		"rule_id":          {[]string{"any"}, []string{""}},
	} {
		for i := range intlPage.Parameters {
			if p := &intlPage.Parameters[i]; p.Name == name {
				for _, value := range wanted.taken {
					require.True(t, p.Takes(value), "%s=%s", name, value)
				}
				for _, value := range wanted.refused {
					require.False(t, p.Takes(value), "%s=%s", name, value)
				}
			}
		}
	}
}
