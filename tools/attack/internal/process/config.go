package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// configuration is the gateway's: the sandbox's accounts for the good caller, and for the
// attackers as many of their own vendor as there are routes.
const configuration = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0", reflection: true, pprof: true, hosts: [gateway, smuggled, other]}
shutdown_grace: 1s
accounts:
  good:
    provider: megvii
    base_url: %s
    credentials: [{name: demo, api_key: {file: key}, api_secret: {file: secret}}]
%sroutes:
  - flow: spoken_digits
    targets: [{account: good, product: megvii.random-number}]
  - flow: js_sdk
    targets: [{account: good, product: megvii.h5-flash}]
%s`

const hostileAccount = `  %[1]s:
    provider: linkface
    base_url: http://%[2]s
    timeout: 1s
    credentials: [{name: demo, api_id: {file: id}, api_secret: {file: secret-of-id}}]
`

const hostileRoute = `  - flow: app_sdk
    scenario: %[1]s
    targets: [{account: %[1]s, product: linkface.app}]
`

// WriteConfig writes the configuration into the folder and returns the file. Each scenario is
// a route to the hostile vendor, by an account of its own.
func WriteConfig(folder, goodURL, hostileAddress string, scenarios []string) (string, error) {
	for name, secret := range map[string]string{
		"key": sandbox.DemoMegviiAPIKey, "secret": sandbox.DemoMegviiAPISecret,
		"id": sandbox.DemoLinkfaceAPIID, "secret-of-id": sandbox.DemoLinkfaceAPISecret,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(secret), 0o600); err != nil {
			return "", err
		}
	}
	var accounts, routes strings.Builder
	for _, scenario := range scenarios {
		fmt.Fprintf(&accounts, hostileAccount, scenario, hostileAddress)
		fmt.Fprintf(&routes, hostileRoute, scenario)
	}
	file := filepath.Join(folder, "gateway.yaml")
	return file, os.WriteFile(file, fmt.Appendf(nil, configuration, goodURL, accounts.String(), routes.String()), 0o600)
}
