package vendors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/vendors"
)

// place is where a provider or product is written down beside the list, or generated from it.
type place struct {
	file string
	// wants is what has to be there, with the name or id for %s.
	wants string
	// what it is there, for whoever has to add it.
	what string
}

// Sections 6 and 7 of docs/adding-a-vendor.md say how each is written.
var (
	placesOfProviders = []place{
		{"deploy/config.example.yaml", "provider: %s", "an account"},
		{"cmd/gateway/start_test.go", "provider: %s", "an account in vendorConfig"},
		{"internal/sandbox/vendors.go", `"%s":`, "a stand-in, in Open"},
		{"internal/demo/stand_ins.go", `{"%s",`, "the stand-in, in vendors"},
		{"internal/demo/sandbox.yaml", "provider: %s", "an account at the stand-in"},
	}
	placesOfProducts = []place{
		{"docs/vendors.md", "`%s`", "go run ./tools/docs"},
		{"README.md", "| `%s` |", "a row of the table of products"},
		{"docs/design.md", "`%s`", "a row in section 3"},
		{"CHANGELOG.md", "`%s`", "a line"},
		{"deploy/config.example.yaml", "product: %s", "a target"},
		{"deploy/helm/gateway.yaml", "product: %s", "go run -C tools/chart ."},
		{"cmd/gateway/start_test.go", "product: %s", "a target in vendorConfig"},
		{"cmd/gateway/try_private_test.go", `"%s":`, "an answer with a token, and in privateFields what a caller can ask of it"},
		{"internal/sandbox/samples/samples.go", `{"%s",`, "a request, in Products"},
		{"internal/demo/sandbox.yaml", "product: %s", "a target"},
		{"internal/demo/tokens.go", `{"%s",`, "an example"},
		{"gen/openapi/openapi.json", `"%s"`, "make generate"},
		{"docs/sandbox.md", "`%s`", "rows of the tables of fields, outcomes and codes"},
	}
)

// The list is the only one that the gateway reads. What has to be written beside it is asked for at
// once, and here, not by tests that take minutes.
func TestVendorsAreEverywhere(t *testing.T) {
	texts := make(map[string]string)
	var missing []string
	look := func(name string, p place) {
		if _, read := texts[p.file]; !read {
			text, err := os.ReadFile(filepath.Join("..", "..", p.file))
			require.NoError(t, err)
			texts[p.file] = string(text)
		}
		whole := regexp.MustCompile(regexp.QuoteMeta(fmt.Sprintf(p.wants, name)) + `(?:[^a-z0-9-]|$)`)
		if !whole.MatchString(texts[p.file]) {
			missing = append(missing, fmt.Sprintf("%s: %s: %s", name, p.file, p.what))
		}
	}
	for _, provider := range vendors.All() {
		for _, p := range placesOfProviders {
			look(provider.Name, p)
		}
		look(strings.ToUpper(provider.Name), place{
			"deploy/kubernetes/kustomization.yaml", "--from-literal=%s_", "the secrets of the account, in the command that makes them",
		})
		for _, product := range provider.Products {
			for _, p := range placesOfProducts {
				look(product.ID, p)
			}
			for _, flow := range product.Flows {
				page := "docs/flows/" + strings.ReplaceAll(flow.String(), "_", "-") + ".md"
				look(product.ID, place{page, "## `%s`", "a section on what the client does with the token"})
			}
		}
	}
	require.Empty(t, strings.Join(missing, "\n"), "not there yet")
}
