package sumsub

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSignatureVectors(t *testing.T) {
	for _, v := range []struct{ uri, body, signature string }{
		{
			"/resources/accessTokens/sdk", `{"userId":"user-1","levelName":"basic-kyc-level","ttlInSecs":600}`,
			"b8af53b5a0d2d527c73fddd0194ab0383486210e0ab97654101a845d8cbdf8b2",
		},
		{
			"/resources/accessTokens/sdk", `{"userId":"用户/1","levelName":"basic-kyc-level","ttlInSecs":300}`,
			"b6ee95956ed8dc7ad904b41c8c2eead3c0ab7da6777a3abbee031c4a337eb96d",
		},
		{
			"/resources/accessTokens?userId=user-1&levelName=basic-kyc-level&ttlInSecs=600", "",
			"951996910e94a295d7adc6416397b4df731b63907903fe39cbb5a09d40b41aef",
		},
	} {
		require.Equal(t, v.signature, sign("test_secret_key", "1700000000", http.MethodPost, v.uri, []byte(v.body)), v.uri)
	}
}
