package config_test

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/secrets"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestDefaults(t *testing.T) {
	c, err := load(t, "testdata/good/minimal.yaml")
	require.NoError(t, err)

	require.Equal(t, config.Listen{GRPC: "127.0.0.1:9090", REST: "127.0.0.1:8080", Admin: "127.0.0.1:9091", Operator: "127.0.0.1:9092"}, c.Listen)
	require.False(t, c.AllowUnauthenticated)
	require.False(t, c.AllowPlaintext)
	require.Equal(t, config.Log{Level: "info"}, c.Log)
	require.Equal(t, 10*time.Second, c.ShutdownGrace)

	a := c.Account("acme-cn")
	require.NotNil(t, a)
	require.Equal(t, "/v1", a.PathPrefix)
	require.Equal(t, 3*time.Second, a.Timeout)
	require.Equal(t, 5*time.Minute, a.MaxConnectionAge)
	require.Equal(t, 10_000, a.MaxInFlight)
	require.Empty(t, a.Options)
	require.Nil(t, a.Proxy)
	require.Nil(t, a.RootCAs)
	require.Nil(t, c.Account("acme-sgp"))

	require.Equal(t, []config.Route{{
		Flow: providers.FlowHostedPage, Order: "ordered", AfterAmbiguous: "continue",
		Targets: []config.Target{{Account: "acme-cn", Product: "acme.page", Parameters: map[string]string{}}},
	}}, c.Routes)
}

func TestEveryKey(t *testing.T) {
	c, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	pair := func(ca, clients string) *config.TLS {
		if ca != "" {
			ca = absolute(t, ca)
		}
		return &config.TLS{
			Certificate: absolute(t, "testdata/tls/server.pem"), Key: absolute(t, "testdata/tls/server.key"),
			ClientCA: ca, ClientCertificates: clients,
		}
	}

	docs := true
	require.Equal(t, config.Listen{
		GRPC: "0.0.0.0:9090", REST: ":0", Admin: "[::1]:9091", Operator: "[::1]:9092",
		TLS:      pair("testdata/ca.pem", "optional"),
		AdminTLS: pair("", ""),
		Hosts:    []string{"gateway.test"}, Reflection: true, Docs: &docs, Pprof: true,
	}, c.Listen)
	require.True(t, c.AllowUnauthenticated)
	require.True(t, c.AllowPlaintext)
	require.Equal(t, "debug", c.Log.Level)
	require.Equal(t, 90*time.Second, c.ShutdownGrace)
	require.Equal(t, config.Limits{MaxCalls: 500, MaxPhotoBytes: 192 * format.MiB, MaxConnections: 700}, c.Limits)
	keys := c.Idempotency
	require.Equal(t, "naming-key-of-32-random-characters", keys.NamingKey.Value().Reveal())
	require.Len(t, keys.SealingKeys, 2)
	require.Equal(t, "sealing-key-of-32-random-characters", keys.SealingKeys[0].Value().Reveal())
	require.Equal(t, "NAMING_KEY", keys.SealingKeys[1].Env)
	keys.NamingKey, keys.SealingKeys = nil, nil
	require.Equal(t, config.Idempotency{MaxKeys: 5000, MaxBytes: 48 * format.MiB, ReplayMargin: 20 * time.Second, ReplayTime: 30 * time.Minute}, keys)
	require.Equal(t, []string{"redis-1.test:26379", "redis-2.test:26379"}, c.Redis.Addresses)
	require.Equal(t, "tokens", c.Redis.SentinelMaster)
	require.Equal(t, "gateway", c.Redis.Username)
	require.Equal(t, "acme-secret-value", c.Redis.Password.Value().Reveal())
	require.Equal(t, "from-a-file", c.Redis.SentinelPassword.Value().Reveal())
	require.Equal(t, 100*time.Millisecond, c.Redis.Timeout)
	require.Equal(t, "gw:", c.Redis.KeyPrefix)
	require.Len(t, c.Redis.TLS.Config().Certificates, 1)
	require.NotNil(t, c.Redis.TLS.Config().RootCAs)
	require.Equal(t, "redis.test", c.Redis.TLS.Config().ServerName)

	require.Len(t, c.Accounts, 2)
	a := &c.Accounts[0]
	require.Equal(t, "acme-cn", a.Name)
	require.Equal(t, "acme", a.Provider.Name)
	require.Equal(t, "cn", a.Region)
	require.Equal(t, &url.URL{Scheme: "http", Host: "127.0.0.1:8443"}, a.BaseURL)
	require.Equal(t, "/lab/v2", a.PathPrefix)
	require.Equal(t, 1500*time.Millisecond, a.Timeout)
	require.Equal(t, time.Hour, a.MaxConnectionAge)
	require.Equal(t, 500, a.MaxInFlight)
	require.Equal(t, &config.VendorLimit{Concurrency: 20, PerSecond: 2.5}, a.VendorLimit)
	require.Nil(t, c.Accounts[1].VendorLimit)
	require.Equal(t, &url.URL{Scheme: "socks5", Host: "proxy.example:1080"}, a.Proxy)
	require.Equal(t, absolute(t, "testdata/ca.pem"), a.CAFile)
	require.NotNil(t, a.RootCAs)
	require.Equal(t, map[string]string{"timestamp_unit": "seconds"}, a.Options)
	require.Empty(t, c.Accounts[1].PathPrefix)

	require.Equal(t, []config.Route{
		{
			Flow: providers.FlowAppSDK, Scenario: "login", Order: "weighted", AfterAmbiguous: "stop",
			AcceptedProducts: []string{"acme.app", "globex.app"},
			Targets: []config.Target{
				{Account: "acme-cn", Product: "acme.app", Weight: 90, Parameters: map[string]string{"scene_id": "007", "color_number": "6"}},
				{Account: "globex-sgp", Product: "globex.app", Weight: 10, Parameters: map[string]string{}},
			},
		},
		{
			Flow: providers.FlowAppSDK, Order: "ordered", AfterAmbiguous: "continue",
			Targets: []config.Target{
				{Account: "acme-cn", Product: "acme.app", Parameters: map[string]string{"scene_id": "007", "color_number": "4"}},
				{Account: "acme-cn", Product: "acme.app", Parameters: map[string]string{"scene_id": `it's "quoted" #1: ~, é`}},
			},
		},
	}, c.Routes)
}

