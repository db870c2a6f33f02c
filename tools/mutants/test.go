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
// those that failed, sorted. It is an error if none ran.
func test(ctx context.Context, folder string, only []string, flags ...string) (failed []string, err error) {
	args := append([]string{"test", "-json", "-vet=off", "-ldflags=-s -w", "-skip", "^TestModel", "-timeout", "3m"}, flags...)
	if len(only) > 0 {
		args = append(args, "-run", "^("+strings.Join(only, "|")+")$")
	}
	output, status := exec.CommandContext(ctx, "go", append(args, folder)...).CombinedOutput()
	failed = failures(output)
	if status != nil && len(failed) == 0 {
		return nil, fmt.Errorf("no test of %s ran to its end: %w\n%s", folder, status, output)
	}
	return failed, nil
}

// failures returns the tests, without those inside of others, that failed by the output
// of go test -json.
func failures(output []byte) (failed []string) {
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue
		}
		if event.Action == "fail" && event.Test != "" && !strings.Contains(event.Test, "/") {
			failed = append(failed, event.Test)
		}
	}
	slices.Sort(failed)
	return failed
}
