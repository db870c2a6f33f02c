package tencent

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// P is the vendor's own sample, of another service; the others are those of the fact sheet.
func TestSignatureVectors(t *testing.T) {
	const (
		china  = "faceid.tencentcloudapi.com"
		abroad = "faceid.intl.tencentcloudapi.com"
	)
	plain := signing.Header{Name: "content-type", Value: "application/json"}
	withCharset := signing.Header{Name: "content-type", Value: "application/json; charset=utf-8"}
	for name, test := range map[string]struct {
		secretKey, service string
		at                 int64
		body               string
		headers            []signing.Header
		want               string
	}{
		"P": {
			"Gu5t9xGARNpq86cd98joQYCN3*******", "cvm", 1551113065,
			`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
			[]signing.Header{withCharset, {Name: "host", Value: "cvm.tencentcloudapi.com"}},
			"2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c",
		},
		"A": {
			"test_secret_key", service, 1700000000,
			`{"RuleId":"1","RedirectUrl":"https://shop.example/done","Extra":"order-1"}`,
			[]signing.Header{plain, {Name: "host", Value: china}},
			"a592d40d7b31c8f914aa96ca57f8d6e7cfd7a52ddab4c057cc190ebbb8ba2daa",
		},
		"B": {
			"test_secret_key", service, 1700000000,
			`{"CheckMode":"liveness","SecureLevel":"4","Extra":"order-1"}`,
			[]signing.Header{withCharset, {Name: "host", Value: abroad}, {Name: "x-tc-action", Value: "getfaceidtokenintl"}},
			"10e1b874ebee91efff9a806eb8e6e6a37115057129188939666c0a1ddedae0ad",
		},
		"C": {
			"test_secret_key", service, 1700000000,
			`{"CompareLib":"BUSINESS","IdCard":"11010519491231002X","Name":"测试","Meta":"meta-1","Extra":"order-1"}`,
			[]signing.Header{plain, {Name: "host", Value: china}},
			"df9d945f611428f39ef9f596d274f97ca949d7aeaa29a5b8a4ac6aaa525d6d68",
		},
	} {
		signature, scope, names := sign(sensitive.New(test.secretKey), test.service, time.Unix(test.at, 0), hash(test.body), test.headers...)
		require.Equal(t, test.want, signature.Reveal(), name)
		require.Equal(t, time.Unix(test.at, 0).UTC().Format(time.DateOnly)+"/"+test.service+"/tc3_request", scope)
		require.Equal(t, len(test.headers)-1, strings.Count(names, ";"), name)
	}
}

// The date of the scope is that of UTC, wherever the gateway is.
func TestScopeIsOfUTC(t *testing.T) {
	for _, zone := range []int{-11, 0, 8, 14} {
		at := time.Unix(1700006399, 0).In(time.FixedZone("", zone*60*60)) // 2023-11-14T23:59:59Z
		_, scope, _ := sign(sensitive.New("key"), service, at, "")
		require.Equal(t, "2023-11-14/faceid/tc3_request", scope)
	}
}
