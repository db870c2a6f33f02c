package routing

import (
	"context"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// prompt is a vendor that issues its token at once.
type prompt struct{ token providers.Token }

func (p *prompt) Issue(context.Context, providers.Call) (*providers.Token, error) {
	return &p.token, nil
}

// smallCall returns a function that makes a small call, whose first target answers.
func smallCall(ctx context.Context) (call func() error) {
	first, second := target("a"), target("b")
	first.Issuer, second.Issuer = &prompt{}, &prompt{}
	r, q := router(first, second), query()
	return func() error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err := r.Issue(ctx, q)
		return err
	}
}

func BenchmarkCall(b *testing.B) {
	call := smallCall(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
}

// Most of what a small call allocates are its deadline and that of its attempt.
func TestCallAllocations(t *testing.T) {
	call := smallCall(t.Context())
	if n := testing.AllocsPerRun(1000, func() { _ = call() }); n > 13 {
		t.Errorf("%.0f allocations a call, want at most 13", n)
	}
}
