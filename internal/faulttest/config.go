package faulttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
)

// configuration is the gateway's, with what differs between rows left out.
const configuration = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
log: {level: debug}
shutdown_grace: 1s
accounts:
  first:
    provider: megvii
    base_url: FIRST_URL
    timeout: FIRST_ATTEMPT
    credentials:
      - {name: main, api_key: {file: main-key}, api_secret: {file: main-secret}}SPARE
  second:
    provider: megvii
    base_url: SECOND_URL
    timeout: OTHER_ATTEMPT
    credentials: [{name: main, api_key: {file: main-key}, api_secret: {file: main-secret}}]
  other:
    provider: linkface
    base_url: OTHER_URL
    timeout: OTHER_ATTEMPT
    credentials: [{name: main, api_id: {file: main-key}, api_secret: {file: main-secret}}]
routes:
  - flow: spoken_digits
    targets:
      - {account: first, product: megvii.random-number}
      - {account: second, product: megvii.random-number}
  - flow: app_sdk
    targets:
      - {account: first, product: megvii.app-v5, parameters: {liveness_id: faulttest}}
      - {account: other, product: linkface.app}
      - {account: second, product: megvii.app-v5, parameters: {liveness_id: faulttest}}
`

const spareCredential = `
      - {name: spare, api_key: {file: spare-key}, api_secret: {file: spare-secret}}`

// writeConfig writes the row's configuration with the files that it names and returns
// where it is.
func writeConfig(folder string, row *Row, vs faultyvendor.Vendors, w waits) (string, error) {
	url, spare := vs[faultyvendor.First].URL(), ""
	if row.firstURL != "" {
		url = row.firstURL
	}
	if row.tls {
		url += "\n    ca_file: ca.pem"
	}
	if row.spare {
		spare = spareCredential
	}
	files := map[string]string{
		"gateway.yaml": strings.NewReplacer(
			"FIRST_URL", url, "SECOND_URL", vs[faultyvendor.Second].URL(), "OTHER_URL", vs[faultyvendor.Other].URL(), "SPARE", spare,
			"FIRST_ATTEMPT", w.first.String(), "OTHER_ATTEMPT", w.others.String(),
		).Replace(configuration),
		"main-key": faultyvendor.MainKey, "main-secret": faultyvendor.MainSecret,
		"spare-key": faultyvendor.SpareKey, "spare-secret": faultyvendor.SpareSecret,
	}
	if row.tls {
		files["ca.pem"] = string(vs[faultyvendor.First].Authority())
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("cannot write the configuration: %w", err)
		}
	}
	return filepath.Join(folder, "gateway.yaml"), nil
}
