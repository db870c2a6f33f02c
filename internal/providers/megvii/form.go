package megvii

import (
	"cmp"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// form is the body of a call. It records which parameters hold the caller's values: if
// the vendor refuses one of those, the caller is at fault, otherwise the gateway or its
// configuration.
type form struct {
	*bodies.Form

	// settings are the target's parameters.
	settings map[string]string
	// callers are the parameters that hold the caller's fields. They start out in inline,
	// which is enough for most requests and saves an allocation.
	callers []parameter
	inline  [4]parameter
}

// parameter is a vendor's parameter, and the caller's field that it holds.
type parameter struct {
	name string
	path providers.Path
}

// callersPath returns the caller's field that the parameter holds, "" if it holds none.
// image_ref without a number is all photos.
func (f *form) callersPath(name string) providers.Path {
	if name == photoPrefix && f.callersPath(photoParameter(1)) != "" {
		return providers.FieldPhotos.Path()
	}
	for _, p := range f.callers {
		if p.name == name {
			return p.path
		}
	}
	return ""
}

// newForm returns an empty form that hides the credential from the log, with room for so many parameters.
func (t *target) newForm(call providers.Call, parameters int) *form {
	secret := t.credentials[call.Credential]
	f := &form{Form: bodies.NewForm(t.Random, parameters), settings: t.parameters}
	f.callers = f.inline[:0]
	f.Hide(secret.apiKey)
	f.Hide(secret.apiSecret)
	return f
}

// newKeyedForm returns a form that begins with the credential itself, as all
// documents except get_biz_token require.
func (t *target) newKeyedForm(call providers.Call, parameters int) *form {
	secret := t.credentials[call.Credential]
	f := t.newForm(call, parameters)
	f.Add(keyAPIKey, secret.apiKey.Reveal())
	f.Add(keyAPISecret, secret.apiSecret.Reveal())
	return f
}

// newSignedForm returns a form that begins with a signature, as get_biz_token requires.
func (t *target) newSignedForm(call providers.Call, parameters int) *form {
	now := call.SigningTime()
	f := t.newForm(call, parameters)
	f.AddSensitive("sign", t.credentials[call.Credential].sign(now, now.Add(signatureLifetime), t.nonce()))
	f.Add("sign_version", signVersion)
	return f
}

// text appends a value of the caller, nothing if it is absent.
func (f *form) text(name string, field providers.Field, value string) {
	if value != "" {
		f.Add(name, value)
		f.callers = append(f.callers, parameter{name, field.Path()})
	}
}

// personal appends a value of the caller that is hidden from the log.
func (f *form) personal(name string, field providers.Field, value sensitive.String) {
	f.text(name, field, value.Reveal())
	f.Hide(value)
}

// reference appends the caller's business number.
func (f *form) reference(number string) {
	f.text("biz_no", providers.FieldReference, number)
	f.Reference = number
}

func (f *form) photos(photos []sensitive.Bytes) {
	for i, photo := range photos {
		name := photoParameter(i + 1)
		f.AddFile(name, photo)
		f.callers = append(f.callers, parameter{name, providers.PhotoPath(i + 1)})
	}
}

const photoPrefix = "image_ref"

// photoParameter is the vendor's name of a photo, which counts from 1.
func photoParameter(number int) string { return photoPrefix + strconv.Itoa(number) }

// setting appends the caller's value, else the target's, else the fallback, and
// returns it; it appends nothing if all three are absent.
func (f *form) setting(name string, field providers.Field, asked, fallback string) string {
	if asked == "" {
		return f.configured(name, fallback)
	}
	f.text(name, field, asked)
	return asked
}

// configured appends the target's value, else the fallback, and returns it.
func (f *form) configured(name, fallback string) string {
	value := cmp.Or(f.settings[name], fallback)
	f.Add(name, value)
	return value
}

// flag encodes a choice as the vendor does, "" for none.
func flag(choice *bool) string {
	switch {
	case choice == nil:
		return ""
	case *choice:
		return on
	default:
		return off
	}
}

// number encodes a number as the vendor does, "" for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
