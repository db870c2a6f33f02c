package tencent

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// comparing is the condition that the target's rule compares with one of these.
func comparing(with ...string) *providers.Setting {
	return &providers.Setting{Name: compares.Name, Values: with}
}

// notCompared is why a field is refused that the vendor may ignore.
const notCompared = "the target's rule does not compare with it"

const maxNameCharacters = 32 // DetectAuth, 输入参数, Name

var nameLimit = providers.Limit{
	Field: providers.FieldIdentityDocumentName, Text: "at most 32 characters", Reason: providers.IdentityNameInvalid,
	Allows: func(r *providers.Request) bool {
		return utf8.RuneCountInString(r.IdentityDocument.Name.Reveal()) <= maxNameCharacters
	},
}

// photoLimit limits a photo by its length in base64, which the documents give as 3 and 8 MB.
func photoLimit(encoded int) providers.Limit {
	most := base64.StdEncoding.DecodedLen(encoded)
	return providers.Limit{
		Field: providers.FieldPhotos, Text: fmt.Sprintf("at most %d bytes", most), Reason: providers.PhotoTooLarge,
		Allows: func(r *providers.Request) bool { return r.PhotoBytes() <= most },
	}
}

func extraLimit(characters int) providers.Limit {
	return providers.AtMostCharacters(providers.FieldExtraData, characters)
}

// retryLimit is intlApp's (RetryLimit); intlPage would take more than the contract does.
var retryLimit = providers.Limit{
	Field: providers.FieldMaxUploads, Text: "at most 5", Reason: providers.ArgumentRejected,
	Allows: func(r *providers.Request) bool { return r.MaxUploads <= 5 },
}
