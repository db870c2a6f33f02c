package providers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// page is a product with a bit of everything: it compares photos and calls back, but
// can neither read a card nor pick a language.
var page = providers.Product{
	ID: "acme.page",
	Needs: []providers.Need{
		{Field: providers.FieldReturnURL},
		{Field: providers.FieldSubjectID, When: &providers.Condition{
			Text:  "if there are photos",
			Holds: func(r *providers.Request) bool { return len(r.Photos) > 0 },
		}},
	},
	Honours: providers.FieldSet(
		providers.FieldPhotos, providers.FieldReturnURL, providers.FieldScreenReplayCheck, providers.FieldMultipleFaces,
	),
	Limits: []providers.Limit{
		providers.AtMostBytes(providers.FieldReference, 8),
		{
			Field: providers.FieldPhotos, Text: "at most 2 photos", Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return len(r.Photos) <= 2 },
		},
		{
			Field: providers.FieldMultipleFaces, Text: "must be reject", Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return r.MultipleFaces == providers.RejectMultipleFaces },
		},
		{
			Field: providers.FieldLanguage, Text: "must be en", Reason: providers.ArgumentRejected,
			Allows: func(r *providers.Request) bool { return r.Language == "en" },
		},
	},
}

// good returns a request that page can serve.
func good() *providers.Request {
	return &providers.Request{ReturnURL: sensitive.New("https://a.example/")}
}

func photos(n int) []sensitive.Bytes {
	all := make([]sensitive.Bytes, n)
	for i := range all {
		all[i] = sensitive.NewBytes([]byte("photo"))
	}
	return all
}

func TestCheck(t *testing.T) {
	const cannot = providers.NoEligibleProduct
	tests := map[string]struct {
		change func(*providers.Request)
		want   []providers.Violation
	}{
		"nothing in the way": {change: func(*providers.Request) {}},
		"a field it cannot do": {
			func(r *providers.Request) { r.ExtraData = sensitive.New("x") },
			[]providers.Violation{{Path: "callback.extra_data", Reason: cannot, Description: "not supported: leave it out"}},
		},
		"fields it cannot do, in the order of the contract": {
			func(r *providers.Request) {
				r.Detection, r.IdentityDocument = providers.DetectIDCard, &providers.IdentityDocument{}
			},
			[]providers.Violation{
				{Path: "comparison.identity_document", Reason: cannot, Description: "not supported: leave it out"},
				{Path: "detection", Reason: cannot, Description: "not supported: leave it out"},
			},
		},
		"a field it needs": {
			func(r *providers.Request) { r.ReturnURL = sensitive.String{} },
			[]providers.Violation{{Path: "callback.return_url", Reason: cannot, Description: "required"}},
		},
		"a field it needs under a condition": {
			func(r *providers.Request) { r.Photos = photos(1) },
			[]providers.Violation{{Path: "subject_id", Reason: cannot, Description: "required if there are photos"}},
		},
		"a condition that is met": {
			change: func(r *providers.Request) { r.Photos, r.SubjectID = photos(1), sensitive.New("user") },
		},
		"a number that is too long, though identity": {
			func(r *providers.Request) { r.Reference = "123456789" },
			[]providers.Violation{{Path: "reference", Reason: providers.ArgumentRejected, Description: "at most 8 bytes"}},
		},
		"a number of just the length": {change: func(r *providers.Request) { r.Reference = "12345678" }},
		"bytes are counted, not characters": {
			func(r *providers.Request) { r.Reference = "订单号" },
			[]providers.Violation{{Path: "reference", Reason: providers.ArgumentRejected, Description: "at most 8 bytes"}},
		},
		"a wish beyond its limit": {
			func(r *providers.Request) { r.MultipleFaces = providers.UseLargestFace },
			[]providers.Violation{{Path: "comparison.multiple_faces", Reason: cannot, Description: "must be reject"}},
		},
		"a value outside the limit of a field that it does not honour is reported once": {
			func(r *providers.Request) { r.Language = "fr" },
			[]providers.Violation{{Path: "capture.language", Reason: cannot, Description: "not supported: leave it out"}},
		},
		"all three at once": {
			func(r *providers.Request) { r.TokenLifetime, r.Photos = 1, photos(3) },
			[]providers.Violation{
				{Path: "token_lifetime", Reason: cannot, Description: "not supported: leave it out"},
				{Path: "subject_id", Reason: cannot, Description: "required if there are photos"},
				{Path: "comparison.photos", Reason: cannot, Description: "at most 2 photos"},
			},
		},
		"false asks for nothing": {change: func(r *providers.Request) {
			r.DetectRotatedFaces, r.ScreenReplayCheck = new(false), new(false)
			r.FaceOcclusionCheck, r.ReportMultipleFaces = new(false), new(false)
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := good()
			test.change(r)
			require.Equal(t, test.want, page.Check(r, r.Asks(), providers.Settings{}))
		})
	}
}

