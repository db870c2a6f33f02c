package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestCredentialsAreNeverPrinted(t *testing.T) {
	secrets := map[string]string{"key-7781": "secret-7781"}
	credentials := sandbox.NewCredentials(secrets)
	o := sandbox.Options{Credentials: credentials}
	held := struct{ options sandbox.Options }{o}
	megvii, linkface := sandbox.NewMegvii(o), sandbox.NewLinkface(o)

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "credentials", credentials)
	encoded, err := json.Marshal(credentials)
	require.NoError(t, err)
	printed := []string{log.String(), string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, each := range []any{credentials, &credentials, o, &o, held, &held, megvii, *megvii, linkface, *linkface} {
			printed = append(printed, fmt.Sprintf(verb, each))
		}
	}
	for _, p := range printed {
		require.NotContains(t, p, "-7781")
	}
	require.Contains(t, fmt.Sprintf("%+v", o), "[redacted]")
	require.Equal(t, `"[redacted]"`, string(encoded))
}

func TestCredentialsAreACopy(t *testing.T) {
	secrets := map[string]string{sandbox.DemoMegviiAPIKey: sandbox.DemoMegviiAPISecret}
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(secrets)
	server := requests.Serve(t, sandbox.NewMegvii(o))
	clear(secrets)
	require.Equal(t, 200, requests.Post(t, server, samples.RandomNumber()).Status)
}

func TestNoCredentialsMeanTheDemonstrationOnes(t *testing.T) {
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(nil)
	require.Equal(t, 200, requests.Post(t, requests.Serve(t, sandbox.NewMegvii(o)), samples.RandomNumber()).Status)
}

func TestRevokedCredentials(t *testing.T) {
	revoked := ""
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{sandbox.DemoMegviiAPIKey: sandbox.DemoMegviiAPISecret, "spare": "spare-secret"})
	o.Revoked = func(key string) bool { return key == revoked }
	server := requests.Serve(t, sandbox.NewMegvii(o))
	spare := []requests.Edit{requests.Set("api_key", "spare"), requests.Set("api_secret", "spare-secret")}

	require.Equal(t, 200, requests.Post(t, server, samples.RandomNumber()).Status)
	revoked = sandbox.DemoMegviiAPIKey
	require.Equal(t, 403, requests.Post(t, server, samples.RandomNumber()).Status)
	require.Equal(t, 403, requests.Post(t, server, samples.AppV5()).Status)
	require.Equal(t, 200, requests.Post(t, server, samples.RandomNumber().Edited(spare...)).Status)
}
