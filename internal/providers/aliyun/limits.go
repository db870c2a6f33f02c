package aliyun

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// limits are those of "InitFaceVerify", and what a target's scheme and client leave out.
var limits = []providers.Limit{
	providers.AtMostCharacters(providers.FieldSubjectID, 100),
	providers.Matching(providers.FieldReference, orderNumber, "must be 1 to 32 letters and digits"),
	{
		Field: providers.FieldClientMetadata, Text: "must be the JSON object that the vendor's getMetaInfo made", Reason: providers.ArgumentRejected,
		Allows: func(r *providers.Request) bool {
			var object map[string]json.RawMessage
			return json.Unmarshal([]byte(r.ClientMetadata.Reveal()), &object) == nil && object != nil
		},
	},

	providers.LeftOut(providers.FieldIdentityDocument, withoutIDCard, "the target's scene compares with no identity card"),
	only(comparesIDCard, providers.IdentityCardsAlone()),
	only(comparesIDCard, providers.OfChinaAlone()),
	only(comparesIDCard, providers.ResidentCardNumber()),

	providers.LeftOut(providers.FieldPhotos, withoutPhoto, "the target's scene compares with no photo"),
	providers.AtMostPhotos(1),
	{
		Field: providers.FieldPhotos, Text: "must be below 1 MB", Reason: providers.PhotoTooLarge,
		Allows: func(r *providers.Request) bool { return r.PhotoBytes() < 1_000_000 },
	},
	providers.MultipleFacesAre(providers.UseLargestFace),

	providers.LeftOut(providers.FieldReturnURL, ofApps, "the target is of an app, its certify_url_type is not set"),
	{
		Field: providers.FieldNotifyURL, Text: "must be https", Reason: providers.NoEligibleProduct,
		Allows: func(r *providers.Request) bool {
			return strings.HasPrefix(strings.ToLower(r.NotifyURL.Reveal()), "https:")
		},
	},
}

var orderNumber = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)

// only is a limit of targets with a setting.
func only(with *providers.Setting, limit providers.Limit) providers.Limit {
	limit.With = with
	return limit
}
