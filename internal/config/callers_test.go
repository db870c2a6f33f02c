package config_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

func TestCallers(t *testing.T) {
	c, err := load(t, "testdata/good/callers.yaml")
	require.NoError(t, err)
	require.True(t, c.Known())

	require.NotNil(t, c.Authentication.JWT[0].JWKS.RootCAs)
	c.Authentication.JWT[0].JWKS.RootCAs = nil
	require.Equal(t, []config.JWTIssuer{
		{
			Issuer: "https://idp.example", Audience: "liveness", CallerClaim: "client_id",
			JWKS: config.JWKS{
				URL: &url.URL{Scheme: "https", Host: "idp.example", Path: "/keys"}, CAFile: absolute(t, "testdata/ca.pem"),
			},
			Algorithms: []string{"RS256", "ES256"},
		},
		{
			Issuer: "local", Audience: "liveness", CallerClaim: "sub", JWKS: config.JWKS{File: absolute(t, "testdata/jwks.json")},
			Algorithms: []string{"EdDSA"},
		},
	}, c.JWTIssuers())
	require.Equal(t, []config.Caller{
		{
			Name: "bank", Admin: true,
			Certificates: []config.CertificateName{{URI: "spiffe://example.org/ns/bank/sa/web"}, {DNS: "bank.example.org"}},
			APIKeys: []config.APIKey{
				{Name: "2026-11", ID: "b7kq2mx4tzra", SHA256: "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"},
				{Name: "2026-12", ID: "c7kq2mx4tzra", SHA256: "3bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"},
			},
			JWT: []config.TokenName{{Issuer: "https://idp.example", Value: "bank"}, {Issuer: "local", Value: "bank"}},
		},
		{Name: "shop", JWT: []config.TokenName{{Issuer: "https://idp.example", Value: "shop"}}},
	}, c.Callers)
}
