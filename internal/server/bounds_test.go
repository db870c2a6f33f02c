package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server/rest"
)

// A body of any shape is decoded and refused within these bounds.
const (
	memoryPerByte = 3
	memoryBeside  = 64 << 10
	cpuPerByte    = 60 * time.Nanosecond
	// cpuBeside is for what does not depend on the length.
	cpuBeside = 5 * time.Millisecond
)

// shape makes a body of about n bytes.
type shape struct {
	name string
	body func(n int) string
}

// filled is a body with a unit again and again.
func filled(begin, unit, end string) func(int) string {
	return func(n int) string { return begin + strings.Repeat(unit, n/len(unit)) + end }
}

// onePhoto is a body with such a text as a photo's content.
func onePhoto(unit, end string) func(int) string {
	return filled(`{"flow":3,"comparison":{"photos":[{"content":"`, unit, end+`"}]}}`)
}

var jsonShapes = []shape{
	{"empty products", filled(`{"flow":1,"acceptedProducts":[""`, `,""`, `]}`)},
	{"empty regions", filled(`{"flow":1,"regions":[""`, `,""`, `]}`)},
	{"empty regions and an unknown field", filled(`{"flow":1,"regions":[""`, `,""`, `],"x":1}`)},
	{"64 long products", func(n int) string {
		return filled(`{"flow":1,"acceptedProducts":[""`, `,"`+strings.Repeat("p", n/64)+`"`, `]}`)(n)
	}},
	{"numbers as products", filled(`{"acceptedProducts":[1`, `,1`, `]}`)},
	{"products within lists", filled(`{"acceptedProducts":`, `[`, ``)},
	{"photos that are texts", filled(`{"flow":3,"comparison":{"photos":["QQ"`, `,"QQ"`, `]}}x`)},
	{"photos of one byte", filled(`{"flow":3,"comparison":{"photos":[{"content":"QQ=="}`, `,{"content":"QQ=="}`, `]}}`)},
	{"empty photos", filled(`{"flow":3,"comparison":{"photos":[{}`, `,{}`, `]}}`)},
	{"nulls as photos", filled(`{"flow":3,"comparison":{"photos":[null`, `,null`, `]}}`)},
	{"a photo", onePhoto("QUJD", "")},
	{"a photo that is no base64 at its end", onePhoto("QUJD", "*")},
	{"a photo in the URL alphabet", onePhoto("-_-_", "")},
	{"a photo of line breaks", onePhoto(`\r\n`, "QQ==")},
	{"a photo of escapes", onePhoto(`\u0041`, "")},
	{"a photo of blanks", onePhoto(" ", "")},
	{"a photo of padding", onePhoto("=", "")},
	{"a photo of quotes", onePhoto(`\"`, "")},
	{"a photo that has no end", filled(`{"comparison":{"photos":[{"content":"`, "QUJD", ``)},
	{"a photo and no JSON behind", filled(`{"comparison":{"photos":[{"content":"`, "QUJD", `"}]}}}`)},
	{"a long subject", filled(`{"flow":1,"subjectId":"`, "s", `"}`)},
	{"a subject of escapes", filled(`{"flow":1,"subjectId":"`, `\u00e9`, `"}`)},
	{"a subject with one escape", filled(`{"flow":1,"subjectId":"\n`, `s`, `"}`)},
	{"a subject of pairs", filled(`{"flow":1,"subjectId":"`, `\ud83d\ude00`, `"}`)},
	{"a subject of backslashes", filled(`{"flow":1,"subjectId":"`, `\\`, `"}`)},
	{"a subject that has no end", filled(`{"flow":1,"subjectId":"`, `s`, ``)},
	{"a long scenario", filled(`{"flow":1,"scenario":"`, "a", `"}`)},
	{"a long key", filled(`{"flow":1,"idempotencyKey":"`, "k", `"}`)},
	{"long extra data", filled(`{"flow":2,"callback":{"extraData":"`, "é", `"}}`)},
	{"long metadata", filled(`{"flow":1,"clientMetadata":"`, `\"`, `"}`)},
	{"a long device", filled(`{"flow":1,"deviceId":"`, "d", `"}`)},
	{"a long address", filled(`{"flow":2,"callback":{"returnUrl":"https://`, "a.", `"}}`)},
	{"a long name", filled(`{"comparison":{"identityDocument":{"name":"`, "张", `"}}}`)},
	{"a long enum", filled(`{"flow":"`, "FLOW_", `"}`)},
	{"a million digits", filled(`{"capture":{"maxUploads":`, "1", `}}`)},
	{"a million digits as a flow", filled(`{"flow":`, "1", `}`)},
	{"a fraction", filled(`{"capture":{"maxUploads":3.`, "0", `}}`)},
	{"an exponent", filled(`{"capture":{"maxUploads":3e`, "0", `}}`)},
	{"digits as text", filled(`{"capture":{"maxUploads":"`, "1", `"}}`)},
	{"a long duration", filled(`{"tokenLifetime":"`, "6", `s"}`)},
	{"a duration of lists", filled(`{"tokenLifetime":`, `[`, ``)},
	{"a duration of objects", filled(`{"tokenLifetime":`, `{"a":`, ``)},
	{"a long list as a duration", filled(`{"tokenLifetime":[1`, `,1`, `]}`)},
	{"lists", filled(``, `[`, ``)},
	{"objects", filled(``, `{"a":`, ``)},
	{"objects with a known name", filled(``, `{"comparison":`, ``)},
	{"unknown fields", filled(`{"flow":1`, `,"x":1`, `}`)},
	{"a long unknown name", filled(`{"`, `x`, `":1}`)},
	{"an unknown name of escapes", filled(`{"`, `\u0078`, `":1}`)},
	{"one field again and again", filled(`{"flow":1`, `,"flow":1`, `}`)},
	{"comparisons", filled(`{"flow":1`, `,"comparison":{}`, `}`)},
	{"white space in front", filled(``, " ", `{}`)},
	{"white space within", filled(`{"flow":1,`, "\t", `"x":1}`)},
	{"lines", filled(`{"flow":1,`, "\n", `"x":1}`)},
	{"white space behind", filled(`{}`, "\r\n", ``)},
	{"nothing but white space", filled(``, " \n", ``)},
	{"bodies", filled(``, `{}`, ``)},
	{"letters of two bytes", filled(``, "é", ``)},
	{"no UTF-8", filled(`{"subjectId":"`, "\xff", `"}`)},
	{"NULs", filled(``, "\x00", ``)},
	{"quotes", filled(``, `"`, ``)},
	{"commas", filled(`{`, `,`, ``)},
	{"halves of pairs", filled(`{"flow":1,"subjectId":"`, `\ud83d`, `"}`)},
	{"pairs the other way round", filled(`{"flow":1,"subjectId":"`, `\udc00\ud800`, `"}`)},
	{"escapes of four letters and no more", filled(`{"flow":1,"subjectId":"`, `\u00`, `"}`)},
	{"NULs as escapes", filled(`{"flow":1,"subjectId":"`, `\u0000`, `"}`)},
	{"photos with an escaped name", filled(`{"flow":3,"comparison":{"photos":[{}`, `,{"\u0063ontent":"QQ=="}`, `]}}`)},
	{"photos with an unknown field", filled(`{"flow":3,"comparison":{"photos":[{}`, `,{"x":"QQ=="}`, `]}}`)},
	{"contents of one photo", filled(`{"flow":3,"comparison":{"photos":[{"content":"QQ=="`, `,"content":"QQ=="`, `}]}}`)},
	{"photos of nulls", filled(`{"flow":3,"comparison":{"photos":[{}`, `,{"content":null}`, `]}}`)},
	{"photos of numbers", filled(`{"flow":3,"comparison":{"photos":[{}`, `,{"content":1}`, `]}}`)},
	{"photos within photos", filled(`{"comparison":{"photos":[`, `{"content":{"photos":[`, ``)},
	{"a photo in both alphabets", onePhoto("-_+/", "")},
	{"a photo of quads cut short", onePhoto("QQ==", "")},
	{"a photo of tabs", onePhoto(`\t`, "QQ==")},
	{"a photo of slashes", onePhoto(`\/`, "")},
	{"a photo of letters of two bytes", onePhoto("é", "")},
	{"a photo of raw line breaks", onePhoto("\n", "QQ==")},
	{"an object's name again and again", filled(`{"comparison":{"photos":[]`, `,"photos":[]`, `}}`)},
	{"both spellings", filled(`{"subject_id":"a"`, `,"subjectId":"a","subject_id":"a"`, `}`)},
	{"empty names", filled(`{"":1`, `,"":1`, `}`)},
	{"names of one letter", filled(`{"a":1`, `,"b":{}`, `}`)},
	{"nulls as fields", filled(`{"flow":1`, `,"comparison":null`, `}`)},
	{"falses", filled(`{"comparison":{"detectRotatedFaces":false`, `,"detectRotatedFaces":false`, `}}`)},
	{"a number of nothing but a sign", filled(`{"capture":{"maxUploads":-`, "-", `}}`)},
	{"zeros in front", filled(`{"capture":{"maxUploads":`, "0", `}}`)},
	{"an exponent below nothing", filled(`{"capture":{"maxUploads":3e-`, "9", `}}`)},
	{"words", filled(`{"flow":`, "NaN", `}`)},
	{"comments", filled(`{"flow":1`, "/**/", `}`)},
	{"marks of an order of bytes", filled(``, "\ufeff", `{}`)},
	{"UTF-16", filled("{\x00", "\"\x00a\x00", "}\x00")},
	{"letters of four bytes", filled(`{"flow":1,"subjectId":"`, "\U0001F600", `"}`)},
	{"a letter that is too long", filled(`{"flow":1,"subjectId":"`, "\xf0\x82\x82\xac", `"}`)},
	{"marks of direction", filled(`{"flow":1,"subjectId":"`, "\u202e", `"}`)},
	{"a long duration of a fraction", filled(`{"tokenLifetime":"1.`, "0", `s"}`)},
	{"a long reference", filled(`{"flow":1,"reference":"`, "r", `"}`)},
	{"a long country", filled(`{"comparison":{"identityDocument":{"country":"`, "C", `"}}}`)},
	{"a long number of a document", filled(`{"comparison":{"identityDocument":{"number":"`, "1", `"}}}`)},
	{"a long language", filled(`{"capture":{"language":"`, "en-", `"}}`)},
	{"an address with a long port", filled(`{"flow":2,"callback":{"notifyUrl":"https://a:`, "1", `/"}}`)},
	{"an address of escapes", filled(`{"flow":2,"callback":{"notifyUrl":"https://a/`, "%41", `"}}`)},
	{"an address in brackets", filled(`{"flow":2,"callback":{"notifyUrl":"https://[`, "::", `]/"}}`)},
	{"brackets of both kinds", filled(``, `[{`, ``)},
	{"brackets that close", filled(``, `]}`, ``)},
	{"lists that open and close", filled(`{"regions":[`, `[],`, `]}`)},
	{"lists in an unknown field", filled(`{"x":`, `[[],`, ``)},
}

