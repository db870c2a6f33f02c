package message

import (
	"encoding/base64"
	"fmt"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// What leaving photos in the body saves: the library copies them twice.
func BenchmarkPhotosInJSON(b *testing.B) {
	photo := make([]byte, 1<<20)
	for i := range photo {
		photo[i] = byte(i * i >> 3)
	}
	content := fmt.Sprintf(`{"content": %q}`, base64.StdEncoding.EncodeToString(photo))
	body := []byte(`{"flow": 1, "comparison": {"photos": [` + content + `, ` + content + `, ` + content + `]}, "subjectId": "u"}`)
	scratch := make([]byte, len(body))
	b.Run("cut", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			copy(scratch, body)
			_, _ = FromJSON(b.Context(), scratch, sensitive.GarbageCollected{}, &livenessv1.IssueLivenessTokenRequest{})
		}
	})
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = protojson.Unmarshal(body, &livenessv1.IssueLivenessTokenRequest{})
		}
	})
}
