package signing_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
)

func TestSHA256(t *testing.T) {
	digest, length := signing.SHA256(bytes.NewBufferString("abc"))
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest) // FIPS 180-4
	require.EqualValues(t, 3, length)
}

// The second case of RFC 4231.
func TestHMACSHA256(t *testing.T) {
	const want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	require.Equal(t, want, hex.EncodeToString(signing.HMACSHA256([]byte("Jefe"), "what do ya want for nothing?")))
}

// Computed apart, with sha256sum: headers by their names, without the one that is not sent.
func TestCanonical(t *testing.T) {
	request, names := signing.Canonical("a=1&b=2", "digest",
		signing.Header{Name: "x-b", Value: "2"}, signing.Header{Name: "host", Value: "vendor.example"}, signing.Header{Name: "x-a"})
	require.Equal(t, "host;x-b", names)
	require.Equal(t, "80359fb61dee3525cd4a207438ff3b465281ab0c8dc2e16fb93b1790017c62ea", request)
}
