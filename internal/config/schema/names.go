package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// propertyNames finds keys with wrong names once more: what the library itself says of them has
// a place that it writes over later (6.0.3), and is not told.
type propertyNames struct{ rule *jsonschema.Schema }

func compileNames(context *jsonschema.CompilerContext, rule map[string]any) (jsonschema.SchemaExt, error) {
	if rule["propertyNames"] == nil {
		return nil, nil //nolint:nilnil // the library's way to say that there is none
	}
	return propertyNames{context.Enqueue([]string{"propertyNames"})}, nil
}

// Validate reports the keys of a mapping that are not as the rule says.
func (p propertyNames) Validate(context *jsonschema.ValidatorContext, value any) {
	mapping, _ := value.(map[string]any)
	for name := range mapping {
		if p.rule.Validate(name) != nil {
			context.AddError(&kind.PropertyNames{Property: name})
		}
	}
}
