package server

import (
	"context"
	"log"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// TokensPath is the one route, as google.api.http in the contract states it.
const TokensPath = "/v1/liveness-tokens"

// NewREST returns the HTTP server of the REST route, of /healthz and of /docs. It calls
// the service in process, through the interceptors that gRPC calls run through.
func NewREST(service *Service, errorLog *log.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", healthz)
	handleDocs(mux)
	mux.HandleFunc(TokensPath, service.tokens)
	mux.HandleFunc("/", service.unknownPath)
	return newHTTPServer(limitConnectionAge(service.exactPaths(mux)), errorLog)
}

// exactPaths refuses the paths that ServeMux would clean up and redirect to.
func (s *Service) exactPaths(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == TokensPath && r.URL.RawPath == "" {
			s.tokens(w, r) // nearly every request: the mux would take longer
			return
		}
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
	call.header = r.Header
	defer call.release()
	ctx, cancel, refused := withTimeoutHeader(r)
	defer cancel()
	form, taken := bodyFormOf(r.Header)
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		call.refuse(http.StatusMethodNotAllowed, "the method must be POST")
	case !taken:
		call.refuse(http.StatusUnsupportedMediaType, "the body must be application/json or multipart/form-data, not compressed")
	case form.mediaType == mediaTypeForm && fromOtherSite(r):
		call.refuse(http.StatusUnsupportedMediaType, "a web page of another site cannot send multipart/form-data")
	case refused != nil:
		call.refused = refused
	default:
		call.refused = s.load.admit(call, repeatedREST(r.Header))
		call.read = func(context.Context) *providers.Error { return s.readRequest(w, r, call, form) }
	}
	s.answer(ctx, w, call)
}

func (s *Service) unknownPath(w http.ResponseWriter, r *http.Request) {
	call := newCall(REST)
	call.header = r.Header
	call.refuse(http.StatusNotFound, "no such path")
	s.answer(r.Context(), w, call)
}

func (c *Call) refuse(httpStatus int, message string) {
	c.httpStatus = httpStatus
	c.refused = &providers.Error{Reason: providers.MethodUnknown, Message: message}
}

// answer runs the call and writes what became of it.
func (s *Service) answer(ctx context.Context, w http.ResponseWriter, call *Call) {
	response := s.serve(ctx, call)
	var encoded []byte
	var err error
	if call.Err == nil {
		encoded, err = marshalResponse(response)
	} else {
		encoded, err = protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(statusOf(call))
		if retry := retryOf(call); retry > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
		}
	}
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
