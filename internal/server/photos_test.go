package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
)

// photosOf returns a request with photos of these sizes.
func photosOf(sizes ...int) *livenessv1.IssueLivenessTokenRequest {
	comparison := &livenessv1.Comparison{}
	for _, size := range sizes {
		comparison.Photos = append(comparison.Photos, &livenessv1.Photo{Content: make([]byte, size)})
	}
	return &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_JS_SDK, Comparison: comparison}
}

func TestPhotosOf19MBTogether(t *testing.T) {
	g := start(t, issues)
	for transport, send := range g.photoTransports() {
		t.Run(transport, func(t *testing.T) {
			require.NotNil(t, send(t, photosOf(19_000_000)).response)
			require.NotNil(t, send(t, photosOf(10_000_000, 9_000_000)).response)
		})
	}
}

func TestPhotosBeyond19MBTogether(t *testing.T) {
	g := start(t, issues)
	for transport, send := range g.photoTransports() {
		t.Run(transport, func(t *testing.T) {
			r := send(t, photosOf(10_000_000, 9_000_000, 1))
			d := requireFailure(t, r)
			require.Equal(t, codes.InvalidArgument, r.code())
			require.Equal(t, "REQUEST_TOO_LARGE", d.info.GetReason())
			require.Equal(t, []string{"comparison.photos"}, d.fields())
			require.Contains(t, d.descriptions(), "19 MB")
			if r.transport == call.REST {
				require.Equal(t, http.StatusRequestEntityTooLarge, r.httpStatus)
			}
		})
	}
}
