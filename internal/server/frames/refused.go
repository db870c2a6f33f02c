package frames

import (
	"encoding/binary"
	"sync/atomic"

	"golang.org/x/net/http2"
)

// refused counts the streams that a server refuses, by the frames that it writes.
type refused struct {
	streams atomic.Int64

	// frame is what has come of a frame's header and of the code in it, skip what remains of
	// its content.
	frame [9 + 4]byte
	n     int
	skip  int
}

func (r *refused) write(data []byte) {
	for len(data) > 0 {
		if r.n < 9 {
			n := copy(r.frame[r.n:9], data)
			r.n, data = r.n+n, data[n:]
			if r.n == 9 {
				r.skip = int(r.frame[0])<<16 | int(r.frame[1])<<8 | int(r.frame[2])
				r.ended()
			}
			continue
		}
		n := min(len(data), r.skip)
		r.n += copy(r.frame[r.n:], data[:n])
		r.skip, data = r.skip-n, data[n:]
		r.ended()
	}
}

// ended takes in a frame when all of it has been written.
func (r *refused) ended() {
	if r.skip > 0 {
		return
	}
	if http2.FrameType(r.frame[3]) == http2.FrameRSTStream && r.n == len(r.frame) {
		switch http2.ErrCode(binary.BigEndian.Uint32(r.frame[9:])) {
		case http2.ErrCodeRefusedStream, http2.ErrCodeProtocol:
			r.streams.Add(1)
		default: // a call that ended before its message had come
		}
	}
	r.n = 0
}