// sdk compares nothing, and honours another effect.
var sdk = providers.Product{
	ID: "acme.sdk", Honours: providers.FieldSet(providers.FieldDetection),
	Needs: []providers.Need{{Field: providers.FieldSubjectID, When: &providers.Condition{
		Text: "if there are photos", Holds: func(r *providers.Request) bool { return len(r.Photos) > 0 },
	}}},
}

// compared returns a good request with a comparison that no product can do whole.
func compared(optional bool) *providers.Request {
	r := good()
	r.ReturnURL, r.Reference = sensitive.String{}, "order-1"
	r.IdentityDocument, r.Photos = &providers.IdentityDocument{Name: sensitive.New("张三")}, photos(3)
	r.DetectRotatedFaces, r.MultipleFaces, r.ComparisonOptional = new(true), providers.UseLargestFace, optional
	return r
}

// A comparison that the caller can do without rules no product out that compares nothing, and
// rules out those that compare as ever.
func TestCheckOfAnOptionalComparison(t *testing.T) {
	require.Len(t, sdk.Check(compared(false), compared(false).Asks(), providers.Settings{}), 5)
	require.Nil(t, sdk.Check(compared(true), compared(true).Asks(), providers.Settings{}))
	asking := compared(true)
	asking.Language = "en"
	require.Equal(t, []providers.Violation{{Path: "capture.language", Reason: providers.NoEligibleProduct, Description: "not supported: leave it out"}},
		sdk.Check(asking, asking.Asks(), providers.Settings{}))

	ruled := page.Check(compared(false), compared(false).Asks(), providers.Settings{})
	require.Len(t, ruled, 6)
	require.Equal(t, ruled, page.Check(compared(true), compared(true).Asks(), providers.Settings{}))
}

// Of a comparison that it serves without a product is shown nothing, and of the rest all.
func TestShown(t *testing.T) {
	for _, r := range []*providers.Request{compared(false), good()} {
		require.Same(t, r, sdk.Shown(r))
	}
	r := compared(true)
	require.Same(t, r, page.Shown(r))
	shown := sdk.Shown(r)
	require.Equal(t, &providers.Request{Reference: "order-1"}, shown)
	require.Equal(t, compared(true), r, "the caller's request is changed")
	require.Zero(t, shown.Asks()&providers.Comparison)
}

// A product without a place for the fields of identity serves all the same.
func TestIdentityRulesNothingOut(t *testing.T) {
	r := &providers.Request{SubjectID: sensitive.New("user-1"), Reference: "order-1"}
	bare := providers.Product{ID: "acme.bare"}
	require.Nil(t, bare.Check(r, r.Asks(), providers.Settings{}))
}

func TestAtMost(t *testing.T) {
	tests := []struct {
		limit   providers.Limit
		text    string
		allowed *providers.Request
		refused *providers.Request
	}{
		{
			providers.AtMostBytes(providers.FieldReference, 3), "at most 3 bytes",
			&providers.Request{Reference: "订"}, &providers.Request{Reference: "订1"},
		},
		{
			providers.AtMostCharacters(providers.FieldReference, 3), "at most 3 characters",
			&providers.Request{Reference: "订单号"}, &providers.Request{Reference: "订单号1"},
		},
		{
			providers.AtMostPhotos(1), "at most 1 photo",
			&providers.Request{Photos: photos(1)}, &providers.Request{Photos: photos(2)},
		},
		{
			providers.AtMostPhotos(2), "at most 2 photos",
			&providers.Request{Photos: photos(2)}, &providers.Request{Photos: photos(3)},
		},
	}
	for _, test := range tests {
		require.Equal(t, test.text, test.limit.Text)
		require.Equal(t, providers.ArgumentRejected, test.limit.Reason)
		require.True(t, test.limit.Allows(test.allowed), test.text)
		require.False(t, test.limit.Allows(test.refused), test.text)
	}
}

