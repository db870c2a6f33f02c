package crash_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/crash"
)

// stack is what the runtime writes after a panic's value, arguments made up.
const stack = `
goroutine 17 [running, locked to thread]:
panic({0x55e2?, 0xc000012345?})
	/usr/local/go/src/runtime/panic.go:860 +0x13a
main.(*server[...]).serve(0x1, {0xc000, 0x5})
	/src/main.go:20 +0x1d fp=0xc0 sp=0xc1 pc=0x1
main.main.func1()
	/src/main.go:12 +0x2
created by main.main in goroutine 1
	/src/main.go:11 +0x25

goroutine 1 [sleep]:
main.other(0x5)
	/src/other.go:1 +0x1
exit status 2
`

const frames = `panic
	/usr/local/go/src/runtime/panic.go:860
main.(*server[...]).serve
	/src/main.go:20
main.main.func1
	/src/main.go:12
created by main.main
	/src/main.go:11
`

func TestReport(t *testing.T) {
	for text, kind := range map[string]string{
		"panic: tiger-lily-7781\n": "panic",
		// The runtime indents what a value has on further lines.
		"panic: \n\tgoroutine 1 [running]:\n\ttiger.lily(7781)\n\t\t/tiger-lily-7781.go:1\n\n":                                                            "panic",
		"panic: main.tiger{lily:7781} [recovered, repanicked]\n":                                                                                          "panic",
		"panic: runtime error: index out of range [7781] with length 7781\n":                                                                              "panic: runtime error: index out of range",
		"panic: runtime error: tiger-lily-7781\n":                                                                                                         "panic",
		"panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x7781 pc=0x1]\n": "panic: runtime error: invalid memory address or nil pointer dereference",
		"fatal error: concurrent map writes\n":                                                                                                            "fatal error: concurrent map writes",
		"fatal error: tiger-lily-7781\n":                                                                                                                  "panic",
		"SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n":                                                                                                           "SIGQUIT: quit",
		"":                                                                                                                                                "fatal error",
	} {
		var output bytes.Buffer
		require.NoError(t, crash.Report(iotest.OneByteReader(strings.NewReader(text+stack)), &output))
		require.NotContains(t, output.String(), "7781")
		require.NotContains(t, output.String(), "tiger")
		var line map[string]string
		require.NoError(t, json.Unmarshal(output.Bytes(), &line), output.String())
		require.Equal(t, kind, line["kind"], text)
		require.Equal(t, frames, line["stack"])
		require.Equal(t, 1, strings.Count(output.String(), "\n"))
	}
}

func TestNothingIsReportedOfAnEnd(t *testing.T) {
	var output bytes.Buffer
	require.NoError(t, crash.Report(strings.NewReader(""), &output))
	require.Empty(t, output.String())
}

func TestACrashWithoutAStackIsReported(t *testing.T) {
	var output bytes.Buffer
	require.NoError(t, crash.Report(strings.NewReader("panic: tiger"), &output))
	require.Contains(t, output.String(), `"kind":"panic","stack":""}`)
}

func TestALongStackIsCut(t *testing.T) {
	var output bytes.Buffer
	long := "panic: x\n\ngoroutine 1 [running]:\n" + strings.Repeat("main.f(0x1)\n\t/src/main.go:1 +0x1\n", 10_000) + "\n"
	require.NoError(t, crash.Report(strings.NewReader(long), &output))
	require.Less(t, output.Len(), 10<<10)
}