// inForm puts parts between boundaries.
func inForm(begin, unit, end string) func(int) string {
	return func(n int) string {
		return strings.ReplaceAll(filled(begin, unit, end)(n), "\n", "\r\n")
	}
}

const (
	requestPart = "--b\nContent-Disposition: form-data; name=request\n\n{\"flow\":3}\n"
	photoPart   = "--b\nContent-Disposition: form-data; name=photos\n\n"
)

var formShapes = []shape{
	{"a photo", inForm(requestPart+photoPart, "x", "\n--b--\n")},
	{"photos of one byte", inForm(requestPart, photoPart+"x\n", "--b--\n")},
	{"unknown parts", inForm(requestPart, "--b\nContent-Disposition: form-data; name=x\n\nx\n", "--b--\n")},
	{"empty parts", inForm("", "--b\n\n\n", "--b--\n")},
	{"boundaries", inForm("", "--b\n", "--b--\n")},
	{"almost boundaries", inForm(requestPart+photoPart, "\n--", "\n--b--\n")},
	{"a preamble", inForm("", "x", "\n"+requestPart+"--b--\n")},
	{"a preamble of lines", inForm("", "\n", requestPart+"--b--\n")},
	{"an epilogue", inForm(requestPart+"--b--\n", "x", "")},
	{"an epilogue of forms", inForm(requestPart+"--b--\n", requestPart, "")},
	{"a long header", inForm("--b\nX: ", "x", "\n\n\n--b--\n")},
	{"fields", inForm("--b\n", "X: y\n", "\n\n--b--\n")},
	{"parameters", inForm("--b\nContent-Disposition: form-data", "; a=b", "\n\n\n--b--\n")},
	{"a long name", inForm("--b\nContent-Disposition: form-data; name=", "x", "\n\n\n--b--\n")},
	{"a long request", inForm("--b\nContent-Disposition: form-data; name=request\n\n{\"regions\":[\"\"", ",\"\"", "]}\n--b--\n")},
	{"no end", inForm(requestPart+photoPart, "x", "")},
	{"requests", inForm(requestPart, requestPart, "--b--\n")},
	{"empty photos", inForm(requestPart, photoPart+"\n", "--b--\n")},
	{"boundaries that go on", inForm(requestPart+photoPart, "\n--bc", "\n--b--\n")},
	{"boundaries with blanks behind", inForm(requestPart+"--b", " ", "\n\n\n--b--\n")},
	{"ends", inForm(requestPart, "--b--\n", "")},
	{"dashes", inForm(requestPart+photoPart, "-", "\n--b--\n")},
	{"returns without line feeds", inForm(requestPart+photoPart, "\r", "\n--b--\n")},
	{"returns within a header", inForm("--b\nX: ", "\r", "\n\n\n--b--\n")},
	{"colons", inForm("--b\n", ":", "\n\n\n--b--\n")},
	{"folded lines", inForm("--b\nContent-Disposition: form-data", ";\n a=b", "\n\n\n--b--\n")},
	{"a name of quotes", inForm("--b\nContent-Disposition: form-data; name=\"", "\\\"", "\"\n\n\n--b--\n")},
	{"a name in pieces", inForm("--b\nContent-Disposition: form-data", "; name*0=a", "\n\n\n--b--\n")},
	{"a name in percents", inForm("--b\nContent-Disposition: form-data; name*=utf-8''", "%41", "\n\n\n--b--\n")},
	{"a photo in base64", inForm(requestPart+"--b\nContent-Disposition: form-data; name=photos\nContent-Transfer-Encoding: base64\n\n", "QUJD\n", "--b--\n")},
	{"a photo in quotes", inForm(requestPart+"--b\nContent-Disposition: form-data; name=photos\nContent-Transfer-Encoding: quoted-printable\n\n", "=41=\n", "--b--\n")},
	{"a form in a part", inForm(requestPart+"--b\nContent-Disposition: form-data; name=photos\nContent-Type: multipart/mixed; boundary=c\n\n", "--c\n\n\n", "--b--\n")},
}

