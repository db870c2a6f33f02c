package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
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
		require.NotContains(t, p, "7781")
	}
	require.Contains(t, fmt.Sprintf("%+v", o), "[redacted]")
	require.Equal(t, `"[redacted]"`, string(encoded))
}

func TestCredentialsAreACopy(t *testing.T) {
	secrets := map[string]string{sandbox.DemoMegviiAPIKey: sandbox.DemoMegviiAPISecret}
	o := options()
	o.Credentials = sandbox.NewCredentials(secrets)
	server := serve(t, sandbox.NewMegvii(o))
	clear(secrets)
	require.Equal(t, 200, post(t, server, validRandomNumber()).status)
}

func TestNoCredentialsMeanTheDemonstrationOnes(t *testing.T) {
	o := options()
	o.Credentials = sandbox.NewCredentials(nil)
	require.Equal(t, 200, post(t, serve(t, sandbox.NewMegvii(o)), validRandomNumber()).status)
}

func TestRevokedCredentials(t *testing.T) {
	revoked := ""
	o := options()
	o.Credentials = sandbox.NewCredentials(map[string]string{sandbox.DemoMegviiAPIKey: sandbox.DemoMegviiAPISecret, "spare": "spare-secret"})
	o.Revoked = func(key string) bool { return key == revoked }
	server := serve(t, sandbox.NewMegvii(o))
	spare := []edit{set("api_key", "spare"), set("api_secret", "spare-secret")}

	require.Equal(t, 200, post(t, server, validRandomNumber()).status)
	revoked = sandbox.DemoMegviiAPIKey
	require.Equal(t, 403, post(t, server, validRandomNumber()).status)
	require.Equal(t, 403, post(t, server, validAppV5()).status)
	require.Equal(t, 200, post(t, server, validRandomNumber().edited(spare...)).status)
}
