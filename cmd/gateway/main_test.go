package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/liveness-gateway/gateway/internal/gateway"
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
