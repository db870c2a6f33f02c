package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Some credentials have a secret more than others, and a product may serve several flows.
func TestWhatOnlySomeVendorsHave(t *testing.T) {
	t.Setenv("TEST_SECRET", "s-5127")
	initech := []*providers.Provider{{
		Name: "initech", CredentialKeys: []string{"key"}, OptionalCredentialKeys: []string{"session_token"},
		Products: []providers.Product{{ID: "initech.sdk", Flows: []providers.Flow{providers.FlowAppSDK, providers.FlowJSSDK}}},
	}}
	const text = `
accounts:
  one:
    provider: initech
    region: eu
    base_url: https://initech.example
    credentials:
      - {name: lasting, key: {env: TEST_SECRET}}
      - {name: temporary, key: {env: TEST_SECRET}, session_token: {env: TEST_SECRET}}
routes:
  - {flow: app_sdk, targets: [{account: one, product: initech.sdk}]}
  - {flow: js_sdk, targets: [{account: one, product: initech.sdk}]}
`
	cfg, err := config.Parse("test.yaml", []byte(text), initech)
	require.NoError(t, err)
	credentials := cfg.Account("one").Credentials
	require.True(t, credentials[0].Secrets["session_token"].IsZero())
	require.Equal(t, "s-5127", credentials[1].Secrets["session_token"].Reveal())

	_, err = config.Parse("test.yaml", []byte(strings.Replace(text, "js_sdk", "hosted_page", 1)), initech)
	require.ErrorContains(t, err, `product "initech.sdk" is of flow app_sdk or js_sdk, the route of hosted_page`)
	_, err = config.Parse("test.yaml", []byte(strings.Replace(text, "lasting, key: {env: TEST_SECRET}", "lasting, session_token: {env: TEST_SECRET}", 1)), initech)
	require.ErrorContains(t, err, "key")
}

// A parameter may tell the flows of a product apart: targets of its flow have it, and no others.
func TestParameterOfAFlow(t *testing.T) {
	t.Setenv("TEST_SECRET", "s-5127")
	initech := []*providers.Provider{{
		Name: "initech", CredentialKeys: []string{"key"},
		Products: []providers.Product{{
			ID: "initech.check", Flows: []providers.Flow{providers.FlowAppSDK, providers.FlowHostedPage},
			Parameters: []providers.Parameter{{Name: "page", Flow: providers.FlowHostedPage, Text: "small or large", Values: []string{"small", "large"}}},
		}},
	}}
	parse := func(app, page string) error {
		_, err := config.Parse("test.yaml", []byte(`
accounts:
  one: {provider: initech, region: eu, base_url: "https://initech.example", credentials: [{name: main, key: {env: TEST_SECRET}}]}
routes:
  - {flow: app_sdk, targets: [{account: one, product: initech.check`+app+`}]}
  - {flow: hosted_page, targets: [{account: one, product: initech.check`+page+`}]}
`), initech)
		return err
	}
	const set = ", parameters: {page: small}"
	require.NoError(t, parse("", set))
	require.ErrorContains(t, parse(set, set), `test.yaml:5:89: parameter "page" is of flow hosted_page, the route of app_sdk`)
	require.ErrorContains(t, parse("", ""), `test.yaml:6:35: missing parameter "page", which routes of hosted_page need: small or large`)
	require.ErrorContains(t, parse("", ", parameters: {page: middle}"), "small or large")
}
