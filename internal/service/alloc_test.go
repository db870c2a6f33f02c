package service

import (
	"net/http"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces()) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces()) }

func pieces() map[string]alloctest.Piece {
	outcome := &routing.Outcome{
		Token: &providers.Token{Value: sensitive.New("token-1"), Client: providers.Client{Digits: sensitive.New("0317")}},
		Attempts: []routing.Attempt{{
			Target: &route.Target{Product: &providers.Product{ID: "acme.digits"}, Account: "acme-cn", Region: "cn"},
			Reason: providers.OK, Duration: 20 * time.Millisecond,
			Exchange: providers.Exchange{Reference: "order-1", RequestID: "V1", HTTPStatus: http.StatusOK},
		}},
	}
	request := &providers.Request{Reference: "order-1"}
	return map[string]alloctest.Piece{
		"answer": alloctest.AtMost(3, func() { responseOf(outcome, request) }),
	}
}
