package jsonschema

import "encoding/json"

// Schema is one of JSON Schema 2020-12.
type Schema struct {
	Ref                  string          `json:"$ref,omitempty"`
	Description          string          `json:"description,omitempty"`
	Type                 string          `json:"type,omitempty"`
	Format               string          `json:"format,omitempty"`
	ContentEncoding      string          `json:"contentEncoding,omitempty"`
	ContentMediaType     string          `json:"contentMediaType,omitempty"`
	Const                string          `json:"const,omitempty"`
	Enum                 []any           `json:"enum,omitempty"`
	Minimum              *int64          `json:"minimum,omitempty"`
	Maximum              *int64          `json:"maximum,omitempty"`
	MinLength            uint64          `json:"minLength,omitempty"`
	MaxLength            uint64          `json:"maxLength,omitempty"`
	Pattern              string          `json:"pattern,omitempty"`
	MinItems             uint64          `json:"minItems,omitempty"`
	MaxItems             uint64          `json:"maxItems,omitempty"`
	Items                *Schema         `json:"items,omitempty"`
	Properties           Object[*Schema] `json:"properties,omitempty"`
	AdditionalProperties any             `json:"additionalProperties,omitempty"` // false or a schema
	Required             []string        `json:"required,omitempty"`
	Not                  *Schema         `json:"not,omitempty"`
	AllOf                []*Schema       `json:"allOf,omitempty"`
	AnyOf                []*Schema       `json:"anyOf,omitempty"`
	OneOf                []*Schema       `json:"oneOf,omitempty"`
	Discriminator        *Discriminator  `json:"discriminator,omitempty"`

	Examples []json.RawMessage `json:"examples,omitempty"`
}

// Discriminator says by which property one of several schemas is chosen.
type Discriminator struct {
	PropertyName string         `json:"propertyName"`
	Mapping      Object[string] `json:"mapping"`
}
