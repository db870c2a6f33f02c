#!/usr/bin/env bash
# Runs every Fuzz function, one after the other, for the given number of seconds
# each, 20 by default. An input that fails is written to the package's testdata/fuzz,
# where it is a test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
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
        # Making an input smaller takes the time of finding others.
        go test -run '^$' -fuzz "^$function\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x "$package"
        count=$((count + 1))
      done
      functions=()
      ;;
  esac
done <<<"$list"

printf '\n%d Fuzz functions, %s s each\n' "$count" "$seconds"
((count > 0))
