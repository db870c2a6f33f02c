package classes

import (
	"context"
	"strings"

	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// frameClasses are attacks on gRPC's own forms: prefixes and metadata.
func frameClasses() []*Class {
	return []*Class{
		{Family: "gRPC", Name: "prefixes that claim 20 MiB", Attack: claim(20 << 20)},
		{Family: "gRPC", Name: "prefixes that claim 20 MiB, 100 connections", Attack: claim(20 << 20), connections: 100},
		{Family: "gRPC", Name: "prefixes that claim 4 GiB", Attack: calls(nil, wire.LengthOf(1<<32-1)), Rate: 2000},
		{Family: "gRPC", Name: "prefixes that lie", Attack: lies, Rate: 2000},
		{Family: "gRPC", Name: "compressed messages", Attack: calls([]string{"grpc-encoding", "gzip"}, wire.Prefixed(1, 4, []byte("\x1f\x8b\x08\x00"))), Rate: 2000},
		{
			Family: "gRPC", Name: "compressed messages of Huffman codes", Rate: bodyRate / (60 << 10),
			Attack: calls([]string{"grpc-encoding", "gzip"}, wire.Prefixed(1, uint32(len(huffmanCodes)), []byte(huffmanCodes))),
		},
		{Family: "gRPC", Name: "malformed grpc-timeout", Attack: timeouts, Rate: 2000},
		{Family: "gRPC", Name: "malformed -bin metadata", Attack: binaries, Rate: 2000},
		{Family: "gRPC", Name: "15 KiB of metadata", Attack: calls([]string{"x-long", strings.Repeat("x", 15<<10)}, wire.LengthOf(1<<32-1)), Rate: 1000},
		{Family: "gRPC", Name: "metadata beyond 16 KiB", Attack: calls([]string{"x-long", strings.Repeat("x", 17<<10)}, nil), Rate: 1000},
		{Family: "gRPC", Name: "400 metadata fields", Attack: manyFields, Rate: 1000},
	}
}

// huffmanCodes is gzip of 60 KiB that goes on: blocks with codes for all symbols, and nothing else.
var huffmanCodes = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + strings.Repeat(emptyBlock, (60<<10)/len(emptyBlock))

const emptyBlock = "\xec\xc1\x03\x60\x18\x00\x00\x00\xa0\xd9\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x71\xdb\xb6\x6d\xb3\x1e\x01\x00\x00\xff\xff"

// claim opens a stream after another whose message never comes.
func claim(size uint32) Attack { return hoard(issueMethod, false, wire.LengthOf(size)) }

// calls makes calls with these headers and this data, each on a stream of its own that the
// client has ended.
func calls(headers []string, data []byte) Attack {
	return varied(func(*wire.Target, int) ([]string, []byte) { return headers, data })
}

// varied makes calls, each with what the function returns for its number.
func varied(of func(t *wire.Target, i int) (headers []string, data []byte)) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		w, end := wire.Dial(ctx, t)
		defer end()
		if w == nil {
			return nil
		}
		go w.Count(func(uint32) { t.Answered() })
		for i := 0; t.Next(ctx); i++ {
			headers, data := of(t, i)
			w.Data(w.Headers(issueMethod, false, headers...), true, data)
			if !w.Flush() {
				return nil
			}
		}
		return nil
	}
}

// lies sends prefixes that say more or less than what follows, and several messages where
// there is to be one.
func lies(ctx context.Context, t *wire.Target) error {
	call := smallMessage(t)
	return varied(func(_ *wire.Target, i int) ([]string, []byte) {
		content := call[5:]
		return nil, [][]byte{
			wire.Prefixed(0, uint32(len(content)+1), content),
			wire.Prefixed(0, uint32(len(content)-1), content),
			wire.Prefixed(0, 1<<20, content),
			wire.Prefixed(0xff, uint32(len(content)), content),
			append(append([]byte(nil), call...), call...),
			call[:3],
			wire.LengthOf(0),
		}[i%7]
	})(ctx, t)
}

func timeouts(ctx context.Context, t *wire.Target) error {
	values := []string{"", "1", "S", "-1S", "1X", "123456789S", "99999999H", "1.5S", "0n", " 1S", "1S1S", "\xff"}
	call := smallMessage(t)
	return varied(func(_ *wire.Target, i int) ([]string, []byte) {
		return []string{"grpc-timeout", values[i%len(values)]}, call
	})(ctx, t)
}

func binaries(ctx context.Context, t *wire.Target) error {
	values := []string{"!!!!", "A", "====", strings.Repeat("A", 8<<10) + "!", "\xff\xfe", ",,,,"}
	names := []string{"trace-bin", "grpc-trace-bin", "grpc-tags-bin", "-bin"}
	call := smallMessage(t)
	return varied(func(_ *wire.Target, i int) ([]string, []byte) {
		return []string{names[i%len(names)], values[i%len(values)]}, call
	})(ctx, t)
}

func manyFields(ctx context.Context, t *wire.Target) error {
	var fields []string
	for range 400 {
		fields = append(fields, "x", "")
	}
	return calls(fields, wire.LengthOf(1<<32-1))(ctx, t)
}
