// Package alloctest fails tests when a piece of a call makes more allocations than were
// measured before.
package alloctest

import (
	"net/http"
	"strings"
	"testing"
)

// Piece is a piece of a call.
type Piece struct {
	most float64
	run  func()
}

// AtMost returns a piece that may make so many allocations. The number is what was
// measured: lower it when one goes, and raise it only for something that is worth one.
func AtMost(allocations float64, run func()) Piece { return Piece{allocations, run} }

// runs are averaged over, so that what a pool or a growing table allocates now and then
// is not counted.
const runs = 200

// Check fails the test if a piece allocates more than it may. Under the race detector,
// which allocates itself, the pieces are run once and not counted.
func Check(t *testing.T, pieces map[string]Piece) {
	t.Helper()
	for name, piece := range pieces {
		t.Run(name, func(t *testing.T) {
			if raceDetector {
				piece.run()
				return
			}
			if n := testing.AllocsPerRun(runs, piece.run); n > piece.most {
				t.Errorf("%.0f allocations, want at most %.0f", n, piece.most)
			}
		})
	}
}

// UnderRaceDetector reports whether the race detector allocates and takes time here.
func UnderRaceDetector() bool { return raceDetector }

// Benchmark measures each piece.
func Benchmark(b *testing.B, pieces map[string]Piece) {
	b.Helper()
	for name, piece := range pieces {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				piece.run()
			}
		})
	}
}

// Vendor is a transport that answers every request alike and allocates nothing, so that
// only its user is counted. Not safe for concurrent use.
type Vendor struct {
	answer http.Response
	body   body
	text   string
}

type body struct{ strings.Reader }

// Close does nothing.
func (*body) Close() error { return nil }

// NewVendor returns a vendor with that answer.
func NewVendor(status int, text string) *Vendor {
	v := &Vendor{text: text}
	v.answer = http.Response{
		StatusCode: status,
		Header:     http.Header{"Date": {"Tue, 14 Nov 2023 22:13:20 GMT"}},
		Body:       &v.body, ContentLength: int64(len(text)),
	}
	return v
}

// RoundTrip returns the answer and leaves the request unread.
func (v *Vendor) RoundTrip(*http.Request) (*http.Response, error) {
	v.body.Reset(v.text)
	return &v.answer, nil
}
