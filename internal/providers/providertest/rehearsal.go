package providertest

import (
	"runtime"
	"slices"
	"sync"
	"testing"
)

// fails reports whether f fails the test that it is given, which is not tb.
func fails(tb testing.TB, f func(testing.TB)) bool {
	tb.Helper()
	r := &rehearsal{TB: tb}
	var over sync.WaitGroup
	over.Go(func() {
		defer r.cleanUp()
		f(r)
	})
	over.Wait()
	return r.failed
}

// rehearsal is a test that may fail. Of a test's methods, the checks call Errorf and
// FailNow, by testify, and Cleanup, Context and Helper.
type rehearsal struct {
	testing.TB

	failed   bool
	cleanups []func()
}

// Errorf notes the failure and keeps the message to itself.
func (r *rehearsal) Errorf(string, ...any) { r.failed = true }

// FailNow ends the goroutine, as a test's does.
func (r *rehearsal) FailNow() {
	r.failed = true
	runtime.Goexit()
}

// Cleanup keeps f for the end of the rehearsal.
func (r *rehearsal) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *rehearsal) cleanUp() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}
