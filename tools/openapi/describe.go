package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/tools/openapi/ecma"
	"github.com/liveness-gateway/gateway/tools/openapi/jsonschema"
	"github.com/liveness-gateway/gateway/tools/openapi/rules"
)

const (
	title       = "Liveness Gateway"
	description = "One call in front of every liveness vendor. Every error is a google.rpc.Status; decide by the reason " +
		"of its google.rpc.ErrorInfo, never by its message.\n\nRequests are described as a client should write them. The " +
		"gateway also takes what JSON of protocol buffers allows beside: names of fields as the proto files spell them, " +
		"numbers for enums, null for what is absent. Limits in bytes, and of all photos together, stand in the descriptions."
)

// describe returns the document of the contract's one service.
func describe(files *protoregistry.Files) (*document, error) {
	found, err := files.FindDescriptorByName(protoreflect.FullName(livenessv1.LivenessService_ServiceDesc.ServiceName))
	if err != nil {
		return nil, err
	}
	service := found.(protoreflect.ServiceDescriptor)
	s := &schemas{files: files, made: map[string]*jsonschema.Schema{}, descriptions: borrowed}
	d := &document{
		OpenAPI: "3.1.1",
		Info: info{
			Title: title, Version: "v1", Description: description,
			License: license{"Apache-2.0", "Apache-2.0"},
		},
		Servers: []server{{"/", "The gateway that serves this document."}},
		Security: []requirement{
			{},
			{"bearer": {}},
			{"certificate": {}},
		},
		Tags: []tag{{string(service.Name()), comment(service)}},
		Components: components{
			Schemas: s.made,
			SecuritySchemes: jsonschema.Object[securityScheme]{
				{Name: "bearer", Value: securityScheme{
					Type: "http", Scheme: "bearer",
					Description: "An API key or a JWT, where the gateway has callers.",
				}},
				{Name: "certificate", Value: securityScheme{
					Type:        "mutualTLS",
					Description: "A client certificate, where the gateway has callers.",
				}},
			},
		},
	}
	for i := range service.Methods().Len() {
		method := service.Methods().Get(i)
		path, described, err := s.operation(method)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", method.FullName(), err)
		}
		d.Paths = append(d.Paths, jsonschema.Member[pathItem]{Name: path, Value: pathItem{described}})
	}
	return d, nil
}

// operation returns the path of an RPC and what is sent there.
func (s *schemas) operation(method protoreflect.MethodDescriptor) (path string, o *operation, err error) {
	rule, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
	if rule.GetPost() == "" || strings.Contains(rule.GetPost(), "{") || rule.GetBody() != "*" || len(rule.GetAdditionalBindings()) > 0 {
		return "", nil, errors.New("only a POST of the whole message has a form yet")
	}
	summary, text, _ := strings.Cut(comment(method), "\n\n")
	o = &operation{
		Tags:        []string{string(method.Parent().Name())},
		Summary:     summary,
		Description: text,
		OperationID: string(method.Parent().Name()) + "_" + string(method.Name()),
	}
	if o.Parameters, err = parameters(method.Input()); err != nil {
		return "", nil, err
	}
	if o.RequestBody, err = s.requestBody(method.Input()); err != nil {
		return "", nil, err
	}
	o.Responses, err = s.responses(method.Output())
	return rule.GetPost(), o, err
}