// A product's request can contain what it honours, and the identity fields that it states.
func TestSends(t *testing.T) {
	p := providers.Product{
		Honours:  providers.FieldSet(providers.FieldPhotos, providers.FieldIdentityDocument, providers.FieldReturnURL),
		Identity: providers.FieldSet(providers.FieldReference),
	}
	for path, want := range map[providers.Path]bool{
		"comparison.photos": true, "comparison.photos[1]": true, "comparison.identity_document": true, "comparison.identity_document.name": true,
		"callback.return_url": true, "callback.notify_url": false, "reference": true, "subject_id": false, "token_lifetime": false,
		"": false, "comparison": false, "comparison.photos_of": false,
	} {
		require.Equal(t, want, p.Sends(path), path)
	}
}

func TestParameterTakes(t *testing.T) {
	for name, test := range map[string]struct {
		parameter      providers.Parameter
		taken, refused []string
	}{
		"any":    {providers.Parameter{}, []string{"x", "0"}, []string{""}},
		"listed": {providers.Parameter{Values: []string{"a", "b"}}, []string{"a", "b"}, []string{"", "c", "A"}},
		"ranged": {providers.Parameter{Least: 5, Most: 1440}, []string{"5", "60", "1440"}, []string{"", "4", "1441", "060", "+5", "5.0", "1h"}},
	} {
		for _, value := range test.taken {
			require.True(t, test.parameter.Takes(value), "%s: %q", name, value)
		}
		for _, value := range test.refused {
			require.False(t, test.parameter.Takes(value), "%s: %q", name, value)
		}
	}
}

// A setting of the target may make up for a field that is not there.
func TestNeedsUnlessTheTargetIsSet(t *testing.T) {
	product := providers.Product{Needs: []providers.Need{{Field: providers.FieldIdentityDocument, With: providers.NotSet("card_mode")}}}
	require.Len(t, product.Check(&providers.Request{}, 0, providers.Settings{}), 1)
	require.Len(t, product.Check(&providers.Request{}, 0, providers.Settings{Parameters: map[string]string{"scene": "1"}}), 1)
	require.Empty(t, product.Check(&providers.Request{}, 0, providers.Settings{Parameters: map[string]string{"scene": "1", "card_mode": "1"}}))
}

// A field may be needed, or refused, by what the target or its account is set to.
func TestNeedsAndLimitsWithASetting(t *testing.T) {
	product := providers.Product{
		Honours: providers.FieldSet(providers.FieldPhotos),
		Needs: []providers.Need{{
			Field: providers.FieldPhotos, With: &providers.Setting{Name: "compares", Values: []string{"photo", "both"}},
		}},
		Limits: []providers.Limit{{
			Field: providers.FieldPhotos, Text: "must be left out", Reason: providers.NoEligibleProduct,
			With:   &providers.Setting{Name: "compares", Values: []string{"", "card"}},
			Allows: func(*providers.Request) bool { return false },
		}},
	}
	none := &providers.Request{}
	photo := &providers.Request{Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("p"))}}
	for value, want := range map[string]struct{ none, photo bool }{
		"": {true, false}, "card": {true, false}, "photo": {false, true}, "both": {false, true}, "other": {true, true},
	} {
		for _, set := range []providers.Settings{
			{Parameters: map[string]string{"compares": value}},
			{Options: map[string]string{"compares": value}},
		} {
			require.Equal(t, want.none, product.Check(none, none.Asks(), set) == nil, "%q without a photo", value)
			require.Equal(t, want.photo, product.Check(photo, photo.Asks(), set) == nil, "%q with a photo", value)
		}
	}
}
