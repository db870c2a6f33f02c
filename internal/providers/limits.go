package providers

import (
	"regexp"
	"strconv"
	"unicode/utf8"
)

// texts are the fields of text.
var texts = map[Field]func(*Request) string{
	FieldSubjectID:      func(r *Request) string { return r.SubjectID.Reveal() },
	FieldReference:      func(r *Request) string { return r.Reference },
	FieldReturnURL:      func(r *Request) string { return r.ReturnURL.Reveal() },
	FieldNotifyURL:      func(r *Request) string { return r.NotifyURL.Reveal() },
	FieldExtraData:      func(r *Request) string { return r.ExtraData.Reveal() },
	FieldClientMetadata: func(r *Request) string { return r.ClientMetadata.Reveal() },
	FieldDeviceID:       func(r *Request) string { return r.DeviceID.Reveal() },
}

// textOf returns what reads the field, which must be one of text.
func textOf(f Field) func(*Request) string {
	text := texts[f]
	if text == nil {
		panic("providers: " + f.String() + " is no text") // of an adapter's product, as it is made
	}
	return text
}

// AtMostBytes limits a field of text to n bytes.
func AtMostBytes(f Field, n int) Limit {
	value := textOf(f)
	return Limit{
		Field: f, Text: "at most " + strconv.Itoa(n) + " bytes", Reason: ArgumentRejected,
		Allows: func(r *Request) bool { return len(value(r)) <= n },
	}
}

// AtMostCharacters limits a field of text to n characters.
func AtMostCharacters(f Field, n int) Limit {
	value := textOf(f)
	return Limit{
		Field: f, Text: "at most " + strconv.Itoa(n) + " characters", Reason: ArgumentRejected,
		Allows: func(r *Request) bool { return utf8.RuneCountInString(value(r)) <= n },
	}
}

// AtMostPhotos limits the number of photos.
func AtMostPhotos(n int) Limit {
	text := "at most " + strconv.Itoa(n) + " photos"
	if n == 1 {
		text = "at most 1 photo"
	}
	return Limit{
		Field: FieldPhotos, Text: text, Reason: ArgumentRejected,
		Allows: func(r *Request) bool { return len(r.Photos) <= n },
	}
}

// Matching limits a field of text to a pattern, which the text says in words.
func Matching(f Field, pattern *regexp.Regexp, text string) Limit {
	value := textOf(f)
	return Limit{
		Field: f, Text: text, Reason: ArgumentRejected,
		Allows: func(r *Request) bool { return pattern.MatchString(value(r)) },
	}
}

// LeftOut refuses a field on targets with a setting, and says why it must be left out.
func LeftOut(f Field, with *Setting, why string) Limit {
	return Limit{
		Field: f, With: with, Text: "must be left out: " + why, Reason: NoEligibleProduct,
		Allows: func(*Request) bool { return false },
	}
}

// MultipleFacesAre refuses every other rule for photos with several faces: the product has but one.
func MultipleFacesAre(rule MultipleFacesRule) Limit {
	return Limit{
		Field: FieldMultipleFaces, Text: "must be " + rule.String(), Reason: NoEligibleProduct,
		Allows: func(r *Request) bool { return r.MultipleFaces == rule },
	}
}
