package gateway

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/gateway/tracing"
)

// shutdown says that the gateway is not ready but takes calls for the delay. Then it stops accepting, and
// within the grace drains the calls in flight and the runs with a key for which nobody waits. It cancels
// what is left and sends all spans. The listeners of operators are closed last, so that they can watch.
func (g *Gateway) shutdown() {
	g.stopping.Store(true)
	g.health.Shutdown()
	cfg := g.current.Load().config
	if cfg.ShutdownDelay > 0 {
		g.log.Info("not ready, calls are still taken", zap.Duration("delay", cfg.ShutdownDelay))
		time.Sleep(cfg.ShutdownDelay)
	}
	ctx, cancel := context.WithTimeout(context.Background(), cfg.ShutdownGrace)
	defer cancel()
	g.log.Info("shutting down", zap.Duration("grace", cfg.ShutdownGrace))

	var stopped sync.WaitGroup
	stopped.Go(func() { g.stopGRPC(ctx) })
	stopped.Go(func() {
		if g.rest.Shutdown(ctx) != nil {
			g.log.Warn("REST calls were cut at the end of the grace")
			_ = g.rest.Close()
		}
	})
	stopped.Wait()
	if cut := g.keeper.Shutdown(ctx); cut > 0 {
		g.log.Warn("calls with a key, which nobody waited for, were cut at the end of the grace", zap.Int("calls", cut))
	}
	g.closeRedis()
	tracing.Flush(ctx, g.spans)
	_ = g.admin.Close()
	_ = g.operator.Close()
	g.current.Load().accounts.CloseOthers(nil)
	g.log.Info("stopped")
}

func (g *Gateway) stopGRPC(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		g.grpc.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		g.log.Warn("gRPC calls were cut at the end of the grace")
		g.grpc.Stop()
		<-done
	}
}
