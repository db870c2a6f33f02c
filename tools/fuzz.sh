#!/usr/bin/env bash
# Runs every Fuzz function for the given number of seconds, 20 by default, one on each
# core. An input that fails is written to the package's testdata/fuzz, where it is a test
# from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
outputs=$(mktemp -d)
trap 'rm -r "$outputs"' EXIT

# fuzz runs one function. Before Go 1.27 the end of the time can itself be reported as
# a failure (go.dev/issue/75804): nothing but "context deadline exceeded", and no input
# written. That alone is let pass.
fuzz() {
  local output
  output=$(mktemp -p "$outputs")
  # Making an input smaller takes the time of finding others.
  if go test -run '^$' -fuzz "^$2\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x -parallel 1 "$1" >"$output" 2>&1; then
    printf '%s %s\n%s\n' "$1" "$2" "$(tail -n 3 "$output")"
    return
  fi
  printf '%s %s\n%s\n' "$1" "$2" "$(cat "$output")"
  if grep -q 'Failing input written' "$output" || ! grep -A1 -e "^--- FAIL: $2 " "$output" | grep -qx '    context deadline exceeded'; then
    return 1
  fi
  echo "passed: only the end of the time was reported (go.dev/issue/75804)"
}

list=$(go test -list '^Fuzz' ./...)
functions=()
running=()
count=0 failed=0

# end waits for the function that began first.
end() {
  wait "${running[0]}" || failed=$((failed + 1))
  running=("${running[@]:1}")
}

while read -r first package _; do
  case $first in
    Fuzz*)
      functions+=("$first")
      ;;
    ok)
      for function in "${functions[@]}"; do
        if ((${#running[@]} == $(nproc))); then
          end
        fi
        fuzz "$package" "$function" &
        running+=($!)
        count=$((count + 1))
      done
      functions=()
      ;;
  esac
done <<<"$list"
while ((${#running[@]} > 0)); do
  end
done

printf '\n%d Fuzz functions, %s s each, %d failed\n' "$count" "$seconds" "$failed"
((count > 0 && failed == 0))
