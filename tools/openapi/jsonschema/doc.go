// Package jsonschema has the schemas of JSON Schema 2020-12, as far as the contract needs them, and
// JSON objects whose members keep their order. It must not know the contract, nor OpenAPI's paths.
package jsonschema