// The good files have every key, so that each is decoded.
func TestGoodFilesHaveEveryKeyOfTheSchema(t *testing.T) {
	text, err := newReader(t).Schema()
	require.NoError(t, err)
	var rules any
	require.NoError(t, json.Unmarshal(text, &rules))
	var all strings.Builder
	files, err := filepath.Glob("testdata/good/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		_, err := load(t, file)
		require.NoError(t, err, file)
		all.WriteString(readFile(t, file))
	}
	var found int
	var look func(any)
	look = func(rule any) {
		switch rule := rule.(type) {
		case map[string]any:
			properties, _ := rule["properties"].(map[string]any)
			for key := range properties {
				require.True(t, regexp.MustCompile(`[\s{]`+key+`:`).MatchString(all.String()), "no good file has the key %s", key)
				found++
			}
			for _, part := range rule {
				look(part)
			}
		case []any:
			for _, part := range rule {
				look(part)
			}
		}
	}
	look(rules)
	require.Greater(t, found, 50)
}

func TestOutOfService(t *testing.T) {
	c, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	require.Equal(t, "the contract ended", c.OutOfServiceReason("globex-sgp", "globex.app"))
	require.Equal(t, "no SDK release yet", c.OutOfServiceReason("acme-cn", "acme.app"))
	require.Empty(t, c.OutOfServiceReason("acme-cn", "acme.page"))

	c.OutOfService = []config.OutOfService{{Product: "acme.app", Reason: "recalled"}}
	require.Equal(t, "recalled", c.OutOfServiceReason("acme-sgp", "acme.app"))
	require.Empty(t, c.OutOfServiceReason("acme-sgp", "acme.page"))
}

func TestSecrets(t *testing.T) {
	c, err := load(t, "testdata/good/full.yaml")
	require.NoError(t, err)
	require.Equal(t, []config.Credential{
		{
			Name: "main",
			Secrets: map[string]sensitive.String{
				"api_key": sensitive.New("acme-key-value"), "api_secret": sensitive.New("from-a-file"),
			},
			References: map[string]secrets.Reference{
				"api_key":    {Env: "ACME_KEY"},
				"api_secret": {File: absolute(t, "testdata/secret.txt")},
			},
		},
		{
			Name: "next",
			Secrets: map[string]sensitive.String{
				"api_key": sensitive.New("acme-key-value"), "api_secret": sensitive.New("acme-secret-value"),
			},
			References: map[string]secrets.Reference{
				"api_key": {Env: "ACME_KEY"}, "api_secret": {Env: "ACME_SECRET"},
			},
		},
	}, c.Accounts[0].Credentials)
}

