package rest

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/server"
)

// The bodies that the routes take, and all others. In base64, 21 MiB of photos are 28 MiB.
var (
	jsonBodies = marshaler{
		limit: 28 << 20,
		decode: func(ctx context.Context, b *unreadBody, body []byte, into proto.Message) ([]sensitive.Bytes, *providers.Error) {
			return message.FromJSON(ctx, body, b.call.Memory.Memory, into)
		},
	}
	formBodies = marshaler{
		limit: server.MaxMessageBytes,
		decode: func(ctx context.Context, b *unreadBody, body []byte, into proto.Message) ([]sensitive.Bytes, *providers.Error) {
			return message.FromForm(ctx, body, b.boundary, b.call.Memory.Memory, into)
		},
		refuse: func(r *http.Request) *providers.Error {
			if fromOtherSite(r) {
				return methodUnknown("a web page of another site cannot send multipart/form-data")
			}
			return nil
		},
	}
	otherBodies = marshaler{refuse: bodyRefused}
)

// marshaler is grpc-gateway's marshaler for bodies of one media type. Answers are always JSON.
type marshaler struct {
	limit  int
	decode func(ctx context.Context, b *unreadBody, body []byte, into proto.Message) ([]sensitive.Bytes, *providers.Error)
	// refuse says why such a body is not taken, nil if it is.
	refuse func(*http.Request) *providers.Error
}

// NewDecoder returns a decoder that reads nothing: it only tells the call how to read its body.
func (m marshaler) NewDecoder(body io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(any) error {
		b := body.(*unreadBody)
		if m.refuse != nil {
			if refused := m.refuse(b.request); refused != nil && b.call.Fault == "" {
				b.call.Refused, b.call.Status = refused, http.StatusUnsupportedMediaType
			}
		}
		b.call.Read = func(ctx context.Context, into proto.Message) *providers.Error { return m.read(ctx, b, into) }
		return nil
	})
}

// read reads the message of a call that has been admitted.
func (m marshaler) read(ctx context.Context, b *unreadBody, into proto.Message) (refused *providers.Error) {
	body, refused := b.readAll(m.limit)
	if refused != nil {
		return refused
	}
	if b.call.Photos, refused = m.decode(ctx, b, body, into); refused != nil {
		return refused
	}
	return mergeIdempotencyKey(into, b.request.Header)
}

// ContentType is that of answers.
func (marshaler) ContentType(any) string { return mediaTypeJSON }

// Marshal encodes an answer.
func (marshaler) Marshal(answer any) ([]byte, error) {
	if response, ok := answer.(*livenessv1.IssueLivenessTokenResponse); ok {
		return message.MarshalJSON(response), nil
	}
	return protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(answer.(proto.Message))
}

// Unmarshal and NewEncoder are for fields that are a body, and for streams: the contract has
// neither.
func (marshaler) Unmarshal([]byte, any) error { return errors.ErrUnsupported }

// NewEncoder is not used.
func (marshaler) NewEncoder(io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(any) error { return errors.ErrUnsupported })
}
