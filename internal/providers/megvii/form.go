package megvii

import (
	"cmp"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// form is the body of a call. It remembers which parameters hold values of the
// caller's: if the vendor refuses one of those, the caller is at fault, otherwise
// we are.
type form struct {
	*vendorhttp.Form

	// settings are the target's parameters.
	settings map[string]string
	// callers are the parameters that hold the caller's fields, room is where they begin:
	// most requests have no more.
	callers []parameter
	room    [4]parameter
}

// parameter is a parameter of the vendor's, and the caller's field in it.
type parameter struct {
	name string
	path providers.Path
}

// callersPath returns the caller's field that the parameter holds, "" if it holds none.
func (f *form) callersPath(name string) providers.Path {
	for _, p := range f.callers {
		if p.name == name {
			return p.path
		}
	}
	return ""
}

// newForm returns an empty form that keeps the credential out of the log.
func (t *target) newForm(call providers.Call) *form {
	secret := t.credentials[call.Credential]
	f := &form{Form: vendorhttp.NewForm(t.random), settings: t.parameters}
	f.callers = f.room[:0]
	f.Hide(secret.apiKey)
	f.Hide(secret.apiSecret)
	return f
}

// newKeyedForm returns a form that begins with the credential itself, as all
// documents but get_biz_token want it.
func (t *target) newKeyedForm(call providers.Call) *form {
	secret := t.credentials[call.Credential]
	f := t.newForm(call)
	f.Add(keyAPIKey, secret.apiKey.Reveal())
	f.Add(keyAPISecret, secret.apiSecret.Reveal())
	return f
}

// text appends a value of the caller's, nothing if it is absent.
func (f *form) text(name string, field providers.Field, value string) {
	if value != "" {
		f.Add(name, value)
		f.callers = append(f.callers, parameter{name, field.Path()})
	}
}

// personal appends a value of the caller's that nobody else may see.
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

// setting appends what the caller asks, else what the target sets, else the
// fallback, and returns it; nothing if all three are absent.
func (f *form) setting(name string, field providers.Field, asked, fallback string) string {
	if asked == "" {
		return f.configured(name, fallback)
	}
	f.text(name, field, asked)
	return asked
}

// configured appends what the target sets, else the fallback, and returns it.
func (f *form) configured(name, fallback string) string {
	value := cmp.Or(f.settings[name], fallback)
	if value != "" {
		f.Add(name, value)
	}
	return value
}

// flag is how the vendor writes a choice, "" for none.
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

// number is how the vendor writes a number, "" for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
