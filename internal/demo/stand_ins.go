// Package demo is what "gateway sandbox" shows: stand-ins of the vendors, the
// configuration of a gateway in front of them, a token of each product, and lines to try
// by hand. It must not know how a gateway is made.
package demo

import (
	_ "embed"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

//go:embed sandbox.yaml
var configTemplate string

// StandIns are the vendors' servers of the sandbox.
type StandIns struct {
	servers []*http.Server
	// started are those that are, by the provider's name.
	started map[string]StandIn
	// Megvii and Linkface are base URLs.
	Megvii, Linkface string
}

// StandIn is one of them: where it is, and what it accepts. None of it is a secret.
type StandIn struct {
	URL, PathPrefix string
	// Secrets are by the vendor's names.
	Secrets map[string]string
}

// vendors are the stand-ins of the sandbox, one for each provider.
var vendors = []struct {
	provider string
	// pathPrefix is the document's, under which the stand-in answers.
	pathPrefix string
	open       func(sandbox.Options) *sandbox.StandIn
	secrets    map[string]string
}{
	{"megvii", "/faceid", sandbox.NewMegvii, map[string]string{
		"api_key": sandbox.DemoMegviiAPIKey, "api_secret": sandbox.DemoMegviiAPISecret,
	}},
	{"linkface", "", sandbox.NewLinkface, map[string]string{
		"api_id": sandbox.DemoLinkfaceAPIID, "api_secret": sandbox.DemoLinkfaceAPISecret,
	}},
	{"sumsub", "/resources", sandbox.NewSumsub, map[string]string{
		"app_token": sandbox.DemoSumsubAppToken, "secret_key": sandbox.DemoSumsubSecretKey,
	}},
	{"aliyun", "", sandbox.NewAliyun, map[string]string{
		"access_key_id": sandbox.DemoAliyunKeyID, "access_key_secret": sandbox.DemoAliyunKeySecret,
	}},
	{"tencent", "", sandbox.NewTencent, map[string]string{
		"secret_id": sandbox.DemoTencentSecretID, "secret_key": sandbox.DemoTencentSecretKey,
	}},
	{"azure", "/face/v1.2", sandbox.NewAzure, map[string]string{"subscription_key": sandbox.DemoAzureAPIKey}},
	{"iproov", "/api/v2", sandbox.NewIProov, map[string]string{
		"api_key": sandbox.DemoIProovAPIKey, "secret": sandbox.DemoIProovSecret,
	}},
	{"aws", "", sandbox.NewAWS, map[string]string{
		"access_key_id": sandbox.DemoAWSAccessKeyID, "secret_access_key": sandbox.DemoAWSSecretAccessKey,
	}},
}

// Start starts the stand-ins on free loopback ports.
func Start() (*StandIns, error) {
	s := &StandIns{started: make(map[string]StandIn)}
	for _, vendor := range vendors {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("cannot listen for a stand-in: %w", err)
		}
		server := &http.Server{Handler: vendor.open(sandbox.Options{}), ReadTimeout: time.Minute, WriteTimeout: time.Minute}
		s.servers = append(s.servers, server)
		s.started[vendor.provider] = StandIn{"http://" + listener.Addr().String(), vendor.pathPrefix, vendor.secrets}
		go func() { _ = server.Serve(listener) }()
	}
	s.Megvii, s.Linkface = s.started["megvii"].URL, s.started["linkface"].URL
	return s, nil
}

// Of returns the stand-in of a provider.
func (s *StandIns) Of(provider string) (StandIn, bool) {
	standIn, ok := s.started[provider]
	return standIn, ok
}

// Replace has an account be one with the stand-in of its provider. It fails if there is none.
func (s *StandIns) Replace(account *config.Account) error {
	vendor, ok := s.Of(account.Provider.Name)
	if !ok {
		return fmt.Errorf("%s: the sandbox has no stand-in of %s", account.Name, account.Provider.Name)
	}
	address, err := url.Parse(vendor.URL)
	if err != nil {
		return err
	}
	account.BaseURL, account.PathPrefix = address, vendor.PathPrefix
	account.Proxy, account.CAFile, account.RootCAs = nil, "", nil
	for i := range account.Credentials {
		secrets := make(map[string]sensitive.String, len(vendor.Secrets))
		for key, value := range vendor.Secrets {
			secrets[key] = sensitive.New(value)
		}
		account.Credentials[i].Secrets = secrets
	}
	return nil
}

// Close stops them.
func (s *StandIns) Close() {
	for _, server := range s.servers {
		_ = server.Close()
	}
}

// Config returns the text of the built-in configuration, with the stand-ins' addresses.
// Its secrets pass through the environment as those of any configuration may.
func (s *StandIns) Config() ([]byte, error) {
	urls := make(map[string]string)
	for provider, standIn := range s.started {
		urls[provider] = standIn.URL
		for key, value := range standIn.Secrets {
			if err := os.Setenv(strings.ToUpper("SANDBOX_"+provider+"_"+key), value); err != nil {
				return nil, err
			}
		}
	}
	var unknown error
	text := placeholder.ReplaceAllStringFunc(configTemplate, func(found string) string {
		provider := placeholder.FindStringSubmatch(found)[1]
		if urls[provider] == "" {
			unknown = fmt.Errorf("sandbox.yaml: there is no stand-in of %s", provider)
		}
		return urls[provider]
	})
	return []byte(text), unknown
}

// placeholder stands for a stand-in's address. text/template is not for this one: with it the
// linker keeps every method of the binary (decision 48).
var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)
