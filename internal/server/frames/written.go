package frames

import (
	"encoding/binary"

	"golang.org/x/net/http2"
)

const (
	headerBytes = 9 // of a frame (RFC 9113, section 4.1)
	contentKept = 8
)

// Written follows the frames that a server writes. The zero value is ready.
type Written struct {
	// head holds what has been written of the header, and of the content's first bytes.
	head    [headerBytes + contentKept]byte
	got     int
	payload int // bytes of the content that are still to come
	whole   bool
}

// Next consumes what is written up to the end of a frame, returns the rest, and reports whether the
// frame is complete. The methods below describe that frame until the next call.
func (w *Written) Next(p []byte) (rest []byte, whole bool) {
	if w.whole {
		w.got, w.whole = 0, false
	}
	if w.got < headerBytes {
		n := copy(w.head[w.got:headerBytes], p)
		w.got, p = w.got+n, p[n:]
		if w.got < headerBytes {
			return p, false
		}
		w.payload = int(w.head[0])<<16 | int(w.head[1])<<8 | int(w.head[2])
	}
	n := min(len(p), w.payload)
	w.got += copy(w.head[w.got:], p[:n])
	w.payload -= n
	w.whole = w.payload == 0
	return p[n:], w.whole
}

// Type is the frame's.
func (w *Written) Type() http2.FrameType { return http2.FrameType(w.head[3]) }

// Flags are the frame's.
func (w *Written) Flags() http2.Flags { return http2.Flags(w.head[4]) }

// Stream is the frame's, 0 for one of the connection.
func (w *Written) Stream() uint32 { return binary.BigEndian.Uint32(w.head[5:]) }

// Content is the beginning of the frame's content, 8 bytes at most.
func (w *Written) Content() []byte { return w.head[headerBytes:w.got] }
