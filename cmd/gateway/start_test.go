package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

// vendorConfig is a gateway on free ports whose accounts are all at one stand-in.
const vendorConfig = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
shutdown_grace: 500ms
accounts:
  megvii-test:
    provider: megvii
    region: cn
    base_url: URL
    credentials: [{name: main, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]
  linkface-test:
    provider: linkface
    base_url: URL
    credentials: [{name: main, api_id: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]
  aliyun-test:
    provider: aliyun
    region: cn
    base_url: URL
    credentials: [{name: main, access_key_id: {env: TEST_KEY}, access_key_secret: {env: TEST_SECRET}}]
  aws-test:
    provider: aws
    region: us
    base_url: URL
    options: {region: us-east-1}
    credentials: [{name: main, access_key_id: {env: TEST_KEY}, secret_access_key: {env: TEST_SECRET}}]
  azure-test:
    provider: azure
    region: eu
    base_url: URL
    credentials: [{name: main, subscription_key: {env: TEST_KEY}}]
  iproov-test:
    provider: iproov
    region: eu
    base_url: URL
    credentials: [{name: main, api_key: {env: TEST_KEY}, secret: {env: TEST_SECRET}}]
  sumsub-test:
    provider: sumsub
    region: eu
    base_url: URL
    credentials: [{name: main, app_token: {env: TEST_KEY}, secret_key: {env: TEST_SECRET}}]
  tencent-test:
    provider: tencent
    region: cn
    base_url: URL
    credentials: [{name: main, secret_id: {env: TEST_KEY}, secret_key: {env: TEST_SECRET}}]
routes:
  - flow: app_sdk
    targets:
      - {account: megvii-test, product: megvii.app-v5, parameters: {liveness_id: test}}
      - {account: linkface-test, product: linkface.app}
      - {account: megvii-test, product: megvii.app-v3, parameters: {liveness_type: still}}
      - {account: aws-test, product: aws.face-liveness}
      - {account: azure-test, product: azure.liveness}
      - {account: azure-test, product: azure.liveness-with-verify}
      - {account: iproov-test, product: iproov.capture-enrol, parameters: {resource: login}}
      - {account: iproov-test, product: iproov.verify, parameters: {resource: login}}
      - {account: sumsub-test, product: sumsub.sdk, parameters: {level_name: basic-kyc-level}}
      - {account: tencent-test, product: tencent.app}
      - {account: tencent-test, product: tencent.intl-app, parameters: {region: ap-singapore}}
      - {account: aliyun-test, product: aliyun.face-verify, parameters: {scene_id: "1", product_code: ID_PRO}}
  - flow: hosted_page
    targets:
      - {account: megvii-test, product: megvii.pc-web}
      - {account: megvii-test, product: megvii.lite-page}
      - {account: tencent-test, product: tencent.hosted-page, parameters: {rule_id: test, compares: photo}}
      - {account: tencent-test, product: tencent.intl-page, parameters: {region: ap-singapore}}
      - {account: aliyun-test, product: aliyun.face-verify, parameters: {scene_id: "1", product_code: ID_PRO, certify_url_type: WEB}}
  - {flow: js_sdk, targets: [{account: megvii-test, product: megvii.h5-flash}]}
  - {flow: spoken_digits, targets: [{account: megvii-test, product: megvii.random-number}]}
`

// started is a gateway that runs until the end of the test.
type started struct{ config.Listen }

func (s *started) restURL() string { return "http://" + s.REST + "/v1/liveness-tokens" }

// startGateway runs a gateway with the configuration, in which URL stands for the
// vendors' url, and stops it at the end of the test. The log goes to output.
func startGateway(t *testing.T, text, url string, output io.Writer) (*started, livenessv1.LivenessServiceClient) {
	t.Helper()
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	cfg, err := parseConfig("test.yaml", []byte(strings.ReplaceAll(text, "URL", url)))
	require.NoError(t, err)
	return startConfigured(t, cfg, output)
}

// startConfigured is startGateway with a configuration that has been read.
func startConfigured(t *testing.T, cfg *config.Config, output io.Writer, options ...gateway.Option) (*started, livenessv1.LivenessServiceClient) {
	t.Helper()
	g, err := gateway.New(cfg, accesslog.NewLogger(zapcore.Lock(zapcore.AddSync(output)), zap.InfoLevel), telemetry.ReadBuild(), options...)
	require.NoError(t, err)

	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	connection, err := grpc.NewClient(g.Addresses().GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, connection.Close())
		stop()
		require.NoError(t, <-ended)
	})
	return &started{g.Addresses()}, livenessv1.NewLivenessServiceClient(connection)
}

// lockedBuffer is a bytes.Buffer that a server may write to while a test reads.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// A signal may come before the listeners are served: that is no failure.
func TestStoppedBeforeItServes(t *testing.T) {
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	for range 20 {
		cfg, err := parseConfig("test.yaml", []byte(strings.ReplaceAll(vendorConfig, "URL", "http://127.0.0.1:1")))
		require.NoError(t, err)
		g, err := gateway.New(cfg, accesslog.NewLogger(zapcore.AddSync(io.Discard), zap.InfoLevel), telemetry.ReadBuild())
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		require.NoError(t, g.Run(ctx))
	}
}