// parameters are the headers that the gateway reads.
func parameters(input protoreflect.MessageDescriptor) ([]parameter, error) {
	var all []parameter
	if field := input.Fields().ByName(protoreflect.Name(providers.FieldIdempotencyKey.String())); field != nil {
		pattern, err := ecma.Pattern(rules.Of(field).GetString().GetPattern())
		if err != nil {
			return nil, err
		}
		bare := strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$")
		all = append(all, parameter{
			Name: "Idempotency-Key", In: "header",
			Description: "The same as idempotencyKey, bare or quoted. If both are given they must agree.",
			Schema:      &jsonschema.Schema{Type: "string", Pattern: `^(?:` + bare + `|"` + bare + `")$`},
		})
	}
	return append(all, parameter{
		Name: "Grpc-Timeout", In: "header",
		Description: "The deadline, digits and a unit (H, M, S, m, u, n), for example 3S. At most 30 s.",
		Schema:      &jsonschema.Schema{Type: "string", Pattern: "^[0-9]{1,8}[HMSmun]$"},
	}, parameter{
		Name: "Grpc-Previous-Rpc-Attempts", In: "header",
		Description: "How often the client has sent this call before. Under overload, calls sent before are refused first.",
		Schema:      &jsonschema.Schema{Type: "string", Pattern: "^[0-9]*$"},
	}), nil
}

const (
	mediaTypeJSON = "application/json"
	mediaTypeForm = "multipart/form-data"
)

// requestBody is the message as JSON, or as a form with its photos beside.
func (s *schemas) requestBody(input protoreflect.MessageDescriptor) (requestBody, error) {
	asJSON, err := s.message(input, caller)
	if err != nil {
		return requestBody{}, err
	}
	body := requestBody{Required: true, Content: jsonschema.Object[mediaType]{{Name: mediaTypeJSON, Value: mediaType{Schema: asJSON, Examples: examples()}}}}
	if !leadsToPhotos(input) {
		return body, nil
	}
	inForm, err := s.message(input, form)
	if err != nil {
		return requestBody{}, err
	}
	inForm.Description = "The request as JSON, without photos."
	inForm.Examples = formExamples()
	photos := &jsonschema.Schema{
		Type: "array", MinItems: 1, MaxItems: maxPhotos(input),
		Description: "The photos, a part each, in order. Their types and names mean nothing.",
		// The format is no longer OpenAPI's, but it is what the API page asks for files by.
		Items: &jsonschema.Schema{Type: "string", ContentMediaType: "application/octet-stream", Format: "binary"},
	}
	body.Content = append(body.Content, jsonschema.Member[mediaType]{Name: mediaTypeForm, Value: mediaType{
		Schema: &jsonschema.Schema{
			Type:        "object",
			Description: "Photos as they are, which costs half of what base64 does.",
			Properties: jsonschema.Object[*jsonschema.Schema]{
				{Name: message.PartRequest, Value: inForm},
				{Name: message.PartPhotos, Value: photos},
			},
			Required:             []string{message.PartRequest, message.PartPhotos},
			AdditionalProperties: false,
		},
		Encoding: jsonschema.Object[encoding]{{Name: message.PartRequest, Value: encoding{mediaTypeJSON}}},
	}})
	return body, nil
}

// maxPhotos returns how many photos a message may have.
func maxPhotos(of protoreflect.MessageDescriptor) uint64 {
	for i := range of.Fields().Len() {
		field := of.Fields().Get(i)
		if isPhotos(field) {
			return rules.Of(field).GetRepeated().GetMaxItems()
		}
		if field.Message() != nil && leadsToPhotos(field.Message()) {
			return maxPhotos(field.Message())
		}
	}
	return 0
}

// examples are requests that "gateway sandbox" answers: one that two products can serve, which
// pages show first, and one for each product.
func examples() jsonschema.Object[example] {
	all := jsonschema.Object[example]{{Name: "failover", Value: example{
		Summary: "a token of the first of two products that issues one",
		Value: demo.CompactJSON(&livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"megvii.app-v5", "linkface.app"}, SubjectId: "user-7f3a",
		}),
	}}}
	for _, e := range demo.Examples() {
		all = append(all, jsonschema.Member[example]{Name: e.Product, Value: example{
			Summary: "a token of " + e.Product, Value: demo.CompactJSON(e.Request),
		}})
	}
	return all
}

