#!/usr/bin/env bash
# Generates again and fails if a committed file differs from what comes out.
set -euo pipefail
cd "$(dirname "$0")/.."

paths=(gen third_party/proto tools/thirdparty docs/errors.md docs/vendors.md deploy/config.schema.json deploy/grafana deploy/kubernetes deploy/helm/gateway.yaml)
tools/generate.sh

untracked=$(git ls-files --others --exclude-standard -- "${paths[@]}")
if git diff --exit-code -- "${paths[@]}" && [[ -z $untracked ]]; then
  exit 0
fi
[[ -z $untracked ]] || printf 'not in git:\n%s\n' "$untracked" >&2
echo 'generated files are stale; to update them: tools/generate.sh && git add -A gen third_party tools docs deploy' >&2
exit 1
