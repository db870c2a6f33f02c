package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// test runs some of a package's tests, or all but for those of whole models, and returns
// those that failed, sorted, and what they said. It is an error if none ran.
func test(ctx context.Context, folder string, only []string, flags ...string) (failed []string, said string, err error) {
	args := append([]string{"test", "-json", "-vet=off", "-ldflags=-s -w", "-skip", "^TestModel", "-timeout", "3m"}, flags...)
	if len(only) > 0 {
		args = append(args, "-run", "^("+strings.Join(only, "|")+")$")
	}
	output, status := exec.CommandContext(ctx, "go", append(args, folder)...).CombinedOutput()
	failed, said = failures(output)
	if status != nil && len(failed) == 0 {
		return nil, "", fmt.Errorf("no test of %s ran to its end: %w\n%s", folder, status, output)
	}
	return failed, said, nil
}

// failures returns the tests, without those inside of others, that failed by the output
// of go test -json, and what these and those inside of them said.
func failures(output []byte) (failed []string, said string) {
	all := map[string]*strings.Builder{}
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue
		}
		test, _, inside := strings.Cut(event.Test, "/")
		if all[test] == nil {
			all[test] = &strings.Builder{}
		}
		all[test].WriteString(event.Output)
		if event.Action == "fail" && test != "" && !inside {
			failed = append(failed, test)
			said += all[test].String()
		}
	}
	slices.Sort(failed)
	return failed, said
}
