package megvii_test

import (
	"testing"

	"github.com/liveness-gateway/gateway/internal/providers/providertest"
)

func FuzzRandomNumber(f *testing.F) { providertest.Fuzz(f, randomNumber()) }

func FuzzPCWeb(f *testing.F) { providertest.Fuzz(f, pcWeb()) }

func FuzzLitePage(f *testing.F) { providertest.Fuzz(f, litePage()) }

func FuzzAppV3(f *testing.F) { providertest.Fuzz(f, appV3()) }

func FuzzAppV5(f *testing.F) { providertest.Fuzz(f, appV5()) }

func FuzzH5Flash(f *testing.F) { providertest.Fuzz(f, h5Flash()) }
