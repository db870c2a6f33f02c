package providers_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestLeftOut(t *testing.T) {
	product := providers.Product{Honours: providers.FieldSet(providers.FieldReturnURL), Limits: []providers.Limit{
		providers.LeftOut(providers.FieldReturnURL, providers.NotSet("page"), "the target is of an app"),
	}}
	request := &providers.Request{ReturnURL: sensitive.New("https://a.example/")}
	require.Equal(t, []providers.Violation{{
		Path: "callback.return_url", Reason: providers.NoEligibleProduct, Description: "must be left out: the target is of an app",
	}}, product.Check(request, request.Asks(), providers.Settings{}))
	require.Empty(t, product.Check(request, request.Asks(), providers.Settings{Parameters: map[string]string{"page": "1"}}))
	require.Empty(t, product.Check(&providers.Request{}, 0, providers.Settings{}))
}

func TestMultipleFacesAre(t *testing.T) {
	for rule, text := range map[providers.MultipleFacesRule]string{
		providers.RejectMultipleFaces: "must be reject", providers.UseLargestFace: "must be use largest",
	} {
		limit := providers.MultipleFacesAre(rule)
		require.Equal(t, text, limit.Text)
		for _, asked := range []providers.MultipleFacesRule{providers.RejectMultipleFaces, providers.UseLargestFace} {
			require.Equal(t, asked == rule, limit.Allows(&providers.Request{MultipleFaces: asked}), text)
		}
	}
}

// Every field of text is read as itself.
func TestLimitsOfText(t *testing.T) {
	text := sensitive.New("12345")
	all := &providers.Request{
		SubjectID: text, Reference: "12345", ReturnURL: text, NotifyURL: text, ExtraData: text, ClientMetadata: text, DeviceID: text,
	}
	for _, f := range []providers.Field{
		providers.FieldSubjectID, providers.FieldReference, providers.FieldReturnURL, providers.FieldNotifyURL,
		providers.FieldExtraData, providers.FieldClientMetadata, providers.FieldDeviceID,
	} {
		for most, allowed := range map[int]bool{4: false, 5: true} {
			require.Equal(t, allowed, providers.AtMostBytes(f, most).Allows(all), f.String())
			require.Equal(t, allowed, providers.AtMostCharacters(f, most).Allows(all), f.String())
		}
		digits := providers.Matching(f, regexp.MustCompile(`^[0-9]+$`), "must be digits")
		require.Equal(t, "must be digits", digits.Text)
		require.Equal(t, providers.ArgumentRejected, digits.Reason)
		require.True(t, digits.Allows(all))
		require.False(t, digits.Allows(&providers.Request{}))
	}
	require.Panics(t, func() { providers.AtMostBytes(providers.FieldPhotos, 1) })
}
