package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/config"
)

// Example is a request that one product serves.
type Example struct {
	Product string
	Request *livenessv1.IssueLivenessTokenRequest
}

// Examples are requests for all products, one for each.
func Examples() []Example {
	returnURL, notifyURL := "https://shop.example/return", "https://shop.example/notify"
	device := "7ca4be7c-72b1-4fb0-a0c9-15b8194c4d9a"
	metadata := `{"deviceType":"android","apdidToken":"of-the-sandbox"}` // Aliyun's SDK makes it
	return []Example{
		{"linkface.app", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"linkface.app"},
		}},
		{"megvii.app-v3", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"megvii.app-v3"}, SubjectId: "user-1",
			Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: smallPhoto()}}},
		}},
		{"megvii.app-v5", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"megvii.app-v5"}, SubjectId: "user-1",
		}},
		{"megvii.random-number", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS,
		}},
		{"megvii.pc-web", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, AcceptedProducts: []string{"megvii.pc-web"},
			Callback: &livenessv1.Callback{ReturnUrl: &returnURL, NotifyUrl: &notifyURL},
		}},
		{"megvii.h5-flash", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_JS_SDK, SubjectId: "user-1",
			Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: smallPhoto()}}},
		}},
		{"aws.face-liveness", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_JS_SDK, Scenario: "onboarding", AcceptedProducts: []string{"aws.face-liveness"},
		}},
		{"sumsub.sdk", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"sumsub.sdk"}, SubjectId: "user-1",
		}},
		{"megvii.lite-page", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, AcceptedProducts: []string{"megvii.lite-page"},
			Callback:   &livenessv1.Callback{ReturnUrl: &returnURL, NotifyUrl: &notifyURL},
			Comparison: &livenessv1.Comparison{IdentityDocument: card()},
		}},
		{"aliyun.face-verify", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"aliyun.face-verify"},
			Comparison: &livenessv1.Comparison{IdentityDocument: card()}, ClientMetadata: &metadata,
		}},
		{"azure.liveness", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"azure.liveness"}, DeviceId: &device,
		}},
		{"azure.liveness-with-verify", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"azure.liveness-with-verify"}, DeviceId: &device,
			Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: noisyPhoto()}}},
		}},
		{"iproov.capture-enrol", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"iproov.capture-enrol"}, SubjectId: "user-1",
		}},
		{"iproov.verify", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"iproov.verify"}, SubjectId: "user-1",
		}},
		{"tencent.hosted-page", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, AcceptedProducts: []string{"tencent.hosted-page"},
			Callback: &livenessv1.Callback{ReturnUrl: &returnURL},
		}},
		{"tencent.app", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"tencent.app"},
			Comparison: &livenessv1.Comparison{IdentityDocument: card()},
		}},
		{"tencent.intl-page", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, AcceptedProducts: []string{"tencent.intl-page"},
			Callback: &livenessv1.Callback{ReturnUrl: &returnURL},
		}},
		{"tencent.intl-app", &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"tencent.intl-app"},
			Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: smallPhoto()}}},
		}},
	}
}

// card is of somebody who does not exist.
func card() *livenessv1.IdentityDocument {
	return &livenessv1.IdentityDocument{
		Type:    livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD,
		Country: "CN", Name: "张三", Number: "11010119900307001X",
	}
}

// smallPhoto is an image that fits on a command line; the stand-ins look for no face.
func smallPhoto() []byte {
	var photo bytes.Buffer
	_ = png.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8))) // a buffer takes everything
	return photo.Bytes()
}

// noisyPhoto is one that does not compress to less than 1 KB, the least that Azure takes.
func noisyPhoto() []byte {
	noise, random := image.NewGray(image.Rect(0, 0, 36, 36)), rand.NewPCG(1, 1)
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint64())
	}
	var photo bytes.Buffer
	_ = png.Encode(&photo, noise) // a buffer takes everything
	return photo.Bytes()
}

// IssueTokens has the gateway issue a token of each product over each transport and prints
// a table of them. It fails if any call does. A call that takes long is named on progress.
func IssueTokens(ctx context.Context, gateway config.Listen, output, progress io.Writer) error {
	connection, err := grpc.NewClient(gateway.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	client := livenessv1.NewLivenessServiceClient(connection)

	table := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "PRODUCT\tTRANSPORT\tTOKEN\tEXPIRES IN\tTOOK")
	var failures error
	for _, e := range Examples() {
		for _, over := range []struct {
			name string
			call func(context.Context) (*livenessv1.IssueLivenessTokenResponse, error)
		}{
			{"gRPC", func(ctx context.Context) (*livenessv1.IssueLivenessTokenResponse, error) {
				return client.IssueLivenessToken(ctx, e.Request)
			}},
			{"REST", func(ctx context.Context) (*livenessv1.IssueLivenessTokenResponse, error) {
				return postREST(ctx, tokensURL(gateway), e.Request)
			}},
		} {
			start := time.Now()
			var response *livenessv1.IssueLivenessTokenResponse
			err := Say(progress, fmt.Sprintf("waiting for a token of %s over %s", e.Product, over.name), func() (err error) {
				response, err = over.call(ctx)
				return err
			})
			if err == nil && response.GetProduct() != e.Product {
				err = fmt.Errorf("the token is one of %s", response.GetProduct())
			}
			if err != nil {
				failures = errors.Join(failures, fmt.Errorf("%s over %s: %w", e.Product, over.name, err))
				_, _ = fmt.Fprintf(table, "%s\t%s\tfailed\t\t\n", e.Product, over.name)
				continue
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.Product, over.name, response.GetToken(),
				expiresIn(response), time.Since(start).Round(10*time.Microsecond))
		}
	}
	return errors.Join(failures, table.Flush())
}

