#!/usr/bin/env bash
# Writes third_party/proto from the Go modules in use, gen/ from proto/, the pages of
# docs/, the schema of the configuration and the dashboards that come from tables in the
# code, and the plain manifests from the chart.
set -euo pipefail
cd "$(dirname "$0")/.."

# The files are printed from the versions that the gateway itself links.
mapfile -t modules < <(go list -m -f '{{.Path}}@{{.Version}}' \
  buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go \
  google.golang.org/genproto/googleapis/{api,rpc})
go get -C tools/thirdparty "${modules[@]}"
go mod tidy -C tools/thirdparty

rm -rf third_party/proto
go run -C tools/thirdparty . "$PWD/third_party/proto"
go tool -modfile=tools/buf/go.mod buf format third_party/proto -w
go tool -modfile=tools/buf/go.mod buf generate
go tool -modfile=tools/buf/go.mod buf build proto --as-file-descriptor-set -o - | go run ./tools/openapi
go run ./tools/docs
go run -C tools/dashboards . "$PWD/deploy/grafana"
go run -C tools/chart .