// formExamples is the first example with photos, whose photos a form has elsewhere.
func formExamples() []json.RawMessage {
	for _, e := range demo.Examples() {
		if len(e.Request.GetComparison().GetPhotos()) == 0 {
			continue
		}
		request := proto.CloneOf(e.Request)
		if request.Comparison.Photos = nil; proto.Size(request.GetComparison()) == 0 {
			request.Comparison = nil
		}
		return []json.RawMessage{demo.CompactJSON(request)}
	}
	return nil
}

// responses are what can come back.
func (s *schemas) responses(output protoreflect.MessageDescriptor) (jsonschema.Object[*response], error) {
	issued, err := s.message(output, gateway)
	if err != nil {
		return nil, err
	}
	failed, err := s.status()
	if err != nil {
		return nil, err
	}
	requestID := jsonschema.Member[header]{Name: "X-Request-Id", Value: header{"The gateway's id of this call.", &jsonschema.Schema{Type: "string"}}}
	all := jsonschema.Object[*response]{{Name: strconv.Itoa(http.StatusOK), Value: &response{
		Description: "A token.", Headers: jsonschema.Object[header]{requestID},
		Content: jsonschema.Object[mediaType]{{Name: mediaTypeJSON, Value: mediaType{Schema: issued}}},
	}}}
	for _, status := range statuses() {
		described := &response{
			Description: status.describe(), Headers: jsonschema.Object[header]{requestID},
			Content: jsonschema.Object[mediaType]{{Name: mediaTypeJSON, Value: mediaType{Schema: failed}}},
		}
		if status.retry {
			described.Headers = append(described.Headers, jsonschema.Member[header]{Name: "Retry-After", Value: header{"Whole seconds to wait.", &jsonschema.Schema{Type: "integer"}}})
		}
		all = append(all, jsonschema.Member[*response]{Name: status.name(), Value: described})
	}
	return all, nil
}

// status returns a reference to google.rpc.Status, with the details that the gateway sends.
func (s *schemas) status() (*jsonschema.Schema, error) {
	const typeName = "@type"
	either, kinds := []*jsonschema.Schema{}, jsonschema.Object[string]{}
	for _, detail := range []proto.Message{
		&errdetails.ErrorInfo{}, &errdetails.RequestInfo{}, &errdetails.BadRequest{}, &errdetails.RetryInfo{},
		&livenessv1.IssueFailure{},
	} {
		descriptor := detail.ProtoReflect().Descriptor()
		if found, err := s.files.FindDescriptorByName(descriptor.FullName()); err == nil {
			descriptor = found.(protoreflect.MessageDescriptor) // with its comments
		}
		one, err := s.message(descriptor, gateway)
		if err != nil {
			return nil, err
		}
		url := "type.googleapis.com/" + string(descriptor.FullName())
		made := s.made[string(descriptor.FullName())]
		made.Properties = append(jsonschema.Object[*jsonschema.Schema]{{Name: typeName, Value: &jsonschema.Schema{Type: "string", Const: url}}}, made.Properties...)
		made.Required = append([]string{typeName}, made.Required...)
		either = append(either, one)
		kinds = append(kinds, jsonschema.Member[string]{Name: url, Value: one.Ref})
	}
	name := (&statuspb.Status{}).ProtoReflect().Descriptor().FullName()
	s.made[string(name)] = &jsonschema.Schema{
		Type: "object", Description: borrowed[name],
		Properties: jsonschema.Object[*jsonschema.Schema]{
			{Name: "code", Value: &jsonschema.Schema{Type: "integer", Format: "int32", Description: "The code of gRPC."}},
			{Name: "message", Value: &jsonschema.Schema{Type: "string", Description: "For people: what is wrong first of all."}},
			{Name: "details", Value: &jsonschema.Schema{
				Type: "array", Description: "ErrorInfo, RequestInfo and IssueFailure always, the others where they help.",
				Items: &jsonschema.Schema{OneOf: either, Discriminator: &jsonschema.Discriminator{PropertyName: typeName, Mapping: kinds}},
			}},
		},
		Required: []string{"code", "message", "details"},
	}
	return &jsonschema.Schema{Ref: reference(string(name))}, nil
}
