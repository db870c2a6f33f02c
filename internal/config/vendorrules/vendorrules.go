// Package vendorrules turns what vendors state of themselves into definitions of the
// configuration's schema. It must not know any other key of a file, nor what is in one.
package vendorrules

import (
	"strconv"

	"github.com/liveness-gateway/gateway/internal/config/schema"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Definitions returns the definitions of provider, flow and product, of what accounts of each
// provider and targets of each product have, and one for each of these by its name.
func Definitions(vendors []*providers.Provider) schema.Object {
	var names, flows, products []any
	// No vendor is a rule too.
	accountsBy, targetsBy := []any{true}, []any{true}
	var own schema.Object
	for _, flow := range providers.Flows() {
		flows = append(flows, flow.String())
	}
	for _, vendor := range vendors {
		names = append(names, vendor.Name)
		accountsBy = append(accountsBy, ifThen("provider", vendor.Name))
		own = append(own, schema.Of(vendor.Name, accountOf(vendor))...)
		for i := range vendor.Products {
			product := &vendor.Products[i]
			products = append(products, product.ID)
			targetsBy = append(targetsBy, ifThen("product", product.ID))
			own = append(own, schema.Of(product.ID, targetOf(product))...)
		}
	}
	return append(schema.Of(
		"provider", schema.Of("type", "string", "enum", names),
		"flow", schema.Of("type", "string", "enum", flows),
		"product", schema.Of("type", "string", "enum", products),
		"provider-account", schema.Of("allOf", accountsBy),
		"product-target", schema.Of("allOf", targetsBy),
	), own...)
}

// ifThen is the rule that a mapping in which the key has the name is as the definition of that
// name says.
func ifThen(key, name string) schema.Object {
	return schema.Of(
		"if", schema.Of("required", []any{key}, "properties", schema.Of(key, schema.Of("const", name))),
		"then", reference(name),
	)
}

func reference(definition string) schema.Object { return schema.Of("$ref", "#/$defs/"+definition) }

// accountOf is the rule for what only this vendor's accounts have.
func accountOf(vendor *providers.Provider) schema.Object {
	keys, secrets := []any{"name"}, schema.Of("name", reference("name"))
	for _, key := range vendor.CredentialKeys {
		keys, secrets = append(keys, key), append(secrets, schema.Of(key, reference("secret"))...)
	}
	for _, key := range vendor.OptionalCredentialKeys {
		secrets = append(secrets, schema.Of(key, reference("secret"))...)
	}
	credential := schema.Of("type", "object", "additionalProperties", false, "required", keys, "properties", secrets)
	return schema.Of("properties", schema.Of(
		"path_prefix", schema.Of("default", vendor.PathPrefix),
		"options", settings("option", vendor.Options),
		"credentials", schema.Of("type", "array", "minItems", 1, "items", credential),
	))
}

// targetOf is the rule for what only this product's targets have.
func targetOf(product *providers.Product) schema.Object {
	target := schema.Of("properties", schema.Of("parameters", settings("parameter", product.Parameters)))
	for i := range product.Parameters {
		if product.Parameters[i].Required {
			return append(target, schema.Of("required", []any{"parameters"})...)
		}
	}
	return target
}

// settings is the rule for a mapping of what a vendor declares.
func settings(thing string, declared []providers.Parameter) schema.Object {
	required, properties := []any{}, schema.Object{}
	for i := range declared {
		p := &declared[i]
		if p.Required {
			required = append(required, p.Name)
		}
		properties = append(properties, schema.Of(p.Name, setting(p))...)
	}
	return schema.Of("x-keys", thing, "additionalProperties", false, "required", required, "properties", properties)
}

// setting is the rule for one of them, which may be written as a number too.
func setting(p *providers.Parameter) schema.Object {
	rule := schema.Of("description", p.Text, "type", []any{"string", "number"}, "$ref", "#/$defs/setting")
	switch {
	case len(p.Values) > 0:
		var values []any
		for _, value := range p.Values {
			values = append(values, value)
			if n, err := strconv.Atoi(value); err == nil && strconv.Itoa(n) == value {
				values = append(values, n)
			}
		}
		return append(rule, schema.Of("enum", values)...)
	case p.Most > 0:
		return append(rule, schema.Of("minimum", p.Least, "maximum", p.Most, "pattern", "^-?[0-9]+$",
			"x-range", []any{strconv.Itoa(p.Least), strconv.Itoa(p.Most)})...)
	default:
		return append(rule, schema.Of("minLength", 1)...)
	}
}
