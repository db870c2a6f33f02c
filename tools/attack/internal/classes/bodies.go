package classes

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// bodySize is that of the bodies, and bodyRate how much of them is sent in a second over all
// connections.
const (
	bodySize = 512 << 10
	bodyRate = 8 << 20
)

// bodyClasses are attacks by what a body makes of the gateway's time and memory.
func bodyClasses() []*Class {
	return []*Class{
		overREST("JSON", "lists of empty elements", mediaJSON,
			filled(`{"acceptedProducts":[`, `"",`, `""]}`),
			filled(`{"regions":[`, `"",`, `""]}`),
			filled(`{"comparison":{"photos":[`, `{},`, `{}]}}`),
			filled(`{"flow":"FLOW_JS_SDK","comparison":{"photos":[`, `{"content":"QQ"},`, `{"content":"QQ"}]}}`)),
		overREST("JSON", "many errors, and one at the end", mediaJSON,
			filled(`{"flow":"FLOW_JS_SDK","comparison":{"photos":[`, `{"content":"QQ"},`, `{"content":"QQ"}]}}x`),
			filled(`{"flow":"FLOW_JS_SDK","comparison":{"photos":[`, `"QQ",`, `"QQ"]}}x`),
			filled(`{`, `"x":1,`, `"x":1}`),
			filled(`{`, `"reference":"r",`, `"flow":1}`),
			filled(`{`, "\n", `"flow":"X"}`)),
		overREST("JSON", "deep nesting", mediaJSON,
			filled(`{"regions":`, `[`, ``),
			filled(``, `{"comparison":`, ``),
			filled(`{"comparison":{"photos":`, `[[`, ``)),
		overREST("JSON", "numbers and names of half a million letters", mediaJSON,
			filled(`{"capture":{"maxUploads":`, `9`, `}}`),
			filled(`{"capture":{"maxUploads":1`, `0`, `e999999999}}`),
			filled(`{"tokenLifetime":"`, `9`, `s"}`),
			filled(`{"flow":"`, `X`, `"}`),
			filled(`{"`, `x`, `":1}`)),
		overREST("JSON", "escapes, broken UTF-8, blanks", mediaJSON,
			filled(`{"reference":"`, `\u0041`, `"}`),
			filled(`{"reference":"`, `\ud800`, `"}`),
			filled(`{"reference":"`, "\xff", `"}`),
			filled(`{`, ` `, `}`)),
		overREST("multipart", "thousands of parts and headers", formType,
			filled("--b\r\n"+formHead+"{}\r\n", "--b\r\nContent-Disposition: form-data; name=\"photos\"\r\n\r\nx\r\n", "--b--\r\n"),
			filled("--b\r\n"+formHead+"{}\r\n", "--b\r\n\r\n\r\n", "--b--\r\n"),
			filled("--b\r\n", "x: y\r\n", "\r\n\r\n--b--\r\n")),
		overREST("multipart", "boundaries that are none", formType,
			filled("--b\r\n"+formHead, "\r\n--", ""),
			filled("--b\r\n"+formHead, "\r\n--b", ""),
			filled("", "x\r\n", "")),
		overGRPC("protobuf", "lists of empty elements",
			protobuf(4, nil), protobuf(5, nil), protobuf(8, photoField(nil)), protobuf(8, photoField([]byte{1, 'x'})), protobuf(8, nil)),
		overGRPC("protobuf", "groups in groups, endless numbers",
			filled("", "\xfb\x0f", ""), filled("", "\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", ""), filled("\x10", "\xff", "")),
	}
}

// filled returns a body of bodySize that repeats its middle.
func filled(begin, middle, end string) string {
	return begin + strings.Repeat(middle, (bodySize-len(begin)-len(end))/len(middle)) + end
}

const (
	mediaJSON = "application/json"
	formType  = "multipart/form-data; boundary=b"
	formHead  = "Content-Disposition: form-data; name=\"request\"\r\n\r\n"
)

// photoField is comparison {photos {content}}.
func photoField(content []byte) []byte {
	photo := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), content)
	return protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), photo)
}

// protobuf returns a message that repeats a field.
func protobuf(number protowire.Number, value []byte) string {
	return filled("", string(protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)), "")
}

// overREST is a class that sends the bodies in turn.
func overREST(family, name, contentType string, bodies ...string) *Class {
	return &Class{Family: family, Name: name, Rate: bodyRate / bodySize, Attack: postBodies(contentType, bodies)}
}

// overGRPC is a class that sends the messages in turn.
func overGRPC(family, name string, messages ...string) *Class {
	framed := make([][]byte, len(messages))
	for i, m := range messages {
		framed[i] = wire.Message([]byte(m))
	}
	return &Class{Family: family, Name: name, Rate: bodyRate / bodySize, Attack: sendMessages(func(*wire.Target) [][]byte { return framed })}
}

// mostAnswer is what an answer may have, its head included.
const mostAnswer = 16 << 10

// postBodies sends the bodies and reads the answers, one after the other.
func postBodies(contentType string, bodies []string) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		conn, end := t.Dial(ctx, t.REST)
		defer end()
		if conn == nil {
			return nil
		}
		in := bufio.NewReader(conn)
		for t.Next(ctx) {
			body := wire.Turn(t, bodies)
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", restPath, contentType, len(body))
				_, _ = io.WriteString(conn, body)
			}()
			status, begins, err := wire.ReadAnswer(in)
			if err != nil {
				end()
				<-sent
				return nil
			}
			<-sent
			t.Answered()
			switch {
			case status >= 500 && status != 503 && status != 504:
				return fmt.Errorf("HTTP %d: %.200s", status, begins)
			case len(begins) > mostAnswer:
				return fmt.Errorf("an answer of %d bytes: %.200s", len(begins), begins)
			}
		}
		return nil
	}
}

// sendMessages sends the messages in turn, each on a stream of its own after the last one
// has ended.
func sendMessages(framed func(*wire.Target) [][]byte) Attack {
	return func(ctx context.Context, t *wire.Target) error {
		w, end := wire.Dial(ctx, t)
		defer end()
		if w == nil {
			return nil
		}
		s := wire.NewSender(w, t, issueMethod)
		go s.Read()
		for all := framed(t); t.Next(ctx); {
			if !s.Send(ctx, wire.Turn(t, all)) {
				return nil
			}
		}
		return nil
	}
}