// TestEncodings reads the same file with a byte order mark and the line ends of
// another system.
func TestEncodings(t *testing.T) {
	setEnvironment(t)
	text := readFile(t, "testdata/good/minimal.yaml")
	reader := newReader(t)
	want, err := reader.Parse("a.yaml", []byte(text))
	require.NoError(t, err)
	for _, encoded := range []string{"\ufeff" + text, strings.ReplaceAll(text, "\n", "\r\n"), "---\n" + text, text + "...\n"} {
		c, err := reader.Parse("a.yaml", []byte(encoded))
		require.NoError(t, err)
		require.Equal(t, want.Routes, c.Routes)
	}
}

func TestCheckAfterFlags(t *testing.T) {
	local := config.Config{Listen: config.Listen{GRPC: "127.0.0.1:0", REST: "localhost:8080", Admin: "[::1]:9091", Operator: "127.0.0.1:0"}}
	require.NoError(t, local.CheckListen())

	public := config.Config{Listen: config.Listen{GRPC: ":9090", REST: "10.0.0.1:8080", Admin: "0.0.0.0:9091", Operator: "127.0.0.1:0"}}
	public.AllowPlaintext, public.AllowUnauthenticated = true, true
	require.NoError(t, public.CheckListen())
	public.Listen.Operator = ":9092"
	require.ErrorContains(t, public.CheckListen(), "operator must be on loopback: it asks nobody who they are")

	require.NoError(t, config.Log{Level: "warn"}.Check())
	require.EqualError(t, config.Log{Level: "warning"}.Check(), `unknown log level "warning", did you mean "warn"?`)
}

// What a listener off loopback lacks is named, each by its own key, and so is the cure.
func TestExposedListeners(t *testing.T) {
	const (
		callers = "must be on loopback: callers are not authenticated; callers says who may call, client_certificates: required in listen.tls lets in whom client_ca vouches for, allow_unauthenticated: true lets in everybody"
		plain   = "must be on loopback: it is in plaintext; listen.tls encrypts it, allow_plaintext: true permits it"
		admin   = "must be on loopback: it is in plaintext; listen.admin_tls encrypts it, allow_plaintext: true permits it"
	)
	required := &config.TLS{ClientCertificates: "required"}
	for name, c := range map[string]struct {
		tls, adminTLS              *config.TLS
		unauthenticated, plaintext bool
		wrong                      []string
	}{
		"nothing":                  {wrong: []string{"grpc " + callers, "grpc " + plain, "rest " + callers, "rest " + plain, "admin " + admin}},
		"TLS for callers":          {tls: &config.TLS{}, wrong: []string{"grpc " + callers, "rest " + callers, "admin " + admin}},
		"certificates of clients":  {tls: required, wrong: []string{"admin " + admin}},
		"all of TLS":               {tls: required, adminTLS: &config.TLS{}},
		"plaintext":                {plaintext: true, wrong: []string{"grpc " + callers, "rest " + callers}},
		"unauthenticated":          {unauthenticated: true, wrong: []string{"grpc " + plain, "rest " + plain, "admin " + admin}},
		"both":                     {unauthenticated: true, plaintext: true},
		"TLS and unauthenticated":  {unauthenticated: true, tls: &config.TLS{}, adminTLS: &config.TLS{}},
		"TLS of admin and nothing": {adminTLS: &config.TLS{}, wrong: []string{"grpc " + callers, "grpc " + plain, "rest " + callers, "rest " + plain}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config.Config{
				AllowUnauthenticated: c.unauthenticated, AllowPlaintext: c.plaintext,
				Listen: config.Listen{GRPC: ":9090", REST: "10.0.0.1:8080", Admin: "[::]:9091", Operator: "127.0.0.1:0", TLS: c.tls, AdminTLS: c.adminTLS},
			}
			err := cfg.CheckListen()
			if c.wrong == nil {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, strings.Join(c.wrong, "\n"))
		})
	}
}