// expiresIn is "unknown" of a token whose vendor says nothing of it.
func expiresIn(issued *livenessv1.IssueLivenessTokenResponse) string {
	if issued.GetExpireTime() == nil {
		return "unknown"
	}
	return time.Until(issued.GetExpireTime().AsTime()).Round(time.Second).String()
}

func tokensURL(gateway config.Listen) string {
	return "http://" + gateway.REST + "/v1/liveness-tokens"
}

func postREST(ctx context.Context, url string, message *livenessv1.IssueLivenessTokenRequest) (*livenessv1.IssueLivenessTokenResponse, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(CompactJSON(message)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, body)
	}
	answer := &livenessv1.IssueLivenessTokenResponse{}
	return answer, protojson.Unmarshal(body, answer)
}

// CompactJSON is a message as it is on a command line.
func CompactJSON(message *livenessv1.IssueLivenessTokenRequest) []byte {
	var compact bytes.Buffer
	encoded, _ := protojson.Marshal(message) // the examples are valid UTF-8
	_ = json.Compact(&compact, encoded)      // protojson's spaces vary on purpose
	return compact.Bytes()
}

// ShowHow prints command lines that work when pasted into another terminal.
func ShowHow(gateway config.Listen, standIns *StandIns, output io.Writer) error {
	var text strings.Builder
	say := func(format string, values ...any) { _, _ = fmt.Fprintf(&text, format, values...) }
	say("\nWatch it at http://%s/. Try it in a browser, http://%s/docs, or from another terminal (stop with Ctrl-C):\n", gateway.Operator, gateway.REST)
	for _, e := range Examples() {
		message := CompactJSON(e.Request)
		say("\n# %s\ncurl -sS %s -H 'Content-Type: application/json' -d '%s'\n", e.Product, tokensURL(gateway), message)
		say("grpcurl -plaintext -d '%s' %s liveness.v1.LivenessService/IssueLivenessToken\n", message, gateway.GRPC)
	}
	showStandIns(say, standIns)
	say("\n# metrics\ncurl -sS http://%s/metrics\n\n", gateway.Admin)
	_, err := io.WriteString(output, text.String())
	return err
}

// ShowOwn prints where the gateway and the stand-ins are whose routes are somebody's own.
func ShowOwn(gateway config.Listen, standIns *StandIns, output io.Writer) error {
	var text strings.Builder
	say := func(format string, values ...any) { _, _ = fmt.Fprintf(&text, format, values...) }
	say("Your routes, against stand-ins of the vendors (stop with Ctrl-C):\n\n")
	say("gRPC       %s\nREST       %s\nAPI page   http://%s/docs\noperators  http://%s/\n",
		gateway.GRPC, tokensURL(gateway), gateway.REST, gateway.Operator)
	showStandIns(say, standIns)
	say("\n# metrics\ncurl -sS http://%s/metrics\n\n", gateway.Admin)
	_, err := io.WriteString(output, text.String())
	return err
}

// showStandIns says what the stand-ins accept, and how they are told to fail.
func showStandIns(say func(string, ...any), standIns *StandIns) {
	say("\n# what the stand-ins accept; none of it is a secret\n")
	for _, provider := range slices.Sorted(maps.Keys(standIns.started)) {
		of := standIns.started[provider]
		say("# %s at %s%s:", provider, of.URL, of.PathPrefix)
		for _, key := range slices.Sorted(maps.Keys(of.Secrets)) {
			say(" %s %s", key, of.Secrets[key])
		}
		say("\n")
	}
	say("\n# rehearse a failure: the product's next three requests are refused, or get no answer; docs/sandbox.md has all of them\n")
	say("curl -sS %s/_sandbox/next -d '%s'\n", standIns.Megvii, `{"product":"megvii.app-v5","outcome":"code=CONCURRENCY_LIMIT_EXCEEDED","times":3}`)
	say("curl -sS %s/_sandbox/next -d '%s'\n", standIns.Linkface, `{"product":"linkface.app","outcome":"hang","times":3}`)
	say("\n# what the vendors issued\n")
	say("curl -sS %s/_sandbox/ledger\n", standIns.Megvii)
	say("curl -sS %s/_sandbox/ledger\n", standIns.Linkface)
}
