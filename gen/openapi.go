// Package gen holds what is generated from the contract.
package gen

import _ "embed" // the OpenAPI file

//go:embed openapi/openapi.json
var openAPI string

// OpenAPI returns the description of the REST route, an OpenAPI 3.1 document as JSON.
// It names no host, so that a page calls the gateway that served it.
func OpenAPI() string { return openAPI }
