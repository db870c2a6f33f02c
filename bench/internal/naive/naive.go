// Package naive is the least that a gateway could be: a gRPC handler that builds the
// vendor's request with mime/multipart, makes the call with net/http, reads the JSON
// and answers. It validates, routes, counts and logs nothing. What it costs is the
// floor that the gateway is compared with.
package naive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// MaxMessageBytes lets through what the gateway takes, photos of 19 MB.
const MaxMessageBytes = 21 << 20

// Service calls one vendor. It is safe for concurrent use.
type Service struct {
	livenessv1.UnimplementedLivenessServiceServer

	client *http.Client
	vendor string
}

// NewService returns a service that calls the vendor at a base URL. The client keeps
// its connections: net/http's default of two would make most calls dial.
func NewService(client *http.Client, vendor string) *Service {
	return &Service{client: client, vendor: vendor}
}

// NewServer returns a gRPC server of the service with the library's defaults.
func NewServer(service *Service) *grpc.Server {
	server := grpc.NewServer(grpc.MaxRecvMsgSize(MaxMessageBytes))
	livenessv1.RegisterLivenessServiceServer(server, service)
	return server
}

// IssueLivenessToken calls pc-web for a hosted page, random-number otherwise.
func (s *Service) IssueLivenessToken(ctx context.Context, request *livenessv1.IssueLivenessTokenRequest) (*livenessv1.IssueLivenessTokenResponse, error) {
	path, product := "/faceid/lite/raw/get_random_number", "megvii.random-number"
	if request.GetFlow() == livenessv1.Flow_FLOW_HOSTED_PAGE {
		path, product = "/faceid/liveness/v2/get_token", "megvii.pc-web"
	}
	body, contentType, err := form(request)
	if err != nil {
		return nil, err
	}
	reply, err := s.post(ctx, path, contentType, body)
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	response := &livenessv1.IssueLivenessTokenResponse{
		Token: reply.Token, Product: product, Reference: request.GetReference(),
		ExpireTime: &timestamppb.Timestamp{Seconds: reply.ExpiredTime},
		Client:     &livenessv1.Client{Digits: reply.RandomNumber},
	}
	if response.GetToken() == "" {
		response.Token = reply.TokenRandomNumber
	}
	return response, nil
}

func form(request *livenessv1.IssueLivenessTokenRequest) (body *bytes.Buffer, contentType string, err error) {
	body = &bytes.Buffer{}
	writer := multipart.NewWriter(body)
	fields := [][2]string{{"api_key", "bench-key"}, {"api_secret", "bench-secret"}, {"biz_no", request.GetReference()}}
	if request.GetFlow() == livenessv1.Flow_FLOW_HOSTED_PAGE {
		fields = append(fields, [][2]string{
			{"comparison_type", "0"},
			{"uuid", request.GetSubjectId()},
			{"return_url", request.GetCallback().GetReturnUrl()},
			{"notify_url", request.GetCallback().GetNotifyUrl()},
		}...)
	}
	for _, field := range fields {
		if err := writer.WriteField(field[0], field[1]); err != nil {
			return nil, "", err
		}
	}
	for i, photo := range request.GetComparison().GetPhotos() {
		name := "image_ref" + strconv.Itoa(i+1)
		part, err := writer.CreateFormFile(name, name)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(photo.GetContent()); err != nil {
			return nil, "", err
		}
	}
	return body, writer.FormDataContentType(), writer.Close()
}

type reply struct {
	Token             string `json:"token"`
	TokenRandomNumber string `json:"token_random_number"`
	RandomNumber      string `json:"random_number"`
	ExpiredTime       int64  `json:"expired_time"`
}

func (s *Service) post(ctx context.Context, path, contentType string, body io.Reader) (*reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.vendor+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the vendor answered %s", response.Status)
	}
	answer := &reply{}
	return answer, json.Unmarshal(content, answer)
}
