// Package demo is what "gateway sandbox" shows: stand-ins of the vendors, the
// configuration of a gateway in front of them, a token of each product, and lines to try
// by hand. It must not know how a gateway is made.
package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"net"
	"net/http"
	"os"
	"text/template"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

//go:embed sandbox.yaml
var configTemplate string

// StandIns are the vendors' servers of the sandbox.
type StandIns struct {
	servers []*http.Server
	// Each is a base URL.
	Megvii, Linkface, Sumsub, AWS string
}

// Start starts the stand-ins on free loopback ports.
func Start() (*StandIns, error) {
	s := &StandIns{}
	for _, vendor := range []struct {
		handler http.Handler
		url     *string
	}{
		{sandbox.NewMegvii(sandbox.Options{}), &s.Megvii},
		{sandbox.NewLinkface(sandbox.Options{}), &s.Linkface},
		{sandbox.NewSumsub(sandbox.Options{}), &s.Sumsub},
		{sandbox.NewAWS(sandbox.Options{}), &s.AWS},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("cannot listen for a stand-in: %w", err)
		}
		server := &http.Server{Handler: vendor.handler, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
		s.servers = append(s.servers, server)
		*vendor.url = "http://" + listener.Addr().String()
		go func() { _ = server.Serve(listener) }()
	}
	return s, nil
}

// StandIn is one of them: where it is, and what it accepts. None of it is a secret.
type StandIn struct {
	URL, PathPrefix string
	// Secrets are by the vendor's names.
	Secrets map[string]string
}

// megviiPathPrefix is the document's, under which the stand-in answers.
const megviiPathPrefix = "/faceid"

// Of returns the stand-in of a provider.
func (s *StandIns) Of(provider string) (StandIn, bool) {
	switch provider {
	case "megvii":
		return StandIn{s.Megvii, megviiPathPrefix, map[string]string{
			"api_key": sandbox.DemoMegviiAPIKey, "api_secret": sandbox.DemoMegviiAPISecret,
		}}, true
	case "linkface":
		return StandIn{s.Linkface, "", map[string]string{
			"api_id": sandbox.DemoLinkfaceAPIID, "api_secret": sandbox.DemoLinkfaceAPISecret,
		}}, true
	default:
		return StandIn{}, false
	}
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
	for name, value := range map[string]string{
		"SANDBOX_MEGVII_API_KEY":        sandbox.DemoMegviiAPIKey,
		"SANDBOX_MEGVII_API_SECRET":     sandbox.DemoMegviiAPISecret,
		"SANDBOX_LINKFACE_API_ID":       sandbox.DemoLinkfaceAPIID,
		"SANDBOX_LINKFACE_API_SECRET":   sandbox.DemoLinkfaceAPISecret,
		"SANDBOX_AWS_ACCESS_KEY_ID":     sandbox.DemoAWSAccessKeyID,
		"SANDBOX_AWS_SECRET_ACCESS_KEY": sandbox.DemoAWSSecretAccessKey,
		"SANDBOX_SUMSUB_APP_TOKEN":      sandbox.DemoSumsubAppToken,
		"SANDBOX_SUMSUB_SECRET_KEY":     sandbox.DemoSumsubSecretKey,
	} {
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	parsed, err := template.New("sandbox.yaml").Parse(configTemplate)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = parsed.Execute(&text, s)
	return text.Bytes(), err
}
