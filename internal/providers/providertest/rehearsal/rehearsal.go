// Package rehearsal runs what must fail a test, and does not fail the test that asks. It must not know what
// is tested.
package rehearsal

import (
	"runtime"
	"slices"
	"sync"
	"testing"
)

// Fails reports whether f fails the test that it is given, which is not tb.
func Fails(tb testing.TB, f func(testing.TB)) bool {
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

// rehearsal is a testing.TB that records a failure instead of reporting it. The checks
// call its Errorf and FailNow, by testify, and Cleanup, Context and Helper.
type rehearsal struct {
	testing.TB

	failed   bool
	cleanups []func()
}

// Errorf records the failure and drops the message.
func (r *rehearsal) Errorf(string, ...any) { r.failed = true }

// FailNow ends the goroutine, as a test's does.
func (r *rehearsal) FailNow() {
	r.failed = true
	runtime.Goexit()
}

// Cleanup registers f to be called at the end.
func (r *rehearsal) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *rehearsal) cleanUp() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}
