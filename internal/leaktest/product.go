package leaktest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// Product is a product of a vendor. All that is asked of it, and of its account, follows from
// what the vendor's adapter states.
type Product struct {
	*providers.Product

	Provider *providers.Provider
}

// Products returns those of the vendors, in the order of their ids.
func Products(vendors []*providers.Provider) (all []Product) {
	for _, provider := range vendors {
		for i := range provider.Products {
			all = append(all, Product{&provider.Products[i], provider})
		}
	}
	slices.SortFunc(all, func(a, b Product) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// String returns the product's id.
func (p Product) String() string { return p.ID }

// Flow is the first that the product serves.
func (p Product) Flow() livenessv1.Flow {
	return livenessv1.Flow(livenessv1.Flow_value["FLOW_"+strings.ToUpper(p.Flows[0].String())])
}

// Secrets are those of a credential with all that one can have, by the vendor's names, each with a
// canary in it.
func (p Product) Secrets(set *canary.Set) map[string]string {
	secrets := map[string]string{}
	for i, key := range p.secretKeys() {
		secrets[key] = beginnings[key] + set.Text(secretName(i, key))
	}
	return secrets
}

// beginnings are what secrets that have parts begin with: the last part alone is secret.
var beginnings = map[string]string{"app_token": "prd:public."}

func (p Product) secretKeys() []string {
	return slices.Concat(p.Provider.CredentialKeys, p.Provider.OptionalCredentialKeys)
}

// secretName is what the canary of a credential's part stands for: of most vendors there are two.
func secretName(i int, key string) string {
	switch i {
	case 0:
		return "key"
	case 1:
		return "secret"
	default:
		return key
	}
}

// Account returns an account of a configuration. The reference says where each secret is.
func (p Product) Account(name, url, pathPrefix string, reference func(key string) string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "  %s:\n    provider: %s\n    base_url: %s\n    timeout: 1s\n", name, p.Provider.Name, url)
	if pathPrefix != "" {
		fmt.Fprintf(&text, "    path_prefix: %s\n", pathPrefix+versions[p.Provider.Name])
	}
	if options := required(p.Provider.Options); options != "" {
		fmt.Fprintf(&text, "    options: %s\n", options)
	}
	text.WriteString("    credentials: [{name: main")
	for _, key := range p.secretKeys() {
		fmt.Fprintf(&text, ", %s: %s", key, reference(key))
	}
	text.WriteString("}]\n")
	return text.String()
}

// versions are the ends of the vendors' path prefixes that their stand-ins do not leave open.
var versions = map[string]string{"azure": "/v1.2"}

// Target returns a target of a route, with the parameters that it needs.
func (p Product) Target(account string) string {
	text := "{account: " + account + ", product: " + p.ID
	if parameters := required(p.Parameters); parameters != "" {
		text += ", parameters: " + parameters
	}
	return text + "}"
}

// required returns the settings that must be there, with a value of each; "" if there are none.
func required(all []providers.Parameter) string {
	var set []string
	for i := range all {
		if all[i].Required {
			set = append(set, all[i].Name+": "+exampleOf(&all[i]))
		}
	}
	if set == nil {
		return ""
	}
	return "{" + strings.Join(set, ", ") + "}"
}

// exampleOf returns a value that the parameter takes, and a stand-in knows.
func exampleOf(p *providers.Parameter) string {
	switch {
	case len(p.Values) > 0:
		return strconv.Quote(p.Values[0])
	case p.Most > 0:
		return strconv.Quote(strconv.Itoa(p.Least))
	case p.Name == "scene_id":
		return "\"1000000006\""
	case p.Name == "region":
		return "us-east-1"
	default:
		return "test"
	}
}

// standIn opens the vendor's stand-in, below a path, with the set's credential.
func (p Product) standIn(set *canary.Set, pathPrefix string) (*sandbox.StandIn, error) {
	var options sandbox.Options
	if set != nil {
		secrets, keys := p.Secrets(set), p.Provider.CredentialKeys // a key, and of most vendors its secret
		secret := ""
		if len(keys) > 1 {
			secret = secrets[keys[1]]
		}
		options.Credentials = sandbox.NewCredentials(map[string]string{secrets[keys[0]]: secret})
		if optional := p.Provider.OptionalCredentialKeys; len(optional) > 0 {
			options.Sessions.Tokens = sandbox.NewCredentials(map[string]string{secrets[keys[0]]: secrets[optional[0]]})
		}
	}
	options.PathPrefix = pathPrefix
	standIn := sandbox.Open(p.Provider.Name, options)
	if standIn == nil {
		return nil, fmt.Errorf("there is no stand-in of %s: see Open in internal/sandbox/vendors.go", p.Provider.Name)
	}
	return standIn, nil
}
