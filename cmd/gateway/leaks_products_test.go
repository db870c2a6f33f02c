package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"image/png"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
	"github.com/liveness-gateway/gateway/internal/personal"
)

// trialConfig has an account of each vendor, called as the vendor with -test, and all products.
// Secrets are those that setSecrets sets.
func trialConfig(url string) string {
	var accounts strings.Builder
	seen, targets := map[string]bool{}, map[string][]string{}
	for _, product := range leakProducts {
		account := product.Provider.Name + "-test"
		if !seen[account] {
			seen[account] = true
			accounts.WriteString(product.Account(account, url, "", func(key string) string { return "{env: " + secretVariable(key) + "}" }))
		}
		flow := product.Flows[0].String()
		targets[flow] = append(targets[flow], product.Target(account))
	}
	var routes strings.Builder
	for _, flow := range slices.Sorted(maps.Keys(targets)) {
		fmt.Fprintf(&routes, "  - {flow: %s, targets: [%s]}\n", flow, strings.Join(targets[flow], ", "))
	}
	return "listen: {grpc: \"127.0.0.1:0\", rest: \"127.0.0.1:0\", admin: \"127.0.0.1:0\"}\nshutdown_grace: 500ms\naccounts:\n" +
		accounts.String() + "routes:\n" + routes.String()
}

// productOf returns one of the products.
func productOf(t *testing.T, id string) leaktest.Product {
	t.Helper()
	i := slices.IndexFunc(leakProducts, func(p leaktest.Product) bool { return p.ID == id })
	require.NotEqual(t, -1, i, id)
	return leakProducts[i]
}

func secretVariable(key string) string { return "TEST_" + strings.ToUpper(key) }

// setSecrets sets those of all vendors.
func setSecrets(t *testing.T, set *canary.Set) {
	t.Helper()
	for _, product := range leakProducts {
		for key, value := range product.Secrets(set) {
			t.Setenv(secretVariable(key), value)
		}
	}
}

// A field that the contract comes to mark as personal has a canary in the requests of each product
// that can be sent one, and is found by it.
func TestEveryPersonalFieldHasACanary(t *testing.T) {
	wanted := map[string]bool{}
	personalFields((&livenessv1.IssueLivenessTokenRequest{}).ProtoReflect().Descriptor(), wanted)
	for _, product := range leakProducts {
		set := canary.NewSet(product.ID)
		request := product.Request(set, "")
		scanner := canary.NewScanner()
		scanner.Watch(set)
		filled := map[string]bool{}
		filledFields(t, request.ProtoReflect(), func(field protoreflect.FieldDescriptor, text []byte) {
			filled[string(field.FullName())] = true
			delete(wanted, string(field.FullName()))
			found := scanner.Find("message", text, nil)
			require.True(t, field.Name() == "country" || len(found) > 0, "%s: what valueOf makes of %s is no canary", product, field.FullName())
		})
		require.Contains(t, filled, "liveness.v1.IssueLivenessTokenRequest.subject_id", product)
		for _, photo := range request.GetComparison().GetPhotos() {
			_, err := png.Decode(bytes.NewReader(photo.GetContent()))
			require.NoError(t, err)
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(wanted)), "no product is sent these")
}

// personalFields adds all of a message and of those in it.
func personalFields(message protoreflect.MessageDescriptor, all map[string]bool) {
	for i := range message.Fields().Len() {
		switch field := message.Fields().Get(i); {
		case personal.Is(field):
			all[string(field.FullName())] = true
		case field.Message() != nil && !field.IsMap():
			personalFields(field.Message(), all)
		}
	}
}

// filledFields calls found for each personal field that is set, with what it holds.
func filledFields(t *testing.T, message protoreflect.Message, found func(field protoreflect.FieldDescriptor, text []byte)) {
	t.Helper()
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case personal.Is(field):
			found(field, textOf(field, value))
		case field.IsList() && field.Message() != nil:
			for i := range value.List().Len() {
				filledFields(t, value.List().Get(i).Message(), found)
			}
		case field.Message() != nil && !field.IsMap():
			filledFields(t, value.Message(), found)
		}
		return true
	})
}

// textOf is what a field of text or bytes holds, a list or a map of them too.
func textOf(field protoreflect.FieldDescriptor, value protoreflect.Value) []byte {
	if field.Kind() == protoreflect.BytesKind {
		return value.Bytes()
	}
	return []byte(value.String())
}

// Every secret that an account can have is in its configuration, every vendor has a stand-in, and
// each outcome of it can be asked for.
func TestLeaksAreLookedForWithEveryVendor(t *testing.T) {
	for _, product := range leakProducts {
		set := canary.NewSet(product.ID)
		account := product.Account("name", "http://127.0.0.1:1", "", func(key string) string { return "{env: " + secretVariable(key) + "}" })
		for _, key := range slices.Concat(product.Provider.CredentialKeys, product.Provider.OptionalCredentialKeys) {
			require.Contains(t, account, key+": {env: "+secretVariable(key)+"}")
			require.Contains(t, product.Secrets(set), key)
		}
		outcomes, err := product.Outcomes()
		require.NoError(t, err)
		require.Greater(t, len(outcomes), 20, product)
	}
}

// What the contract marks in an answer is looked for as what a vendor has issued, or is made of it.
func TestEveryPersonalFieldOfAnAnswerIsKnown(t *testing.T) {
	fields := map[string]bool{}
	personalFields((&livenessv1.IssueLivenessTokenResponse{}).ProtoReflect().Descriptor(), fields)
	require.ElementsMatch(t, []string{
		"liveness.v1.IssueLivenessTokenResponse.token", "liveness.v1.IssueLivenessTokenResponse.session_id",
		"liveness.v1.Client.url", "liveness.v1.Client.digits", "liveness.v1.Client.parameters",
	}, slices.Collect(maps.Keys(fields)), "say in internal/leaktest where a vendor's answer has another one")
}

// unzipped returns what a profile holds, nothing if it is none.
func unzipped(content []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	whole, _ := io.ReadAll(reader)
	return whole
}
