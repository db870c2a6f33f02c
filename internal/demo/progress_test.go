package demo

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSayIsSilentAboutAShortStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var progress strings.Builder
		require.NoError(t, Say(&progress, "waiting", func() error {
			time.Sleep(patience - 1)
			return nil
		}))
		require.Empty(t, progress.String())
	})
}

func TestSayNamesALongStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var progress strings.Builder
		failure := errors.New("it failed")
		require.Equal(t, failure, Say(&progress, "waiting for a token", func() error {
			time.Sleep(2*patience + 1)
			return failure
		}))
		require.Equal(t, "waiting for a token, for 1s now\nwaiting for a token, for 2s now\n", progress.String())
	})
}
