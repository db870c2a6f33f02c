package faulttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// The vendors of every run, which are accounts of these names at the gateway. Routes try
// them in this order; other is of another provider.
const (
	first  = "first"
	second = "second"
	other  = "other"
)

// The credentials that the stand-ins accept. They are invented.
const (
	mainKey     = "faulttest-main"
	mainSecret  = "faulttest-main-secret"
	spareKey    = "faulttest-spare"
	spareSecret = "faulttest-spare-secret"
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

// vendors are the stand-ins of one run.
type vendors map[string]*vendor

func startVendors(row *Row, o Options) (_ vendors, err error) {
	vs := vendors{}
	defer func() {
		if err != nil {
			vs.close()
		}
	}()
	var tls *authority
	if row.tls {
		if tls, err = newAuthority(); err != nil {
			return nil, err
		}
	}
	megvii := func(o sandbox.Options) standIn { return sandbox.NewMegvii(o) }
	linkface := func(o sandbox.Options) standIn { return sandbox.NewLinkface(o) }
	if vs[first], err = startVendor(first, o, tls, megvii); err != nil {
		return nil, err
	}
	if vs[second], err = startVendor(second, o, nil, megvii); err != nil {
		return nil, err
	}
	vs[other], err = startVendor(other, o, nil, linkface)
	return vs, err
}

func (vs vendors) close() {
	for _, v := range vs {
		if v != nil {
			v.close()
		}
	}
}

// disconnect ends every connection that the gateway has to a vendor.
func (vs vendors) disconnect() {
	for _, v := range vs {
		v.listener.disconnect()
	}
}

// writeConfig writes the row's configuration with the files that it names and returns
// where it is.
func writeConfig(folder string, row *Row, vs vendors, w waits) (string, error) {
	url, spare := vs[first].url, ""
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
			"FIRST_URL", url, "SECOND_URL", vs[second].url, "OTHER_URL", vs[other].url, "SPARE", spare,
			"FIRST_ATTEMPT", w.first.String(), "OTHER_ATTEMPT", w.others.String(),
		).Replace(configuration),
		"main-key": mainKey, "main-secret": mainSecret,
		"spare-key": spareKey, "spare-secret": spareSecret,
	}
	if row.tls {
		files["ca.pem"] = string(vs[first].authority.pem)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("cannot write the configuration: %w", err)
		}
	}
	return filepath.Join(folder, "gateway.yaml"), nil
}
