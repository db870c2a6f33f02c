// Package configtest has what the files in internal/config/testdata are read with. It is of the
// tests alone.
package configtest

import "github.com/liveness-gateway/gateway/internal/providers"

// Vendors are invented: the configuration knows of a vendor what it states.
func Vendors() []*providers.Provider {
	return []*providers.Provider{
		{
			Name:           "acme",
			PathPrefix:     "/v1",
			CredentialKeys: []string{"api_key", "api_secret"},
			Options: []providers.Parameter{
				{Name: "timestamp_unit", Text: "milliseconds or seconds", Values: []string{"milliseconds", "seconds"}},
			},
			Products: []providers.Product{
				{ID: "acme.app", Flows: []providers.Flow{providers.FlowAppSDK}, Parameters: []providers.Parameter{
					{Name: "scene_id", Required: true, Text: "the scene, by the number in the vendor's console"},
					{Name: "color_number", Text: "how many colours flash: 4, 6 or 8", Values: []string{"4", "6", "8"}},
				}},
				{ID: "acme.page", Flows: []providers.Flow{providers.FlowHostedPage}},
			},
		},
		{
			Name:           "globex",
			CredentialKeys: []string{"token"},
			Products:       []providers.Product{{ID: "globex.app", Flows: []providers.Flow{providers.FlowAppSDK}}},
		},
	}
}
