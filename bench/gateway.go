package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// gatewayOptions are what differs between the gateways that are measured.
type gatewayOptions struct {
	// routes is the number of routes, half of them for photos; a single one is for
	// small calls.
	routes int
	// maxCalls is how many calls it may have in flight, 0 for its default.
	maxCalls int
	// traced switches tracing on, one call in a hundred.
	traced bool
	// redis has it share idempotency keys over a Redis.
	redis bool
	// encrypted has it listen over TLS; callers is how many it has, 0 for none that it knows.
	encrypted bool
	callers   int
	// sample takes deploy/config.example.yaml instead of a configuration written here.
	sample bool
}

// accounts are two contracts with the one vendor, so that there is another target to
// fail over to. The time of an attempt is the longest that the file allows: no
// measurement waits for it.
const accounts = `
shutdown_grace: 1s
accounts:
  first:
    provider: megvii
    base_url: URL
    timeout: 30sCA
    credentials: [{name: main, api_key: {env: BENCH_KEY}, api_secret: {env: BENCH_SECRET}}]
  second:
    provider: megvii
    base_url: URL
    timeout: 30sCA
    credentials: [{name: main, api_key: {env: BENCH_KEY}, api_secret: {env: BENCH_SECRET}}]
routes:
`

// sharedKeys is what replicas that share their idempotency keys are told.
const sharedKeys = `redis: {addresses: ["%s"]}
idempotency: {naming_key: {env: BENCH_NAMING}, sealing_keys: [{env: BENCH_NAMING}]}
`

// gateway is the gateway with everything on: routes, metrics, the access log in a file.
func gateway(s *setup, c contender, a addresses) (rig.Command, error) {
	text, err := s.gatewayConfig(c)
	if err != nil {
		return rig.Command{}, err
	}
	file := filepath.Join(s.folder, c.name+".yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return rig.Command{}, err
	}
	command := rig.Command{
		Args: []string{
			s.programs[c.program], "serve", "--config", file,
			"--listen-grpc", a.grpc, "--listen-rest", a.http, "--listen-admin", a.admin,
		},
	}
	for _, secret := range secrets.FindAllStringSubmatch(text, -1) {
		command.Env = append(command.Env, secret[1]+"="+strings.Repeat("n", 32))
	}
	if a.operator != "" { // a baseline may not have it
		command.Args = append(command.Args, "--listen-operator", a.operator)
	}
	if c.gateway.traced {
		command.Env = append(command.Env,
			"OTEL_TRACES_EXPORTER=otlp",
			"OTEL_TRACES_SAMPLER=parentbased_traceidratio",
			"OTEL_TRACES_SAMPLER_ARG=0.01",
			"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
			"OTEL_EXPORTER_OTLP_ENDPOINT="+s.vendor.TraceEndpoint(),
		)
	}
	return command, nil
}

// secrets are the variables that hold them.
var secrets = regexp.MustCompile(`\{env: (\w+)\}`)

var (
	// sampleTLS is how the sample's listeners encrypt, sampleAddress where they listen.
	sampleTLS     = regexp.MustCompile(`(?m)^  tls:\n(    .*\n)+`)
	sampleAddress = regexp.MustCompile(`(?m)^  (grpc|rest): ":`)
)

func (s *setup) gatewayConfig(c contender) (string, error) {
	if c.gateway.sample {
		text, err := os.ReadFile(filepath.Join(s.root, "deploy", "config.example.yaml"))
		plain := sampleTLS.ReplaceAllString(string(text), "")
		plain = sampleAddress.ReplaceAllString(plain, `  $1: "127.0.0.1:`)
		return strings.ReplaceAll(plain, "https://api.megvii.com", s.vendor.Plain), err
	}
	authority := ""
	if c.secure {
		authority = "\n    ca_file: " + s.vendor.CAFile
	}
	var text strings.Builder
	if c.program == "gateway" {
		encrypted := ""
		if c.gateway.encrypted {
			encrypted = s.identities.listen()
		}
		text.WriteString("listen: {pprof: true" + encrypted + "}\n") // for -profile; a baseline may not know the key
	}
	if c.gateway.callers > 0 {
		text.WriteString(s.identities.configuration(c.gateway.callers))
	}
	if c.gateway.redis {
		_, _ = fmt.Fprintf(&text, sharedKeys, s.redisAddress)
	}
	if c.gateway.maxCalls > 0 {
		_, _ = fmt.Fprintf(&text, "limits: {max_calls: %d}\n", c.gateway.maxCalls)
	}
	text.WriteString(strings.NewReplacer("URL", s.vendorURL(c), "CA", authority).Replace(accounts))
	photos := c.gateway.routes / 2
	writeRoutes(&text, "spoken_digits", "megvii.random-number", c.gateway.routes-photos)
	writeRoutes(&text, "hosted_page", "megvii.pc-web", photos)
	return text.String(), nil
}

// writeRoutes writes count routes of a flow; the two that are called come last.
func writeRoutes(text *strings.Builder, flow, product string, count int) {
	route := func(scenario string, accounts ...string) {
		_, _ = fmt.Fprintf(text, "  - flow: %s\n    scenario: %s\n    targets:\n", flow, scenario)
		for _, account := range accounts {
			_, _ = fmt.Fprintf(text, "      - {account: %s, product: %s}\n", account, product)
		}
	}
	if count == 0 {
		return
	}
	for i := range count - 2 {
		route(fmt.Sprintf("case-%d", i), "first", "second")
	}
	if count > 1 {
		route(work.OneTarget, "first")
	}
	route(work.TwoTargets, "first", "second")
}
