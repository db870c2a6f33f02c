package wire

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/liveness-gateway/gateway/internal/server/frames"
)

// Refusals counts what the gRPC library refuses itself, without telling any handler, interceptor or
// stats handler: it shows only in what the library writes. The zero value is ready.
type Refusals struct {
	// Log, if there is one, is called for a refusal, at most once a second, with the total for
	// its reason.
	Log func(reason string, total int64, from net.Addr)

	counts [reasons]atomic.Int64
	logged atomic.Int64
}

// Refusal is why an RPC or a connection was refused before it became a call. Handlers report those
// that are exported; the others are seen in what the library writes.
type Refusal int

const (
	malformedHeader Refusal = iota // status 400: grpc-timeout, -bin metadata, :authority
	notGRPC                        // status 405 or 415
	headerTooLarge                 // RST_STREAM, FRAME_SIZE_ERROR
	tooManyStreams                 // RST_STREAM, REFUSED_STREAM
	protocolError                  // RST_STREAM or GOAWAY, PROTOCOL_ERROR
	tooManyPings                   // GOAWAY, ENHANCE_YOUR_CALM
	// TooManyOther and tooManyFrames are refused by the gateway itself.
	TooManyOther
	tooManyFrames
	// UnknownEncoding covers encodings that are registered and not taken, which handlers refuse, and
	// all others, which the library refuses. It answers as a handler would, so that this is told
	// only by no handler having ended the RPC.
	UnknownEncoding
	// MalformedMethod is "/name".
	MalformedMethod
	// DeadlinePassed is a grpc-timeout of zero.
	DeadlinePassed
	// Unauthenticated is a stream of reflection or of health's List, which name the services,
	// without a caller.
	Unauthenticated
	reasons
)

var refusalNames = [reasons]string{
	"malformed_header", "not_grpc", "header_too_large", "too_many_streams", "protocol_error", "too_many_pings",
	"too_many_health_or_reflection", "too_many_frames", "unknown_encoding", "malformed_method", "deadline_passed",
	"unauthenticated_reflection",
}

// Counts returns how often each reason has occurred.
func (r *Refusals) Counts() map[string]int64 {
	counts := make(map[string]int64, reasons)
	for i := range r.counts {
		counts[refusalNames[i]] = r.counts[i].Load()
	}
	return counts
}

// Add counts a refusal. Nil counts nothing.
func (r *Refusals) Add(why Refusal, from net.Addr) {
	if r == nil {
		return
	}
	total := r.counts[why].Add(1)
	now, last := time.Now().UnixNano(), r.logged.Load()
	if r.Log != nil && now-last >= int64(time.Second) && r.logged.CompareAndSwap(last, now) {
		r.Log(refusalNames[why], total, from)
	}
}

const (
	// Codes of HTTP/2 (RFC 9113, section 7).
	codeNoError, codeProtocolError, codeFrameSize, codeRefused, codeCalm = 0x0, 0x1, 0x6, 0x7, 0xb

	// What a block of headers begins with: fields of HPACK's static table (RFC 7541).
	status200, status400 = 0x80 | 8, 0x80 | 12

	mostAnswering = 1024
)

// watch looks at the frames that the library writes on a connection. An answer that is only one block
// of headers is the library's own refusal if its status is not 200, for handlers cannot set that;
// with status 200 it is one if no handler has just ended an RPC without an answer.
type watch struct {
	refusals *Refusals
	from     net.Addr
	// failed reports whether it was a handler that ended an RPC without an answer.
	failed func() bool
	// refused counts the streams refused because the connection has too many, until
	// TakeRefusedStreams.
	refused atomic.Int64
	// ended counts the streams that the library has ended.
	ended atomic.Int64

	frame frames.Written
	// answering are the streams whose trailers are still to come. They never do if the client
	// resets the stream, so beyond mostAnswering all are forgotten.
	answering map[uint32]struct{}
}

func (w *watch) write(p []byte) {
	for len(p) > 0 {
		var whole bool
		if p, whole = w.frame.Next(p); whole {
			w.judge()
		}
	}
}

// judge looks at a frame that has been written whole.
func (w *watch) judge() {
	stream, content := w.frame.Stream(), w.frame.Content()
	switch kind := w.frame.Type(); {
	case kind == http2.FrameHeaders && len(content) > 0:
		w.headers(stream, w.frame.Flags().Has(http2.FlagHeadersEndStream), content[0])
	case kind == http2.FrameRSTStream && len(content) >= 4:
		delete(w.answering, stream)
		code := binary.BigEndian.Uint32(content)
		if code != codeNoError { // or it follows trailers
			w.ended.Add(1)
		}
		w.code(code)
	case kind == http2.FrameGoAway && len(content) >= 8:
		w.code(binary.BigEndian.Uint32(content[4:]))
	}
}

func (w *watch) headers(stream uint32, last bool, first byte) {
	_, answering := w.answering[stream]
	if answering || last {
		w.ended.Add(1)
	}
	switch {
	case answering:
		delete(w.answering, stream)
	case !last:
		if w.answering == nil || len(w.answering) >= mostAnswering {
			w.answering = make(map[uint32]struct{})
		}
		w.answering[stream] = struct{}{}
	case first == status400:
		w.refusals.Add(malformedHeader, w.from)
	case first != status200:
		w.refusals.Add(notGRPC, w.from)
	case !w.failed():
		w.refusals.Add(UnknownEncoding, w.from)
	}
}

func (w *watch) code(code uint32) {
	switch code {
	case codeProtocolError:
		w.refusals.Add(protocolError, w.from)
	case codeFrameSize:
		w.refusals.Add(headerTooLarge, w.from)
	case codeRefused:
		w.refused.Add(1)
		w.refusals.Add(tooManyStreams, w.from)
	case codeCalm:
		w.refusals.Add(tooManyPings, w.from)
	}
}
