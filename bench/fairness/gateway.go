package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/rig"
	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/freeport"
)

// connections of each caller: one has 100 calls at most.
const connections = 4

// gateway is a gateway whose callers have a key and connections of their own.
type gateway struct {
	process *rig.Process
	keys    map[string]string
	clients map[string][]livenessv1.LivenessServiceClient
	conns   []*grpc.ClientConn
}

const accounts = `
shutdown_grace: 1s
LIMITS
accounts:
  first:
    provider: megvii
    base_url: URL
    timeout: 10s
    max_in_flight: SLOTS
    credentials: [{name: main, api_key: {env: FAIR_KEY}, api_secret: {env: FAIR_SECRET}}]
routes:
  - {flow: spoken_digits, targets: [{account: first, product: megvii.random-number}]}
  - {flow: hosted_page, targets: [{account: first, product: megvii.pc-web}]}
callers:
`

// startGateway starts the gateway of a contest; few says that the account has few slots.
func startGateway(ctx context.Context, folder, program, vendor string, c *contest, few bool) (*gateway, error) {
	slots := "10000"
	if few {
		slots = "50"
	}
	g := &gateway{keys: map[string]string{}, clients: map[string][]livenessv1.LivenessServiceClient{}}
	var text strings.Builder
	text.WriteString(strings.NewReplacer("URL", vendor, "LIMITS", c.limits, "SLOTS", slots).Replace(accounts))
	for i := range others + 1 {
		name, may := fmt.Sprintf("other-%d", i), ""
		if i == others {
			name = "loud"
			if c.loud != "" {
				may = ", " + c.loud
			}
		}
		id, secret := fmt.Sprintf("key%d", i), rand.Text()
		g.keys[name] = "lgw_" + id + "_" + secret
		_, _ = fmt.Fprintf(&text, "  %s: {api_keys: [{name: main, id: %s, sha256: %x}]%s}\n", name, id, sha256.Sum256([]byte(secret)), may)
	}
	file := filepath.Join(folder, "gateway.yaml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return nil, err
	}
	var addresses [3]string
	for i := range addresses {
		address, err := freeport.TakeAddress()
		if err != nil {
			return nil, err
		}
		addresses[i] = address
	}
	process, err := rig.Start(ctx, folder, rig.Command{
		Name: "gateway", Listens: addresses[:],
		Args: []string{program, "serve", "--config", file, "--listen-grpc", addresses[0], "--listen-rest", addresses[1], "--listen-admin", addresses[2]},
		Env:  []string{"FAIR_KEY=k", "FAIR_SECRET=s"},
	})
	if err != nil {
		return nil, err
	}
	g.process = process
	for name := range g.keys {
		for range connections {
			conn, err := grpc.NewClient(addresses[0], grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDisableRetry())
			if err != nil {
				return nil, err
			}
			g.conns = append(g.conns, conn)
			g.clients[name] = append(g.clients[name], livenessv1.NewLivenessServiceClient(conn))
		}
	}
	return g, nil
}

func (g *gateway) stop() error {
	for _, conn := range g.conns {
		_ = conn.Close()
	}
	return g.process.Stop()
}

// caller returns calls of the caller, with a photo of that size if it is not 0.
func (g *gateway) caller(name string, photo int) load.Call {
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}
	if photo > 0 {
		content := make([]byte, photo)
		_, _ = mathrand.NewChaCha8([32]byte{}).Read(content)
		url, id := "https://shop.example/r", "subject-1"
		request = &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, SubjectId: id,
			Callback:   &livenessv1.Callback{ReturnUrl: &url, NotifyUrl: &url},
			Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: content}}},
		}
	}
	var last atomic.Uint64
	clients, header := g.clients[name], metadata.Pairs("authorization", "Bearer "+g.keys[name])
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(metadata.NewOutgoingContext(ctx, header), 5*time.Second)
		defer cancel()
		_, err := clients[last.Add(1)%connections].IssueLivenessToken(ctx, request)
		return err
	}
}
