package call_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/call"
)

// recovered returns what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

func TestPanicErrorTellsNoValue(t *testing.T) {
	number := 7781
	runtimes := recovered(func() { _ = []int{}[number] })
	for want, value := range map[string]any{
		"panic: string\n":              "tiger-7781",
		"panic: *errors.errorString\n": errors.New("tiger-7781"),
		"panic: runtime error: index out of range [N] with length N\n":                 runtimes,
		"panic: runtime error: index out of range [N] with length N\nstack of another": fmt.Errorf("tiger-7781: %w", runtimes.(error)),
	} {
		got := call.PanicError(value, []byte("stack of another")).Error()
		require.Contains(t, got, want)
		require.NotContains(t, got, "7781")
		require.NotContains(t, got, "tiger")
	}
}
