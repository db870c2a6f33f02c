// Package work holds the calls that every contender is measured with, encoded once for
// each way in which they are sent.
package work

import (
	"bytes"
	"fmt"
	"mime/multipart"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// Protocol is how a call is sent.
type Protocol string

// The protocols.
const (
	GRPC Protocol = "gRPC"
	// JSON is the REST route with the request as JSON, photos as base64.
	JSON Protocol = "REST JSON"
	// Multipart is the REST route with a part "request", JSON without photos, and a
	// part "photos" for each.
	Multipart Protocol = "REST multipart"
	// Form is the vendor's own request, for proxies that understand nothing.
	Form Protocol = "vendor's form"
)

// Scenarios that the benchmark's gateway has routes for, of each flow in use.
const (
	// TwoTargets is a route with a second target to fail over to.
	TwoTargets = "login"
	// OneTarget is a route whose calls no other target can take.
	OneTarget = "withdrawal"
)

// restPath is the REST route of the contract.
const restPath = "/v1/liveness-tokens"

// Body is an encoded call.
type Body struct {
	// Path and ContentType are empty over gRPC.
	Path, ContentType string
	Content           []byte
}

// Work is one call.
type Work struct {
	// Name is "small" or "photos".
	Name string

	message *livenessv1.IssueLivenessTokenRequest
	// photos are those of the message.
	photos        [][]byte
	photosAsBytes bool

	vendorPath string
	vendorForm [][2]string
}

// Small returns a call of megvii.random-number, which has hardly any content.
func Small(scenario string) Work {
	return Work{
		Name: "small",
		message: &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, Scenario: scenario,
			AcceptedProducts: []string{"megvii.random-number"},
			SubjectId:        "user-7f3a", Reference: "order-20931",
		},
		vendorPath: "/faceid/lite/raw/get_random_number",
		vendorForm: [][2]string{{"biz_no", "order-20931"}},
	}
}

// Photos returns a call of megvii.pc-web with three photos of 1 MiB.
func Photos(scenario string) Work {
	returnURL, notifyURL := "https://shop.example/return", "https://shop.example/notify"
	message := &livenessv1.IssueLivenessTokenRequest{
		Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Scenario: scenario,
		AcceptedProducts: []string{"megvii.pc-web"},
		SubjectId:        "user-7f3a", Reference: "order-20931",
		Callback: &livenessv1.Callback{ReturnUrl: &returnURL, NotifyUrl: &notifyURL},
	}
	photos := make([][]byte, 3)
	for i := range photos {
		photos[i] = photo(byte(i), photoBytes)
	}
	message.Comparison = &livenessv1.Comparison{}
	for _, content := range photos {
		message.Comparison.Photos = append(message.Comparison.Photos, &livenessv1.Photo{Content: content})
	}
	return Work{
		Name:       "photos",
		message:    message,
		photos:     photos,
		vendorPath: "/faceid/liveness/v2/get_token",
		vendorForm: [][2]string{
			{"comparison_type", "0"},
			{"uuid", "user-7f3a"},
			{"biz_no", "order-20931"},
			{"return_url", returnURL},
			{"notify_url", notifyURL},
		},
	}
}

// PhotoBytes returns the size of the call's photos together.
func (w Work) PhotoBytes() int {
	total := 0
	for _, content := range w.photos {
		total += len(content)
	}
	return total
}

// Encode returns the call as it is sent.
func (w Work) Encode(protocol Protocol) (Body, error) {
	if w.photosAsBytes && w.photos != nil && (protocol == GRPC || protocol == JSON) {
		return w.encodeWithPhotosAsBytes(protocol)
	}
	switch protocol {
	case GRPC:
		content, err := proto.Marshal(w.message)
		return Body{Content: content}, err
	case JSON:
		content, err := protojson.Marshal(w.message)
		return Body{restPath, "application/json", content}, err
	case Multipart:
		return w.encodeMultipart()
	case Form:
		return w.encodeForm()
	default:
		return Body{}, fmt.Errorf("no protocol %q", protocol)
	}
}

func (w Work) encodeMultipart() (Body, error) {
	without := proto.CloneOf(w.message)
	if without.GetComparison() != nil {
		without.Comparison.Photos = nil
	}
	request, err := protojson.Marshal(without)
	if err != nil {
		return Body{}, err
	}
	return encode(restPath, [][2]string{{"request", string(request)}}, w.photos,
		func(int) string { return "photos" })
}

func (w Work) encodeForm() (Body, error) {
	parameters := append([][2]string{{"api_key", "bench-key"}, {"api_secret", "bench-secret"}}, w.vendorForm...)
	return encode(w.vendorPath, parameters, w.photos,
		func(i int) string { return fmt.Sprintf("image_ref%d", i+1) })
}

func encode(path string, parameters [][2]string, photos [][]byte, photoName func(int) string) (Body, error) {
	var content bytes.Buffer
	form := multipart.NewWriter(&content)
	for _, parameter := range parameters {
		if err := form.WriteField(parameter[0], parameter[1]); err != nil {
			return Body{}, err
		}
	}
	for i, content := range photos {
		part, err := form.CreateFormFile(photoName(i), fmt.Sprintf("photo%d.jpg", i+1))
		if err != nil {
			return Body{}, err
		}
		if _, err := part.Write(content); err != nil {
			return Body{}, err
		}
	}
	if err := form.Close(); err != nil {
		return Body{}, err
	}
	return Body{path, form.FormDataContentType(), content.Bytes()}, nil
}
