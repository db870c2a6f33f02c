package suggest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnknown(t *testing.T) {
	known := []string{"accounts", "routes", "log"}
	for name, want := range map[string]string{
		"acounts":  `unknown key "acounts", did you mean "accounts"?`,
		"lgo":      `unknown key "lgo", expected accounts, routes, log`,
		"logs":     `unknown key "logs", did you mean "log"?`,
		"timeouts": `unknown key "timeouts", expected accounts, routes, log`,
	} {
		require.Equal(t, want, Unknown("key", name, known))
	}
	require.Equal(t, `unknown key "log", there are none`, Unknown("key", "log", nil))
}

// The first of several that are equally near is meant.
func TestNearest(t *testing.T) {
	require.Equal(t, "rest", Nearest("test", []string{"grpc", "rest", "best"}))
	require.Empty(t, Nearest("admin", []string{"grpc", "rest"}))
}
