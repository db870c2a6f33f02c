package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"

	"github.com/liveness-gateway/gateway/tools/openapi/jsonschema"
)

// The types are those of the OpenAPI Specification 3.1.1, as far as the contract needs them.

type document struct {
	OpenAPI    string                      `json:"openapi"`
	Info       info                        `json:"info"`
	Servers    []server                    `json:"servers"`
	Security   []requirement               `json:"security"`
	Tags       []tag                       `json:"tags"`
	Paths      jsonschema.Object[pathItem] `json:"paths"`
	Components components                  `json:"components"`
}

type info struct {
	Title       string  `json:"title"`
	Version     string  `json:"version"`
	Description string  `json:"description"`
	License     license `json:"license"`
}

type license struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

type server struct {
	URL         string `json:"url"`
	Description string `json:"description"`
}

// requirement is the schemes that a request must satisfy together; none satisfy it too.
type requirement map[string][]string

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type pathItem struct {
	Post *operation `json:"post"`
}

type operation struct {
	Tags        []string                     `json:"tags"`
	Summary     string                       `json:"summary"`
	Description string                       `json:"description"`
	OperationID string                       `json:"operationId"`
	Parameters  []parameter                  `json:"parameters"`
	RequestBody requestBody                  `json:"requestBody"`
	Responses   jsonschema.Object[*response] `json:"responses"`
}

type parameter struct {
	Name        string             `json:"name"`
	In          string             `json:"in"`
	Description string             `json:"description"`
	Schema      *jsonschema.Schema `json:"schema"`
}

type requestBody struct {
	Required bool                         `json:"required"`
	Content  jsonschema.Object[mediaType] `json:"content"`
}

type mediaType struct {
	Schema   *jsonschema.Schema          `json:"schema"`
	Examples jsonschema.Object[example]  `json:"examples,omitempty"`
	Encoding jsonschema.Object[encoding] `json:"encoding,omitempty"`
}

type example struct {
	Summary string          `json:"summary"`
	Value   json.RawMessage `json:"value"`
}

type encoding struct {
	ContentType string `json:"contentType"`
}

type response struct {
	Ref         string                       `json:"$ref,omitempty"`
	Description string                       `json:"description,omitempty"`
	Headers     jsonschema.Object[header]    `json:"headers,omitempty"`
	Content     jsonschema.Object[mediaType] `json:"content,omitempty"`
}

type header struct {
	Description string             `json:"description"`
	Schema      *jsonschema.Schema `json:"schema"`
}

type components struct {
	Schemas         map[string]*jsonschema.Schema     `json:"schemas"`
	SecuritySchemes jsonschema.Object[securityScheme] `json:"securitySchemes"`
}

type securityScheme struct {
	Type        string `json:"type"`
	Scheme      string `json:"scheme,omitempty"`
	Description string `json:"description"`
}

// encode returns the text of the file. What no editor shows, in patterns, is escaped.
func encode(v any) ([]byte, error) {
	text, err := jsonschema.Compact(v)
	if err != nil {
		return nil, err
	}
	var indented, escaped bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		return nil, err
	}
	for _, r := range indented.String() {
		switch high, low := utf16.EncodeRune(r); {
		case r == '\n' || unicode.IsPrint(r):
			escaped.WriteRune(r)
		case high != unicode.ReplacementChar:
			fmt.Fprintf(&escaped, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
	}
	escaped.WriteByte('\n')
	return escaped.Bytes(), nil
}
