package inflate

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/liveness-gateway/gateway/internal/alloctest"
)

// read returns what is read, and whether it ends well.
func read(source io.Reader, members int) ([]byte, error) {
	r := NewReader(source, members)
	defer r.Free()
	return io.ReadAll(r)
}

// requireAsLibrary checks that what is read is what compress/gzip reads of it.
func requireAsLibrary(t *testing.T, compressed []byte) {
	t.Helper()
	var want []byte
	library, wantErr := gzip.NewReader(bytes.NewReader(compressed))
	if wantErr == nil {
		want, wantErr = io.ReadAll(io.LimitReader(library, 1<<20))
	}
	r := NewReader(bytes.NewReader(compressed), math.MaxInt)
	defer r.Free()
	got, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if wantErr != nil { // what comes out before is of no use
		require.ErrorIs(t, err, ErrInvalid, "compress/gzip: %v", wantErr)
		return
	}
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "%d bytes are read, %d by compress/gzip", len(got), len(want))
}

// compressed is content as the library compresses it.
func compressed(level int, content []byte) []byte {
	var all bytes.Buffer
	w, _ := gzip.NewWriterLevel(&all, level)
	_, _ = w.Write(content)
	_ = w.Close()
	return all.Bytes()
}

// contents are of any kind: noise, text, what repeats near and far.
func contents() [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	var text bytes.Buffer
	for text.Len() < 200_000 {
		_, _ = fmt.Fprintf(&text, "line %d says %x\n", random.IntN(1000), random.IntN(1<<20))
	}
	return [][]byte{
		{},
		[]byte("x"), noise, text.Bytes(), bytes.Repeat([]byte("x"), 300_000), bytes.Repeat([]byte("张三"), 50_000),
		bytes.Repeat(noise[:32768], 3), bytes.Repeat(noise[:32767], 3), bytes.Repeat(noise[:20000], 5), bytes.Repeat(noise[:300], 500),
	}
}

var levels = []int{gzip.HuffmanOnly, gzip.NoCompression, gzip.BestSpeed, 6, gzip.BestCompression}

func TestReadsAsLibrary(t *testing.T) {
	for _, content := range contents() {
		for _, level := range levels {
			whole := compressed(level, content)
			requireAsLibrary(t, whole)
			requireAsLibrary(t, append(bytes.Clone(whole), whole...))
			for range 4 {
				broken := bytes.Clone(whole)
				broken[rand.IntN(len(broken))] ^= 1 << rand.IntN(8)
				requireAsLibrary(t, broken)
				requireAsLibrary(t, whole[:rand.IntN(len(whole))])
			}
			for _, source := range []io.Reader{iotest.OneByteReader(bytes.NewReader(whole)), iotest.DataErrReader(bytes.NewReader(whole))} {
				got, err := read(source, 1)
				require.NoError(t, err)
				require.True(t, bytes.Equal(content, got))
			}
		}
	}
}

func TestReadsHostileAsLibrary(t *testing.T) {
	for _, s := range hostile {
		requireAsLibrary(t, s(2000))
	}
	for seed := range uint64(100) {
		whole := arbitraryBlocks(seed)(500)
		requireAsLibrary(t, whole)
		content, err := read(bytes.NewReader(whole), 1)
		require.NoError(t, err, "the shape is valid")
		require.Equal(t, "x", string(content))
		for range 20 {
			broken := bytes.Clone(whole)
			broken[20+rand.IntN(len(broken)-20)] ^= 1 << rand.IntN(8)
			requireAsLibrary(t, broken)
		}
	}
}

func TestHeaders(t *testing.T) {
	rest := string(compressed(6, []byte("content"))[10:])
	header := func(flags byte, fields string) string {
		return "\x1f\x8b\x08" + string([]byte{flags}) + "\x00\x00\x00\x00\x00\xff" + fields + rest
	}
	name := func(n int) string { return string(bytes.Repeat([]byte("n"), n)) + "\x00" }
	for _, all := range []string{
		"", "\x1f", header(0, ""), header(0xe0, ""), header(1, ""), header(2, ""), header(4, "\x03\x00abc"), header(4, "\xff\xff"), header(4, "\xff\xff"+name(65534)),
		header(8, name(0)), header(8, name(511)), header(8, name(512)), header(16, name(511)), header(16, name(512)), header(24, name(511)+name(511)), header(2, "\x00\x00"),
		header(28, "\x00\x00"+name(3)+name(4)), "\x1f\x8b\x07" + header(0, "")[3:], header(0, "") + "\x00", header(0, "") + "\x1f\x8b",
	} {
		requireAsLibrary(t, []byte(all))
	}
	sum := crc32.ChecksumIEEE([]byte("\x1f\x8b\x08\x02\x00\x00\x00\x00\x00\xff"))
	summed := header(2, string([]byte{byte(sum), byte(sum >> 8)}))
	requireAsLibrary(t, []byte(summed))
	content, err := read(strings.NewReader(summed), 1)
	require.NoError(t, err)
	require.Equal(t, "content", string(content))
}

