package grpcserver

import (
	"context"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/server"
)

func newCall(ctx context.Context) *call.Call {
	c := call.New(call.GRPC)
	c.Metadata = incoming{ctx}
	if p, ok := peer.FromContext(ctx); ok {
		c.Peer = server.PeerOf(p.Addr)
	}
	c.Resent = server.Resent(c.Metadata)
	return c
}

// shownBy returns the credentials that a stream shows.
func shownBy(ctx context.Context) callers.Shown {
	shown := callers.Shown{Authorization: metadata.ValueFromIncomingContext(ctx, "authorization")}
	if p, ok := peer.FromContext(ctx); ok {
		if tls, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(tls.State.VerifiedChains) > 0 {
			shown.Certificate = tls.State.VerifiedChains[0][0]
		}
	}
	return shown
}

// incoming is a call's metadata.
type incoming struct{ ctx context.Context }

// Values is call.Metadata's.
func (i incoming) Values(name string) []string { return metadata.ValueFromIncomingContext(i.ctx, name) }
