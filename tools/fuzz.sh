#!/usr/bin/env bash
# Runs every Fuzz function, one after the other, for the given number of seconds
# each, 20 by default. An input that fails is written to the package's testdata/fuzz,
# where it is a test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
output=$(mktemp)
trap 'rm "$output"' EXIT

# fuzz runs one function. Before Go 1.27 the end of the time can itself be reported as
# a failure (go.dev/issue/75804): nothing but "context deadline exceeded", and no input
# written. That alone is let pass.
fuzz() {
  # Making an input smaller takes the time of finding others.
  if go test -run '^$' -fuzz "^$1\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x "$2" | tee "$output"; then
    return
  fi
  if grep -q 'Failing input written' "$output" || ! grep -A1 -e "^--- FAIL: $1 " "$output" | grep -qx '    context deadline exceeded'; then
    return 1
  fi
  echo "passed: only the end of the time was reported (go.dev/issue/75804)"
}

list=$(go test -list '^Fuzz' ./...)
functions=()
count=0
while read -r first package _; do
  case $first in
    Fuzz*)
      functions+=("$first")
      ;;
    ok)
      for function in "${functions[@]}"; do
        printf '\n%s %s\n' "$package" "$function"
        fuzz "$function" "$package"
        count=$((count + 1))
      done
      functions=()
      ;;
  esac
done <<<"$list"

printf '\n%d Fuzz functions, %s s each\n' "$count" "$seconds"
((count > 0))
