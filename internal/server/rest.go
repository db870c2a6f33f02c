package server

import (
	"context"
	"log"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// maxBodyBytes is the limit of a JSON body: base64 makes 21 MiB of photos 28.
const maxBodyBytes = 28 << 20

// tokensPath is the one route, as google.api.http in the contract states it.
const tokensPath = "/v1/liveness-tokens"

// NewREST returns the HTTP server of the REST route, of /healthz and of /docs. It calls
// the service in process, through the interceptors that gRPC calls run through.
func NewREST(service *Service, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", healthz)
	handleDocs(mux)
	mux.HandleFunc(tokensPath, service.tokens)
	mux.HandleFunc("/", service.unknownPath)
	return newHTTPServer(limitConnectionAge(service.exactPaths(mux)), errorLog)
}

// exactPaths refuses the paths that ServeMux would clean up and redirect to.
func (s *Service) exactPaths(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clean := path.Clean(r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/") && clean != "/" {
			clean += "/"
		}
		if clean != r.URL.Path {
			s.unknownPath(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Service) tokens(w http.ResponseWriter, r *http.Request) {
	call := newCall(REST)
	defer call.permit.release()
	ctx, cancel, refused := withTimeoutHeader(r)
	defer cancel()
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		call.refuse(http.StatusMethodNotAllowed, "the method must be POST")
	case !isJSON(r.Header):
		call.refuse(http.StatusUnsupportedMediaType, "the body must be application/json, not compressed")
	case refused != nil:
		call.refused = refused
	default:
		if call.refused = s.load.admit(call, repeatedREST(r.Header)); call.refused == nil {
			call.Request, call.refused = readRequest(w, r, &call.permit)
		}
	}
	s.answer(ctx, w, call)
}

func (s *Service) unknownPath(w http.ResponseWriter, r *http.Request) {
	call := newCall(REST)
	call.refuse(http.StatusNotFound, "no such path")
	s.answer(r.Context(), w, call)
}

func (c *Call) refuse(httpStatus int, message string) {
	c.httpStatus = httpStatus
	c.refused = &providers.Error{Reason: providers.MethodUnknown, Message: message}
}

// isJSON reports whether the body is what the route takes. A type must be named:
// forms of other sites could be sent without.
func isJSON(header http.Header) bool {
	mediaType, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	encoding := header.Get("Content-Encoding")
	return err == nil && mediaType == "application/json" && (encoding == "" || encoding == "identity")
}

func readRequest(w http.ResponseWriter, r *http.Request, p *permit) (*livenessv1.IssueLivenessTokenRequest, *providers.Error) {
	body, refused := readBody(w, r, p)
	if refused != nil {
		return nil, refused
	}
	message, refused := DecodeJSON(body)
	if refused != nil {
		return nil, refused
	}
	return message, mergeIdempotencyKey(message, r.Header)
}

// answer runs the call and writes what became of it.
func (s *Service) answer(ctx context.Context, w http.ResponseWriter, call *Call) {
	var body proto.Message = s.serve(ctx, call)
	if call.Err != nil {
		body = statusOf(call)
		if retry := rowOf(call.Err).retry; retry > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
		}
	}
	encoded, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(body)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set(HeaderRequestID, call.RequestID)
	w.WriteHeader(call.HTTPStatus())
	_, _ = w.Write(encoded)
}
