package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/grpclog"
)

// thatSpeaks is the value of asGateway that makes this binary a gateway which says what
// spoken holds, in every way in which libraries do, at SIGUSR1, and panics with it at
// SIGUSR2.
const thatSpeaks = "speaks"

const spoken = "tiger-lily-7781"

func serveThatSpeaks() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for got := range signals {
			if got == syscall.SIGUSR2 {
				panic(errors.New(spoken + "\ngoroutine 1 [running]:\n" + spoken + "()"))
			}
			speak()
		}
	}()
	main()
}

func speak() {
	log.Print(spoken) //nolint:forbidigo // what no product package may do
	slog.Error(spoken, "value", spoken)
	grpclog.Error(spoken)
	grpclog.Component("core").Warning(spoken)
	otel.Handle(errors.New(spoken))
	_, _ = fmt.Fprintln(os.Stderr, spoken)
	println(spoken)
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(spoken) })}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("cannot listen")
	}
	go func() { _ = server.Serve(listener) }()
	_, _ = (&http.Client{}).Get("http://" + listener.Addr().String()) //nolint:bodyclose // there is none
	_ = server.Close()
}

// speaker is a gateway that speaks when told to.
type speaker struct {
	*child
	grpc string
	// said is what has been read of its standard output and error.
	said bytes.Buffer
}

func startSpeaking(t *testing.T, url string, more ...string) *speaker {
	t.Helper()
	file := write(t, strings.ReplaceAll(vendorConfig, "URL", url))
	s := &speaker{child: &child{Cmd: exec.Command(os.Args[0], append([]string{"serve", "--config", file}, more...)...)}}
	s.Env = append(s.Environ(), asGateway+"="+thatSpeaks, "TEST_KEY="+spoken+"-key", "TEST_SECRET="+spoken+"-secret")
	s.Dir = t.TempDir()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = reader.Close() })
	s.Stdout, s.Stderr = writer, writer
	require.NoError(t, s.Start())
	require.NoError(t, writer.Close())
	t.Cleanup(func() { _ = s.Process.Kill() })
	s.log = bufio.NewScanner(io.TeeReader(reader, &s.said))
	serving := s.await(t, "serving")
	s.address, s.grpc = serving["rest"].(string), serving["grpc"].(string)
	return s
}

// end reads what is left, all of it the log's.
func (s *speaker) end(t *testing.T) {
	t.Helper()
	for s.log.Scan() {
		require.True(t, json.Valid(s.log.Bytes()), "not a log line: %s", s.log.Bytes())
	}
	require.NoError(t, s.log.Err())
}

// answerAndMore is an answer with bytes beyond its length.
const answerAndMore = "HTTP/1.1 200 OK\r\nContent-Length: 54\r\n\r\n" +
	`{"token_random_number":"tok-1","random_number":"0042"}` + "HTTP/1.1 400 " + spoken + "\r\n\r\n"

// Whatever libraries say, only its kind is in the log, and the log is all that is written.
func TestLibrariesSpeakToTheLogAlone(t *testing.T) {
	gateway := startSpeaking(t, rawVendor(t, answerAndMore))

	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-callREST(gateway.address))
	gateway.await(t, "a library reports") // that the vendor said more
	require.Contains(t, gateway.said.String(), `"kind":"Unsolicited response received on idle HTTP channel"`)
	speakTLS(gateway.address)
	speakHTTP2(t, gateway.grpc)
	require.NoError(t, gateway.Process.Signal(syscall.SIGUSR1))
	for !strings.Contains(gateway.said.String(), `"kind":"http: panic serving"`) {
		gateway.await(t, "a library reports")
	}
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	gateway.await(t, "stopped")
	gateway.end(t)
	require.NoError(t, gateway.Wait())
	require.NotContains(t, gateway.said.String(), spoken)
	require.Contains(t, gateway.said.String(), `"kind":"other"`)
	require.Contains(t, gateway.said.String(), `"kind":"Failed to decode metadata header"`)
}

// rawVendor answers every request with the same bytes.
func rawVendor(t *testing.T, answer string) (url string) {
	t.Helper()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		connection, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(connection, answer)
		}
	}))
	t.Cleanup(vendor.Close)
	return vendor.URL
}

// speakTLS begins a handshake where nobody expects one.
func speakTLS(address string) {
	connection, err := tls.Dial("tcp", address, &tls.Config{ServerName: spoken, MinVersion: tls.VersionTLS12})
	if err == nil {
		_ = connection.Close()
	}
}

// speakHTTP2 sends a greeting that is none, and metadata that cannot be decoded.
func speakHTTP2(t *testing.T, address string) {
	t.Helper()
	for _, greeting := range []string{spoken + strings.Repeat(" ", 50), http2.ClientPreface} {
		connection, err := net.Dial("tcp", address)
		require.NoError(t, err)
		_, _ = io.WriteString(connection, greeting)
		framer := http2.NewFramer(connection, connection)
		_ = framer.WriteSettings()
		var block bytes.Buffer
		encoder := hpack.NewEncoder(&block)
		for _, field := range [][2]string{
			{":method", "POST"},
			{":scheme", "http"},
			{":path", "/" + spoken},
			{":authority", spoken},
			{"content-type", "application/grpc"},
			{"te", "trailers"},
			{"a-bin", "!" + spoken},
		} {
			require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
		}
		_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true})
		for err == nil {
			var frame http2.Frame
			if frame, err = framer.ReadFrame(); err == nil && frame.Header().StreamID == 1 {
				break
			}
		}
		_ = connection.Close()
	}
}

