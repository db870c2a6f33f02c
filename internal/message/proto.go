package message

import (
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// smallBytes is the length up to which a message is decoded whole: copying less than that
// costs less than taking it apart.
const smallBytes = 32 << 10

// FromProto decodes a message from the buffers that it was received in. Large photos are
// left where they lie, in the memory returned; it takes over the buffers, which go back to
// their pool when nobody holds that memory any more.
func FromProto(data mem.BufferSlice, into proto.Message) ([]sensitive.Bytes, sensitive.Memory, *providers.Error) {
	request, hasPhotos := into.(*livenessv1.IssueLivenessTokenRequest)
	if hasPhotos && data.Len() > smallBytes {
		received := hold(data)
		if rest, photos, ok := split(received); ok {
			return photos, received, unmarshal(mem.BufferSlice{mem.SliceBuffer(rest)}, into)
		}
	}
	defer data.Free()
	refused := unmarshal(data, into)
	if !hasPhotos {
		return nil, sensitive.GarbageCollected{}, refused
	}
	return TakePhotos(request), sensitive.GarbageCollected{}, refused
}

func unmarshal(data mem.BufferSlice, into proto.Message) *providers.Error {
	if err := encoding.GetCodecV2("proto").Unmarshal(data, into); err != nil {
		return &providers.Error{
			Reason:  providers.InvalidRequest,
			Message: "not a valid " + string(into.ProtoReflect().Descriptor().Name()) + " message",
		}
	}
	return nil
}

// frames are the buffers that a message was received in. They go back to the gRPC
// library's pool when nobody holds them.
type frames struct {
	holders

	data mem.BufferSlice
}

// hold returns the buffers, held once.
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