func TestMembers(t *testing.T) {
	two := append(compressed(6, []byte("one")), compressed(6, []byte("two"))...)
	content, err := read(bytes.NewReader(two), 2)
	require.NoError(t, err)
	require.Equal(t, "onetwo", string(content))
	_, err = read(bytes.NewReader(two), 1)
	require.ErrorIs(t, err, ErrInvalid)
}

// Of a source that fails, its own error is returned, wherever that is.
func TestSourceFails(t *testing.T) {
	whole := compressed(6, contents()[3][:5000])
	for cut := range whole {
		_, err := read(io.MultiReader(bytes.NewReader(whole[:cut]), iotest.ErrReader(io.ErrClosedPipe)), 1)
		require.ErrorIs(t, err, io.ErrClosedPipe, "after %d bytes", cut)
	}
	_, err := read(io.MultiReader(bytes.NewReader(whole), iotest.ErrReader(io.ErrClosedPipe)), 1)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// A reader takes less than the 64 KiB that a message may beside three times its bytes, also with the
// tables of its codes.
func TestReadersAreSmall(t *testing.T) {
	require.LessOrEqual(t, reflect.TypeFor[Reader]().Size(), uintptr(48<<10))
}

// No byte costs more than 60 ns beside a nanosecond for each that comes out, whatever codes it is made of.
func TestNoByteIsCostly(t *testing.T) {
	if alloctest.UnderRaceDetector() {
		return
	}
	shapes := maps.Clone(hostile)
	for _, level := range levels {
		for i, content := range contents() {
			shapes[fmt.Sprintf("content %d, level %d", i, level)] = func(int) []byte { return compressed(level, content) }
		}
	}
	for seed := range uint64(150) {
		shapes[fmt.Sprint("arbitrary codes ", seed)] = arbitraryBlocks(seed)
	}
	const beside = 20 * time.Microsecond
	worst, worstName := 0., ""
	for name, s := range shapes {
		content := s(16 << 10)
		took, allowed := time.Hour, time.Duration(0)
		for i := 0; i < 3 || i < 20 && took > allowed; i++ {
			once, out := cost(t, name, content)
			took, allowed = min(took, once), time.Duration(60*len(content)+out)+beside
			if perByte := float64(took) / float64(len(content)); i >= 2 && perByte > worst && out < len(content) && len(content) > 12<<10 {
				worst, worstName = perByte, name
			}
		}
		require.LessOrEqual(t, took, allowed, "%s, %d bytes", name, len(content))
	}
	t.Logf("%d shapes; of those that unfold to less at most %.1f ns a byte: %s", len(shapes), worst, worstName)
}

// cost returns how long the thread works, and how many bytes come out.
func cost(t *testing.T, name string, content []byte) (took time.Duration, out int) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := NewReader(bytes.NewReader(content), math.MaxInt)
	defer r.Free()
	piece := make([]byte, 32<<10)
	begun := threadTime(t)
	for {
		n, err := r.Read(piece)
		if out += n; err != nil {
			require.ErrorIs(t, err, io.EOF, name)
			return threadTime(t) - begun, out
		}
	}
}

func threadTime(t *testing.T) time.Duration {
	t.Helper()
	var now unix.Timespec
	require.NoError(t, unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now))
	return time.Duration(now.Nano())
}

// Whatever comes is read as compress/gzip does, and takes no memory of its own.
func FuzzRead(f *testing.F) {
	for _, content := range [][]byte{{}, []byte("content"), bytes.Repeat([]byte("content "), 50)} {
		for _, level := range levels {
			f.Add(compressed(level, content))
		}
	}
	for _, s := range hostile {
		f.Add(s(200))
	}
	for seed := range uint64(20) {
		f.Add(arbitraryBlocks(seed)(200))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		requireAsLibrary(t, content)
		requireAsLibrary(t, member(nil, content))
		r := NewReader(bytes.NewReader(content), math.MaxInt)
		defer r.Free()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = io.CopyN(io.Discard, r, 1<<20)
		runtime.ReadMemStats(&after)
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(48<<10))
	})
}

// BenchmarkRead is of what callers send, and of what costs most.
func BenchmarkRead(b *testing.B) {
	for name, content := range map[string][]byte{
		"noise": compressed(6, contents()[2]), "text": compressed(6, contents()[3]),
		"codes": hostile["codes"](100_000), "codes of many bits": hostile["codes of many bits"](100_000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				r := NewReader(bytes.NewReader(content), 1)
				_, _ = io.Copy(io.Discard, r)
				r.Free()
			}
		})
	}
}