// Of a crash only the place is reported, and no core file is left.
func TestACrashTellsNoValue(t *testing.T) {
	for name, c := range map[string]struct {
		signal syscall.Signal
		kind   string
		stack  string
	}{
		"panic": {syscall.SIGUSR2, "panic", ".serveThatSpeaks.func1\n"},
		"abort": {syscall.SIGABRT, "SIGABRT: abort", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOTRACEBACK", "crash") // dies as the kernel takes a core of
			gateway := startSpeaking(t, "http://127.0.0.1:1")
			require.NoError(t, gateway.Process.Signal(c.signal))
			line := gateway.await(t, "the gateway crashed")
			require.Equal(t, c.kind, line["kind"])
			require.Contains(t, line["stack"], c.stack)
			require.Contains(t, line["stack"], ".go:")
			gateway.end(t)
			require.NotContains(t, gateway.said.String(), spoken)

			require.Error(t, gateway.Wait())
			status, ok := gateway.ProcessState.Sys().(syscall.WaitStatus)
			require.True(t, ok)
			require.Equal(t, syscall.SIGABRT, status.Signal())
			require.False(t, status.CoreDump())
			left, err := os.ReadDir(gateway.Dir)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

// thatTellsOfCores is the value of asGateway that makes this binary a gateway which says in the
// end what the kernel may write of its memory.
const thatTellsOfCores = "tells of cores"

func tellOfCores() {
	var limit unix.Rlimit
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	err = errors.Join(err, unix.Getrlimit(unix.RLIMIT_CORE, &limit))
	_, _ = fmt.Fprintf(os.Stdout, "\ndumpable %d, core files of %d and %d bytes at most, %v\n", dumpable, limit.Cur, limit.Max, err)
}

// No command leaves a core file, whoever asks the kernel for one, and none lets a process of its
// user read its memory: what it starts neither.
func TestNoCommandLeavesACore(t *testing.T) {
	vendor, _ := digitsVendor(t)
	file := write(t, strings.ReplaceAll(vendorConfig, "URL", vendor))
	request := write(t, `{"flow":"FLOW_SPOKEN_DIGITS"}`)
	for _, args := range [][]string{
		{serveName, "--config", file},
		{"version"},
		{"config", "check", file},
		{"config", "print", file},
		{"config", "schema"},
		{"key", "new", "--caller", "shop"},
		{"plan", "--config", file, "--request", request},
		{"try", "--config", file, "--account", "megvii-test", "--product", "megvii.random-number"},
		{crashReportName},
	} {
		t.Run(strings.Join(args[:min(2, len(args))], " "), func(t *testing.T) {
			command := exec.Command(os.Args[0], args...)
			command.Env = append(command.Environ(), asGateway+"="+thatTellsOfCores, "TEST_KEY=key", "TEST_SECRET=secret")
			reader, writer, err := os.Pipe()
			require.NoError(t, err)
			command.Stdout, command.Stderr = writer, writer
			require.NoError(t, command.Start())
			require.NoError(t, writer.Close())
			var output strings.Builder
			for lines := newScanner(reader); lines.Scan(); {
				output.WriteString(lines.Text() + "\n")
				if strings.Contains(lines.Text(), `"msg":"serving"`) {
					require.NoError(t, command.Process.Signal(syscall.SIGTERM))
				}
			}
			require.NoError(t, reader.Close())
			require.NoError(t, command.Wait(), output.String())
			require.Contains(t, output.String(), "\ndumpable 0, core files of 0 and 0 bytes at most, <nil>\n")
		})
	}
}

// The flag leaves the limit, which is the system's to set, as it is.
func TestCoreDumpsCanBeAllowed(t *testing.T) {
	for flag, same := range map[string]bool{"--allow-core-dumps": true, "--log-level=info": false} {
		gateway := startSpeaking(t, "http://127.0.0.1:1", flag)
		require.Equal(t, same, coreLimit(t, os.Getpid()) == coreLimit(t, gateway.Process.Pid), flag)
	}
}

// coreLimit is the line of /proc that tells how large a core file may be.
func coreLimit(t *testing.T, process int) string {
	t.Helper()
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", process))
	require.NoError(t, err)
	for line := range strings.Lines(string(limits)) {
		if strings.HasPrefix(line, "Max core file size") {
			return line
		}
	}
	t.Fatal("no limit of core files")
	return ""
}

// What is beyond a vendor's answer is not shown by "gateway try" either.
func TestTrySaysNothingOfWhatIsBeyondTheAnswer(t *testing.T) {
	file := write(t, strings.ReplaceAll(vendorConfig, "URL", rawVendor(t, answerAndMore)))
	command := exec.Command(os.Args[0], "try", "--config", file, "--account", "megvii-test", "--product", "megvii.random-number")
	command.Env = append(command.Environ(), asGateway+"=1", "TEST_KEY="+spoken+"-key", "TEST_SECRET="+spoken+"-secret")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.NotContains(t, string(output), spoken)
}
