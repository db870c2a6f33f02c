#!/usr/bin/env bash
# Runs the tests of the server and of the whole gateway with the oldest grpc-go that is
# supported, and with the newest that is published if go.mod has another: what
# go test ./... has run is not run again.
set -euo pipefail
cd "$(dirname "$0")/.."

oldest=v1.83.2
mapfile -t packages < <(go list ./... | grep -E '/(cmd|internal)/(gateway|server)(/|$)')

copy=$(mktemp -d)
trap 'rm -r "$copy"' EXIT

# run_with tests with a version of grpc-go in a copy of go.mod. The version replaces
# every other: grpc-gateway requires a newer one than the oldest.
run_with() {
  printf '\ngrpc-go %s\n' "$1"
  cp go.mod go.sum "$copy"
  go mod edit -replace "google.golang.org/grpc=google.golang.org/grpc@$1" "$copy/go.mod"
  go test -mod=mod -modfile="$copy/go.mod" "${packages[@]}"
}

current=$(go list -m -f '{{.Version}}' google.golang.org/grpc)
newest=$(go list -m -f '{{.Version}}' google.golang.org/grpc@latest)
run_with "$oldest"
if [[ $newest != "$current" ]]; then
  run_with "$newest"
fi