func field(number protowire.Number, value string) string {
	return string(protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), value))
}

// within is a message in a field with what repeats in it.
func within(number protowire.Number, begin, unit string) func(int) string {
	return func(n int) string { return "\x10\x01" + field(number, filled(begin, unit, "")(n)) }
}

var protoShapes = []shape{
	{"empty products", filled("\x10\x01", field(4, ""), "")},
	{"empty regions", filled("\x10\x01", field(5, ""), "")},
	{"products of one byte", filled("\x10\x01", field(4, "p"), "")},
	{"64 long products", func(n int) string { return strings.Repeat(field(4, strings.Repeat("p", n/64)), 64) }},
	{"empty photos", within(8, "", field(2, ""))},
	{"photos of one byte", within(8, "", field(2, field(1, "x")))},
	{"a photo", func(n int) string { return "\x10\x03" + field(8, field(2, field(1, strings.Repeat("x", n)))) }},
	{"contents of one photo", func(n int) string { return field(8, field(2, strings.Repeat(field(1, "x"), n/3))) }},
	{"comparisons", filled("\x10\x01", field(8, ""), "")},
	{"comparisons with a photo", filled("\x10\x01", field(8, field(2, field(1, "x"))), "")},
	{"documents", within(8, "", field(1, ""))},
	{"one flow after the other", filled("", "\x10\x01", "")},
	{"one subject after the other", filled("\x10\x01", field(6, "s"), "")},
	{"a long subject", func(n int) string { return "\x10\x01" + field(6, strings.Repeat("s", n)) }},
	{"a subject that is no UTF-8", func(n int) string { return "\x10\x01" + field(6, strings.Repeat("\xff", n)) }},
	{"a long address", func(n int) string { return "\x10\x02" + field(9, field(1, "https://"+strings.Repeat("a.", n/2))) }},
	{"long extra data", func(n int) string { return "\x10\x02" + field(9, field(3, strings.Repeat("x", n))) }},
	{"unknown numbers", filled("\x10\x01", "\xa0\x06\x01", "")},
	{"unknown texts", filled("\x10\x01", field(100, ""), "")},
	{"a long unknown text", func(n int) string { return "\x10\x01" + field(100, strings.Repeat("x", n)) }},
	{"unknown fields in depth", within(8, "", field(100, ""))},
	{"groups", filled("", "\xa3\x06", "")},
	{"messages in messages", func(n int) string {
		body := ""
		for len(body) < min(n, 10_000) {
			body = field(8, body)
		}
		return body
	}},
	{"durations", filled("", field(10, "\x08\x3c"), "")},
	{"long varints", filled("", "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "")},
	{"a varint without an end", filled("\x10", "\xff", "")},
	{"NULs", filled("", "\x00", "")},
	{"another type", filled("", "\x20\x01", "")},
	{"numbers of eight bytes", filled("\x10\x01", "\x11\x00\x00\x00\x00\x00\x00\x00\x00", "")},
	{"numbers of four bytes", filled("\x10\x01", "\x15\x00\x00\x00\x00", "")},
	{"groups that end", filled("\x10\x01", "\xa3\x06\xa4\x06", "")},
	{"ends of groups", filled("\x10\x01", "\xa4\x06", "")},
	{"types that are none", filled("\x10\x01", "\x16\x01", "")},
	{"fields of number 0", filled("\x10\x01", "\x02\x00", "")},
	{"the largest field", filled("\x10\x01", "\xfa\xff\xff\xff\x0f\x00", "")},
	{"a length of 4 GiB", filled("\x10\x01\x32\xff\xff\xff\xff\x0f", "s", "")},
	{"lengths of 64 bits", filled("\x10\x01", "\x32\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "")},
	{"numbers written long", filled("\x10\x01", "\x90\x80\x80\x80\x00\x81\x80\x80\x00", "")},
	{"products of UTF-8 that is none", filled("\x10\x01", field(4, "\xff"), "")},
	{"photos with an unknown field", within(8, "", field(2, field(1, "x")+field(9, "")))},
	{"unknown fields around photos", within(8, "", field(2, "")+"\xa0\x06\x01")},
	{"callbacks", filled("\x10\x02", field(9, field(3, "x")), "")},
	{"callbacks with one address after the other", within(9, "", field(1, "https://a/"))},
	{"captures", filled("\x10\x03", field(11, ""), "")},
	{"a packed list of flows", filled("", field(2, "\x01\x01\x01\x01"), "")},
	{"a photo in a text", filled("\x10\x01", field(6, "\x89PNG\r\n"), "")},
	{"a long scenario", func(n int) string { return "\x10\x01" + field(3, strings.Repeat("a", n)) }},
	{"a long key", func(n int) string { return "\x10\x01" + field(1, strings.Repeat("k", n)) }},
	{"a long name in depth", func(n int) string { return "\x10\x03" + field(8, field(1, field(3, strings.Repeat("é", n/2)))) }},
}

// TestBodiesAreBounded checks every shape at several lengths over each transport. What is
// allocated is counted in all, whether or not it is freed meanwhile.
func TestBodiesAreBounded(t *testing.T) {
	cases, most := 0, worst{}
	for _, transport := range []struct {
		name   string
		shapes []shape
		send   func(*testing.T, string) func() *providers.Error
	}{{"JSON", jsonShapes, sendBody("application/json")}, {"form", formShapes, sendBody("multipart/form-data; boundary=b")}, {"gRPC", protoShapes, sendProto}, {"gRPC, compressed", compressedShapes(), sendCompressed}} {
		for _, s := range transport.shapes {
			for _, n := range []int{100, 10_000, 1 << 20} {
				cases++
				t.Run(fmt.Sprintf("%s/%s/%d", transport.name, s.name, n), func(t *testing.T) {
					body := s.body(n)
					most.add(len(body), requireBounded(t, body, transport.send))
				})
			}
		}
	}
	require.GreaterOrEqual(t, cases, 200)
	t.Logf("%d bodies; of long ones at most %.2f bytes allocated and %.1f ns for each of theirs", cases, most.memory, most.cpu)
}

// worst is the most that large bodies took for each of their bytes.
type worst struct{ memory, cpu float64 }

func (w *worst) add(length int, took worst) {
	if length > 1<<18 {
		w.memory, w.cpu = max(w.memory, took.memory), max(w.cpu, took.cpu)
	}
}

func requireBounded(t *testing.T, body string, send func(*testing.T, string) func() *providers.Error) (took worst) {
	t.Helper()
	memory, cpu := uint64(1<<63), time.Hour
	runs := 12 // what is made once, and what others allocate and take of the processor, is not the body's
	if alloctest.UnderRaceDetector() {
		runs = 1
	}
	for range runs {
		run := send(t, body)
		m, c, refused := measured(run)
		memory, cpu = min(memory, m), min(cpu, c)
		took = worst{float64(memory) / float64(len(body)), float64(cpu.Nanoseconds()) / float64(len(body))}
		if refused != nil {
			require.LessOrEqual(t, len(refused.Violations), 16)
			require.NotEqual(t, providers.Internal, refused.Reason, "%v", refused.Cause)
		}
		if memory <= uint64(memoryPerByte*len(body)+memoryBeside) && cpu <= time.Duration(len(body))*cpuPerByte+cpuBeside {
			return took
		}
	}
	if alloctest.UnderRaceDetector() {
		return took
	}
	require.LessOrEqual(t, memory, uint64(memoryPerByte*len(body)+memoryBeside), "bytes allocated for %d", len(body))
	require.LessOrEqual(t, cpu, time.Duration(len(body))*cpuPerByte+cpuBeside, "for %d bytes", len(body))
	return took
}

// measured returns what a run allocates, and how long its thread works. Other threads and
// other programs are not counted.
func measured(run func() *providers.Error) (memory uint64, cpu time.Duration, refused *providers.Error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := threadTime()
	refused = run()
	cpu = threadTime() - begun
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, cpu, refused
}

func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var usage syscall.Rusage
	_ = syscall.Getrusage(thread, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// sendBody sends bodies of a type to the REST handler, each into memory of its own.
func sendBody(contentType string) func(*testing.T, string) func() *providers.Error {
	return func(t *testing.T, body string) func() *providers.Error {
		t.Helper()
		var refused *providers.Error
		d := dispatcherOf(issues, newKeeper(t), &admission.Controller{}, func(c *call.Call) { refused = c.Err })
		handler := rest.New(d, &message.Buffers{}, nil, nil).Handler
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tokensPath, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", contentType)
		return func() *providers.Error {
			handler.ServeHTTP(unread{http.Header{}}, request)
			return refused
		}
	}
}

// sendProto sends messages as if they had been received in frames of 16 KiB, which count as
// allocated. Bodies that are not decoded are refused with all that the transport would send.
func sendProto(t *testing.T, body string) func() *providers.Error {
	t.Helper()
	d := dispatcherOf(issues, newKeeper(t), &admission.Controller{})
	method, ok := d.Method(livenessv1.LivenessService_IssueLivenessToken_FullMethodName)
	require.True(t, ok)
	return func() *providers.Error {
		var data mem.BufferSlice
		for rest := []byte(body); len(rest) > 0; {
			n := min(len(rest), 16<<10)
			data = append(data, mem.SliceBuffer(bytes.Clone(rest[:n])))
			rest = rest[n:]
		}
		c := call.New(call.GRPC)
		defer c.Release()
		c.Read = func(ctx context.Context, into proto.Message) (refused *providers.Error) {
			c.Photos, c.Memory.Memory, refused = message.FromProto(ctx, data, into)
			return refused
		}
		_, _ = method.Handle(call.With(t.Context(), c), method.NewMessage())
		if c.Err != nil {
			call.StatusOf(c)
		}
		return c.Err
	}
}

// Twice the body takes about twice the time, whatever it is.
func TestBodiesTakeLinearTime(t *testing.T) {
	if alloctest.UnderRaceDetector() {
		return
	}
	const (
		n      = 2 << 20
		beside = 25 * time.Millisecond // the kernel may count in ticks; what is quadratic takes seconds
	)
	for _, s := range append(jsonShapes, shape{"three photos", func(n int) string {
		text := base64.StdEncoding.EncodeToString(make([]byte, n/4))
		photo := `{"content":"` + text + `"}`
		return `{"flow":3,"subjectId":"u","comparison":{"photos":[` + photo + "," + photo + "," + photo + `]}}`
	}}) {
		t.Run(s.name, func(t *testing.T) {
			once, twice := time.Hour, time.Hour
			for range 5 {
				_, c, _ := measured(sendBody("application/json")(t, s.body(n)))
				once = min(once, c)
				_, c, _ = measured(sendBody("application/json")(t, s.body(2*n)))
				if twice = min(twice, c); twice <= 3*once+beside {
					return
				}
			}
			require.LessOrEqual(t, twice, 3*once+beside)
		})
	}
}
