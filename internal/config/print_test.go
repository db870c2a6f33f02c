package config_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

func TestPrint(t *testing.T) {
	c, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	printed := printConfig(t, c)
	want := strings.ReplaceAll(readFile(t, "testdata/full.printed.yaml"), "$PWD", absolute(t, "."))
	require.Empty(t, cmp.Diff(want, printed))
	for _, secret := range []string{"acme-key-value", "acme-secret-value", "from-a-file", "globex-token-value", "naming-key-of", "sealing-key-of"} {
		require.NotContains(t, printed, secret)
	}
}

// TestPrintReadsBack parses what is printed under a name in another folder: paths
// in it do not depend on that.
func TestPrintReadsBack(t *testing.T) {
	reader := newReader(t)
	for _, file := range []string{"minimal", "full", "callers"} {
		c, err := load(t, "testdata/good/"+file+".yaml")
		require.NoError(t, err)
		again, err := reader.Parse("elsewhere/printed.yaml", []byte(printConfig(t, c)))
		require.NoError(t, err)
		for i := range c.Accounts {
			// Both hold functions, which do not compare.
			was, is := &c.Accounts[i], &again.Accounts[i]
			require.Equal(t, was.Provider.Name, is.Provider.Name)
			require.True(t, was.RootCAs.Equal(is.RootCAs))
			was.Provider, is.Provider = nil, nil
			was.RootCAs, is.RootCAs = nil, nil
		}
		for i := range c.JWTIssuers() {
			was, is := &c.Authentication.JWT[i].JWKS, &again.Authentication.JWT[i].JWKS
			require.True(t, was.RootCAs.Equal(is.RootCAs))
			was.RootCAs, is.RootCAs = nil, nil
		}
		if c.Redis != nil {
			require.Equal(t, c.Redis.TLS.Config().Certificates, again.Redis.TLS.Config().Certificates)
			require.True(t, c.Redis.TLS.Config().RootCAs.Equal(again.Redis.TLS.Config().RootCAs))
			c.Redis.TLS, again.Redis.TLS = nil, nil
		}
		c.ForgetOrigin()
		again.ForgetOrigin()
		require.Equal(t, c, again)
	}
}

// TestPrintKeepsText prints values that look like something else to YAML.
func TestPrintKeepsText(t *testing.T) {
	c, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	values := []string{"007", "1_000", "0x1F", "1e3", ".5", "~", "null", "true", "No", "- a", "a: b", "#", "*a", "&a", "!a", "|", ">", "%", "@", " a ", "\\", `"`, "'"}
	letters := []rune(`aZ019 .:-_~#{}[]&*!|>'"%@,?=<\/` + "`ä日😀\u00a0\u2028\u200b\ufeff")
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var text strings.Builder
		for range 1 + random.IntN(8) {
			text.WriteRune(letters[random.IntN(len(letters))])
		}
		values = append(values, text.String())
	}
	reader := newReader(t)
	for _, value := range values {
		parameters := c.Routes[1].Targets[1].Parameters
		parameters["scene_id"] = value
		again, err := reader.Parse("printed.yaml", []byte(printConfig(t, c)))
		require.NoError(t, err, strconv.Quote(value))
		require.Equal(t, parameters, again.Routes[1].Targets[1].Parameters)
	}
}

func printConfig(t *testing.T, c *config.Config) string {
	t.Helper()
	var printed bytes.Buffer
	require.NoError(t, c.Print(&printed))
	return printed.String()
}
