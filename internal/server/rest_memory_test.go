package server_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// lateReaders is an issuer whose vendor's requests are still read when the call is over,
// as net/http may. Every photo must still be of one and the same byte then.
type lateReaders struct {
	t      *testing.T
	photos sync.WaitGroup
}

func (l *lateReaders) issue(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
	for _, photo := range query.Request.Photos {
		photo.Memory().Ref()
		l.photos.Go(func() {
			defer photo.Memory().Free()
			<-ctx.Done()
			l.check(photo)
		})
	}
	switch query.Request.Reference {
	case "fails":
		return &routing.Outcome{}, &providers.Error{Reason: providers.NoTargetAvailable}
	case "panics":
		panic(errors.New("a panic"))
	default:
		return issues(ctx, query)
	}
}

func (l *lateReaders) check(photo sensitive.Bytes) {
	content := photo.Reveal()
	assert.Equal(l.t, len(content), bytes.Count(content, content[:1]), "the photo's memory was used again")
	assert.Contains(l.t, []byte("0123456789"), content[0])
}

// A photo's memory is overwritten as soon as nobody holds it. Under the race detector
// whoever still reads it is found even if the bytes look right.
func TestPhotosAreHeldAsLongAsTheyAreRead(t *testing.T) {
	readers := &lateReaders{t: t}
	g := start(t, readers.issue)
	g.overwriteReleased()
	for _, send := range g.photoTransports() {
		var callers sync.WaitGroup
		for caller := range 4 {
			callers.Go(func() {
				for i, reference := range []string{"issues", "fails", "panics", "issues", "fails"} {
					request := photosOf(50_000, 70_000+caller, 1)
					request.Reference = reference
					for n, photo := range request.GetComparison().GetPhotos() {
						photo.Content = bytes.Repeat([]byte{byte('0' + (caller+i+n)%10)}, len(photo.GetContent()))
					}
					send(t, request)
				}
			})
		}
		callers.Wait()
	}
	readers.photos.Wait()
	g.requireNothingHeld(t)
}

// An idempotency key's run reads the photos after the call that began it has left.
func TestPhotosAreHeldForASharedCall(t *testing.T) {
	readers := &lateReaders{t: t}
	g := start(t, readers.issue)
	g.overwriteReleased()
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			request := photosOf(100_000)
			request.IdempotencyKey = "key"
			request.Comparison.Photos[0].Content = bytes.Repeat([]byte("7"), 100_000)
			assert.NotNil(t, g.overForm(t, request).response)
		})
	}
	callers.Wait()
	readers.photos.Wait()
	require.NotEmpty(t, g.calls)
}

// Photos that nobody needs any more are not held, and do not count, until the call ends.
func TestPhotosAreReleased(t *testing.T) {
	sent, answer := make(chan struct{}), make(chan struct{})
	g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		memory := query.Request.Photos[0].Memory()
		query.ReleasePhotos()
		assert.False(t, memory.Ref(), "the photos are still held")
		sent <- struct{}{}
		<-answer
		return issues(ctx, query)
	})
	for name, send := range g.photoTransports() {
		for _, key := range []string{"", "key-of-" + strings.ReplaceAll(name, " ", "-")} {
			request := photosOf(100_000)
			request.IdempotencyKey = key
			var caller sync.WaitGroup
			caller.Go(func() { assert.NotNil(t, send(t, request).response) })
			<-sent
			calls, received := g.admission.InFlight()
			require.Equal(t, int64(1), calls)
			require.Zero(t, received)
			answer <- struct{}{}
			caller.Wait()
			g.requireNothingHeld(t)
		}
	}
}
