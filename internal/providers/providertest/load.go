package providertest

import (
	"bytes"
	"net/http"
	"runtime"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func loadChecks() []check {
	return []check{{"load/parallel", parallel}, {"load/allocations", allocations}}
}

// Concurrent calls do not affect one another.
func parallel(t *trial) {
	const callers = 50
	other := t.requestOf(t.target, t.withOther())
	var all sync.WaitGroup
	errs := make([]error, callers)
	for i := range callers {
		all.Go(func() {
			attempt := call(t.Full)
			attempt.Credential = i % 2
			_, errs[i] = t.target.Issue(t.Context(), attempt)
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	count := make(map[string]int)
	for _, lines := range t.vendor.received() {
		count[strings.Join(lines, "\n")]++
	}
	require.Equal(t, map[string]int{
		strings.Join(t.Full.Wire, "\n"): callers / 2,
		strings.Join(other, "\n"):       callers/2 + 1,
	}, count)
	require.Zero(t, t.transport.open.Load(), "bodies left open")
}

// A call, both ends of the connection together, allocates at most 64 KiB and a twentieth of its
// photos. They are of just under 1 MB each, all of what grows most where base64 is escaped.
func allocations(t *trial) {
	t.vendor.forgetful = true
	t.vendor.answer = answering(http.StatusOK, t.Success.Body)
	for name, example := range t.examples() {
		request := *example.Request
		request.Photos = nil
		for range example.Request.Photos {
			request.Photos = append(request.Photos, sensitive.NewBytes(bytes.Repeat([]byte{0xff}, 999_999)))
		}
		attempt := call(example)
		attempt.Request = &request
		target := t.open(example)

		least := ^uint64(0) // the minimum leaves out what the runtime allocates meanwhile
		for range 5 {
			least = min(least, allocated(func() {
				_, err := target.Issue(t.Context(), attempt)
				require.NoError(t, err)
			}))
		}
		most := uint64(64<<10 + request.PhotoBytes()/20)
		if alloctest.UnderRaceDetector() { // it has pools forget; a copied photo is more by far
			most *= 2
		}
		require.LessOrEqual(t, least, most, name)
	}
}

// allocated returns how many bytes a call of f allocates, on the average of four.
func allocated(f func()) uint64 {
	const calls = 4
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / calls
}
