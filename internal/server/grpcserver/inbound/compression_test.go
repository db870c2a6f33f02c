package inbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// leaving is the context of a caller that leaves after it was looked for so many times.
type leaving struct {
	context.Context

	after int
}

func (l *leaving) Err() error {
	l.after--
	if l.after < 0 {
		return context.Canceled
	}
	return nil
}

// compressed is a message of 1 MiB.
func compressed(t *testing.T, level int) []byte {
	t.Helper()
	var all bytes.Buffer
	w, err := gzip.NewWriterLevel(&all, level)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(0, 0))
	for range 1 << 20 {
		_, err = w.Write([]byte{byte(random.Uint32() % 200)})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return all.Bytes()
}

// Inflating ends with its caller, soon.
func TestInflatingEndsWithItsCaller(t *testing.T) {
	for name, content := range map[string][]byte{
		"stored":     compressed(t, gzip.NoCompression),
		"compressed": compressed(t, gzip.HuffmanOnly),
	} {
		t.Run(name, func(t *testing.T) {
			var permit admission.Permit
			data := mem.BufferSlice{mem.SliceBuffer(content)}
			whole, refused := gunzip(t.Context(), data, &permit)
			require.Nil(t, refused)
			require.Greater(t, whole.Len(), len(content)/2)
			for _, after := range []int{0, 1, 10} {
				_, refused := gunzip(&leaving{t.Context(), after}, data, &permit)
				require.NotNil(t, refused)
				require.Equal(t, providers.CallerCancelled, refused.Reason)
			}
			ctx, leave := context.WithCancel(t.Context())
			leave()
			require.Less(t, inflated(ctx, content), 10*time.Millisecond)
		})
	}
}

// inflated returns how long the thread works.
func inflated(ctx context.Context, content []byte) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var permit admission.Permit
	begun := threadTime()
	data, _ := gunzip(ctx, mem.BufferSlice{mem.SliceBuffer(content)}, &permit)
	took := threadTime() - begun
	data.Free()
	return took
}

func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var usage syscall.Rusage
	_ = syscall.Getrusage(thread, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
