package message

import (
	"context"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/message/wire"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// photosInProto says where a message has photos.
var photosInProto = wire.Photos{
	List:    (&livenessv1.Comparison{}).ProtoReflect().Descriptor().Fields().ByName("photos"),
	Content: (&livenessv1.Photo{}).ProtoReflect().Descriptor().Fields().ByName("content"),
}

// FromProto decodes a message from the buffers in which it was received. It takes the buffers over:
// photos stay in them, and they return to their pool when nobody holds the returned memory any more.
func FromProto(ctx context.Context, data mem.BufferSlice, into proto.Message) ([]sensitive.Bytes, sensitive.Memory, *providers.Error) {
	received := hold(data)
	name := into.ProtoReflect().Descriptor()
	rest, photos, refused := wire.Split(ctx, data, contract.Of(name), photosInProto, received)
	if refused == nil && proto.Unmarshal(rest, into) != nil {
		refused = &providers.Error{Reason: providers.InvalidRequest}
	}
	switch {
	case refused != nil && refused.Reason == providers.InvalidRequest && len(refused.Violations) == 0:
		refused.Message = "not a valid " + string(name.Name()) + " message"
	case refused == nil && len(photos) > 0:
		return photos, received, nil
	}
	received.Free()
	return nil, sensitive.GarbageCollected{}, refused
}

// frames are the buffers in which a message was received. They return to the gRPC library's pool when
// nobody holds them any more.
type frames struct {
	holders

	data mem.BufferSlice
}

// hold returns the buffers with one holder.
func hold(data mem.BufferSlice) *frames {
	f := &frames{data: data}
	f.n.Store(1)
	return f
}

// Free is sensitive.Memory's.
func (f *frames) Free() {
	if f.release() {
		f.data.Free()
	}
}
