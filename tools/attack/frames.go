package main

import (
	"context"
	"strings"
)

// frameClasses are attacks on gRPC's own forms: prefixes and metadata.
func frameClasses() []*class {
	return []*class{
		{family: "gRPC", name: "prefixes that claim 20 MiB", attack: claim(20 << 20)},
		{family: "gRPC", name: "prefixes that claim 20 MiB, 100 connections", attack: claim(20 << 20), connections: 100},
		{family: "gRPC", name: "prefixes that claim 4 GiB", attack: calls(nil, lengthOf(1<<32-1)), rate: 2000},
		{family: "gRPC", name: "prefixes that lie", attack: lies, rate: 2000},
		{family: "gRPC", name: "compressed messages", attack: calls([]string{"grpc-encoding", "gzip"}, prefixed(1, 4, []byte("\x1f\x8b\x08\x00"))), rate: 2000},
		{family: "gRPC", name: "malformed grpc-timeout", attack: timeouts, rate: 2000},
		{family: "gRPC", name: "malformed -bin metadata", attack: binaries, rate: 2000},
		{family: "gRPC", name: "15 KiB of metadata", attack: calls([]string{"x-long", strings.Repeat("x", 15<<10)}, lengthOf(1<<32-1)), rate: 1000},
		{family: "gRPC", name: "metadata beyond 16 KiB", attack: calls([]string{"x-long", strings.Repeat("x", 17<<10)}, nil), rate: 1000},
		{family: "gRPC", name: "400 metadata fields", attack: manyFields, rate: 1000},
	}
}

// claim opens a stream after another whose message never comes.
func claim(size uint32) attack { return hoard(issueMethod, false, lengthOf(size)) }

// calls makes calls with these headers and this data, each on a stream of its own that the
// client has ended.
func calls(headers []string, data []byte) attack {
	return varied(func(*target, int) ([]string, []byte) { return headers, data })
}

// varied makes calls, each with what the function returns for its number.
func varied(of func(t *target, i int) (headers []string, data []byte)) attack {
	return func(ctx context.Context, t *target) error {
		w, end := dialWire(ctx, t)
		defer end()
		if w == nil {
			return nil
		}
		go w.count(func(uint32) { t.answered() })
		for i := 0; t.next(ctx); i++ {
			headers, data := of(t, i)
			w.data(w.headers(issueMethod, false, headers...), true, data)
			if !w.flush() {
				return nil
			}
		}
		return nil
	}
}

// lies sends prefixes that say more or less than what follows, and several messages where
// there is to be one.
func lies(ctx context.Context, t *target) error {
	call := smallMessage(t)
	return varied(func(_ *target, i int) ([]string, []byte) {
		content := call[5:]
		return nil, [][]byte{
			prefixed(0, uint32(len(content)+1), content),
			prefixed(0, uint32(len(content)-1), content),
			prefixed(0, 1<<20, content),
			prefixed(0xff, uint32(len(content)), content),
			append(append([]byte(nil), call...), call...),
			call[:3],
			lengthOf(0),
		}[i%7]
	})(ctx, t)
}

func timeouts(ctx context.Context, t *target) error {
	values := []string{"", "1", "S", "-1S", "1X", "123456789S", "99999999H", "1.5S", "0n", " 1S", "1S1S", "\xff"}
	call := smallMessage(t)
	return varied(func(_ *target, i int) ([]string, []byte) {
		return []string{"grpc-timeout", values[i%len(values)]}, call
	})(ctx, t)
}

func binaries(ctx context.Context, t *target) error {
	values := []string{"!!!!", "A", "====", strings.Repeat("A", 8<<10) + "!", "\xff\xfe", ",,,,"}
	names := []string{"trace-bin", "grpc-trace-bin", "grpc-tags-bin", "-bin"}
	call := smallMessage(t)
	return varied(func(_ *target, i int) ([]string, []byte) {
		return []string{names[i%len(names)], values[i%len(values)]}, call
	})(ctx, t)
}

func manyFields(ctx context.Context, t *target) error {
	var fields []string
	for range 400 {
		fields = append(fields, "x", "")
	}
	return calls(fields, lengthOf(1<<32-1))(ctx, t)
}
