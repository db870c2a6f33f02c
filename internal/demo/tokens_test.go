package demo

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

func TestExpiresIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		require.Equal(t, "unknown", expiresIn(&livenessv1.IssueLivenessTokenResponse{}))
		require.Equal(t, "10m0s", expiresIn(&livenessv1.IssueLivenessTokenResponse{
			ExpireTime: timestamppb.New(time.Now().Add(10 * time.Minute)),
		}))
	})
}
