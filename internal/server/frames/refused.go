package frames

import (
	"encoding/binary"
	"sync/atomic"

	"golang.org/x/net/http2"
)

// refused counts the streams that a server refuses, from the frames that it writes.
type refused struct {
	streams atomic.Int64
	frame   Written
}

func (r *refused) write(p []byte) {
	for len(p) > 0 {
		var whole bool
		if p, whole = r.frame.Next(p); whole {
			r.count()
		}
	}
}

// count counts a frame that has been written whole.
func (r *refused) count() {
	code := r.frame.Content()
	if r.frame.Type() != http2.FrameRSTStream || len(code) < 4 {
		return
	}
	switch http2.ErrCode(binary.BigEndian.Uint32(code)) {
	case http2.ErrCodeRefusedStream, http2.ErrCodeProtocol:
		r.streams.Add(1)
	default: // a call that ended before its message had arrived
	}
}
