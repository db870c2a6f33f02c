package megvii

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// private holds requests whose values must appear nowhere but on the wire.
var private = map[string]*providers.Request{
	randomNumber.ID: {},
	pcWeb.ID: {
		SubjectID:        sensitive.New("private-subject"),
		IdentityDocument: idCard("李private", "11010119900307001X"),
		ReturnURL:        sensitive.New("https://private.example/cb"),
		NotifyURL:        sensitive.New("https://private.example/cb?session=41"),
		ExtraData:        sensitive.New("private extra"),
	},
	litePage.ID: {
		SubjectID: sensitive.New("private-subject"), Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("private photo"))},
		ReturnURL: sensitive.New("https://private.example/cb"),
		NotifyURL: sensitive.New("https://private.example/cb?session=41"),
		ExtraData: sensitive.New("private extra"),
	},
	appV3.ID: {
		SubjectID: sensitive.New("private-subject"), IdentityDocument: idCard("李private", "11010119900307001X"),
		Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("private photo"))},
	},
	appV5.ID: {SubjectID: sensitive.New("private-subject")},
	h5Flash.ID: {
		SubjectID: sensitive.New("private_subject"), Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("private photo"))},
	},
}

// echoes are answers that repeat what the vendor was sent, in every place that we
// read.
func echoes(t *testing.T, value string) []string {
	t.Helper()
	quoted, err := json.Marshal(value)
	require.NoError(t, err)
	var bodies []string
	for _, format := range []string{
		`{"error_message":%s,"request_id":%[1]s}`,
		`{"error":%s,"error_message":{"value":%[1]s}}`,
		`{"error_message":["BAD_ARGUMENTS",%s]}`,
		`{"error_message":"BAD_ARGUMENTS:uuid","biz_no":%s,"request_id":%[1]s}`,
	} {
		bodies = append(bodies, fmt.Sprintf(format, quoted))
	}
	for _, format := range []string{`{"error":{"value":"%s"}}`, `{"error_message":["%s"]}`} {
		bodies = append(bodies, fmt.Sprintf(format, escaped(value)))
	}
	for _, prefix := range []string{"BAD_ARGUMENTS:", "AUTHORIZATION_ERROR: ", "UNKNOWN ", "rejected: "} {
		quoted, err := json.Marshal(prefix + value)
		require.NoError(t, err)
		bodies = append(bodies, fmt.Sprintf(`{"error_message":%s}`, quoted))
	}
	return bodies
}

// escaped spells text as JSON may, too.
func escaped(text string) string {
	var all strings.Builder
	for _, r := range text {
		fmt.Fprintf(&all, `\u%04x`, r)
	}
	return all.String()
}

func TestNothingPrivateInErrors(t *testing.T) {
	for product, request := range private {
		v := newVendor(t, 500, `{}`)
		_ = v.refuse(t, product, request)
		for _, sent := range v.parts {
			if public(sent.Name) || sent.Filename != "" {
				continue
			}
			for _, v.body = range echoes(t, sent.Value) {
				failure := v.refuse(t, product, request)
				requireNothingOf(t, sent.Value, failure)
			}
		}
	}
}

// public reports whether a parameter may be seen.
func public(parameter string) bool {
	switch parameter {
	case keyAPIKey, keyAPISecret, "sign", "uuid", "idcard_name", "idcard_number", "return_url", "notify_url", "biz_extra_data":
		return false
	default:
		return true
	}
}

func requireNothingOf(t *testing.T, value string, failure *providers.Error) {
	t.Helper()
	for _, printed := range []string{
		failure.Error(), fmt.Sprintf("%+v", failure), fmt.Sprintf("%+v", *failure), fmt.Sprintf("%#v", failure.Exchange),
	} {
		canonical := strings.ToUpper(strings.ReplaceAll(printed, " ", "_"))
		require.NotContains(t, printed, value)
		require.NotContains(t, printed, escaped(value))
		require.NotContains(t, canonical, strings.ToUpper(strings.ReplaceAll(value, " ", "_")))
		require.NotContains(t, printed, "session=41")
	}
}

// What an answer echoes of app-v5's credential is hidden too, though it is not sent.
func TestCredentialIsHiddenWhereItIsNotSent(t *testing.T) {
	v := newVendor(t, 403, "")
	for _, secret := range []string{testKey, testSecret} {
		for _, v.body = range echoes(t, secret) {
			requireNothingOf(t, secret, v.refuse(t, appV5.ID, private[appV5.ID]))
		}
	}
}

func TestNothingPrivateInTokens(t *testing.T) {
	v := newVendor(t, 200, `{"token":"secret-token","biz_id":"secret-id","biz_token":"secret-token",
		"token_random_number":"secret-token","random_number":"3167"}`)
	for product, request := range private {
		token, err := v.issue(t, product, parametersFor(product), request)
		require.NoError(t, err)
		printed := fmt.Sprintf("%+v %#v", token, token)
		require.NotContains(t, printed, "secret")
		require.NotRegexp(t, `\b3167\b`, printed) // an address may have the same digits
	}
}
