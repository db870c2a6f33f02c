package leaktest

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
	"github.com/liveness-gateway/gateway/internal/personal"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Request returns a request that the product serves, with a canary in the reference and in each
// field about the user that it takes, by what the contract marks and what the product states: a
// field that comes to the contract, and a product that comes to take one, are known here.
func (p Product) Request(set *canary.Set, scenario string) *livenessv1.IssueLivenessTokenRequest {
	r := &livenessv1.IssueLivenessTokenRequest{Flow: p.Flow(), Scenario: scenario, AcceptedProducts: []string{p.ID}}
	p.fill(set, r.ProtoReflect(), "")
	return r
}

// fill fills what the product takes of a message that is at the path, and reports whether there
// was anything about the user.
func (p Product) fill(set *canary.Set, message protoreflect.Message, path string) (filled bool) {
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		at := strings.TrimPrefix(path+"."+string(field.Name()), ".")
		switch {
		case !p.takes(at):
		case field.IsMap():
			filled = fillMap(set, message, field) || filled
		case field.IsList():
			filled = p.fillList(set, message, field, at) || filled
		case field.Message() != nil:
			inner := message.NewField(field)
			if p.fill(set, inner.Message(), at) {
				message.Set(field, inner)
				filled = true
			}
		case personal.Is(field), at == reference:
			message.Set(field, valueOf(set, field))
			filled = true
		case field.Enum() != nil && path != "" && !isEffect(at):
			message.Set(field, protoreflect.ValueOfEnum(field.Enum().Values().Get(1).Number()))
		}
	}
	return filled
}

func fillMap(set *canary.Set, message protoreflect.Message, field protoreflect.FieldDescriptor) bool {
	if !personal.Is(field) {
		return false
	}
	message.Mutable(field).Map().Set(protoreflect.ValueOfString("a").MapKey(), valueOf(set, field.MapValue()))
	return true
}

func (p Product) fillList(set *canary.Set, message protoreflect.Message, field protoreflect.FieldDescriptor, path string) bool {
	list := message.NewField(field).List()
	switch {
	case field.Message() != nil:
		if one := list.NewElement(); p.fill(set, one.Message(), path) {
			list.Append(one)
		}
	case personal.Is(field):
		list.Append(valueOf(set, field))
	}
	if list.Len() == 0 {
		return false
	}
	message.Set(field, protoreflect.ValueOfList(list))
	return true
}

// takes reports whether a request that has something there can go to the product: what it does
// nothing with may be left out of its request, what changes nothing for it may not.
func (p Product) takes(path string) bool {
	for effect := range providers.Effects.Each {
		if within(path, effect) && !p.Honours.Has(effect) {
			return false
		}
	}
	return !slices.Contains(leftOut[p.ID], path)
}

// leftOut are fields that a product takes in place of others, or of another target than one with the
// parameters that it needs alone.
var leftOut = map[string][]string{
	"aliyun.face-verify":  {"comparison.photos", "callback.return_url"},
	"tencent.app":         {"comparison.photos"},
	"tencent.hosted-page": {"comparison.photos"},
}

func within(path string, field providers.Field) bool {
	return path == field.String() || strings.HasPrefix(path, field.String()+".")
}

func isEffect(path string) bool {
	for effect := range providers.Effects.Each {
		if path == effect.String() {
			return true
		}
	}
	return false
}

// valueOf returns a canary that the field's rules let pass. A country has no room for one.
func valueOf(set *canary.Set, field protoreflect.FieldDescriptor) protoreflect.Value {
	name := string(field.Name())
	if field.Parent() != nil && field.ContainingMessage().IsMapEntry() {
		name = string(field.ContainingMessage().Name())
	}
	switch {
	case field.Kind() == protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(set.Photo(name))
	case name == "country":
		return protoreflect.ValueOfString("CN")
	case name == "number":
		return protoreflect.ValueOfString(set.IdentityNumber(name))
	case name == "return_url": // some vendors append a query to it
		return protoreflect.ValueOfString("https://shop.example/" + set.Text(name))
	case name == "notify_url":
		return protoreflect.ValueOfString(set.URL(name))
	case name == "client_metadata": // some vendors' is JSON
		return protoreflect.ValueOfString(`{"deviceType":"` + set.Text(name) + `"}`)
	default:
		return protoreflect.ValueOfString(set.Text(name))
	}
}
