package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/stdlog"
)

// asGateway makes the test binary be the gateway, so that signals and exit codes are
// those of a real process.
const asGateway = "TEST_AS_GATEWAY"

func TestMain(m *testing.M) {
	switch os.Getenv(asGateway) { //nolint:forbidigo // the switch of this binary
	case "":
		gateway.TuneMemory() // as gateways do: collecting garbage was a third of what the tests cost
		os.Exit(m.Run())
	case thatPanics:
		if err := serveThatPanics(os.Args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case thatSpeaks:
		serveThatSpeaks()
	case thatTellsOfCores:
		main()
		tellOfCores()
	default:
		main()
	}
}

// run executes one command line within the tests' own process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return execute(ctx, newRoot(stdlog.New(nil)), args, stdout, stderr)
}
