package linkface_test

import (
	"testing"

	"github.com/liveness-gateway/gateway/internal/providers/providertest"
)

func FuzzApp(f *testing.F) { providertest.Fuzz(f, app()) }
