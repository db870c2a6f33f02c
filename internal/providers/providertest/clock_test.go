package providertest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStatedTimes(t *testing.T) {
	number, text := Product{}, Product{ExpiryLayout: time.RFC3339}
	require.EqualValues(t, 1700000000, number.stated(Now()))
	require.Equal(t, "2023-11-14T22:13:20Z", text.stated(Now()))
}
