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
    credentials:FIRST_CREDENTIALS
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
    order: ORDER
    targets:
      - {account: first, product: megvii.random-numberMOST}
      - {account: second, product: megvii.random-numberLESS}
  - flow: app_sdk
    order: ORDER
    targets:
      - {account: first, product: megvii.app-v5, parameters: {liveness_id: faulttest}MOST}
      - {account: other, product: linkface.appLESS}
      - {account: second, product: megvii.app-v5, parameters: {liveness_id: faulttest}LESS}
  - flow: js_sdk
    order: ORDER
    targets:
      - {account: first, product: megvii.h5-flashMOST}
      - {account: second, product: megvii.h5-flashLESS}
`

// writeConfig writes the row's configuration with the files that it names and returns
// where it is.
func writeConfig(folder string, row *Row, vs faultyvendor.Vendors, w waits) (string, error) {
	url, order, most, less := vs[faultyvendor.First].URL(), "ordered", "", ""
	if row.firstURL != "" {
		url = row.firstURL
	}
	if row.tls {
		url += "\n    ca_file: ca.pem"
	}
	if row.weighted {
		order, most, less = "weighted", ", weight: 60", ", weight: 20"
	}
	files := map[string]string{}
	var credentials strings.Builder
	for i, c := range faultyvendor.Credentials() {
		files[c.Name+"-key"], files[c.Name+"-secret"] = c.Key, c.Secret
		if i < max(1, row.credentials) {
			fmt.Fprintf(&credentials, "\n      - {name: %[1]s, api_key: {file: %[1]s-key}, api_secret: {file: %[1]s-secret}}", c.Name)
		}
	}
	files["gateway.yaml"] = strings.NewReplacer(
		"FIRST_URL", url, "SECOND_URL", vs[faultyvendor.Second].URL(), "OTHER_URL", vs[faultyvendor.Other].URL(),
		"FIRST_CREDENTIALS", credentials.String(), "ORDER", order, "MOST", most, "LESS", less,
		"FIRST_ATTEMPT", w.first.String(), "OTHER_ATTEMPT", w.others.String(),
	).Replace(configuration)
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
