package docs_test

import (
	"encoding/json"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/doctest"
)

// Every named block of the page is one that a test runs, here or elsewhere.
func TestProgramsOfTheClientsPage(t *testing.T) {
	blocks := doctest.Blocks(t, "clients.md")
	require.Equal(t, []string{
		"Client.java", "client.go", "client.mjs", "client.py", "client.sh", "client.ts", "grpcurl.sh", "install-grpcurl.sh", "java.sh", "photos.mjs", "photos.sh",
		"protoc.sh", "service-config.json", "types.sh",
	}, slices.Sorted(maps.Keys(blocks)))
	page := readFile(t, "clients.md")
	require.Equal(t, len(blocks), strings.Count(page, "\n```\n"), "a block without a name")

	formatted, err := format.Source([]byte(blocks["client.go"]))
	require.NoError(t, err)
	require.Equal(t, string(formatted), blocks["client.go"])
	require.Equal(t, readFile(t, "service-config.json"), blocks["service-config.json"])
}

// All programs give the same advice for the same reasons, and name none that does not
// exist.
func TestReasonsOfTheClientsPage(t *testing.T) {
	advised := regexp.MustCompile(`"?\b(?:Reason_)?((?:PHOTO|NO_FACE|MULTIPLE_FACES|IDENTITY)[A-Z_]*)\b"?`)
	reasons := func(program string) []string {
		var found []string
		for _, match := range advised.FindAllStringSubmatch(program, -1) {
			require.Contains(t, livenessv1.Reason_value, match[1])
			found = append(found, match[1])
		}
		return found
	}
	blocks := doctest.Blocks(t, "clients.md")
	want := reasons(blocks["client.go"])
	require.Len(t, want, 7)
	for _, name := range []string{"client.mjs", "client.py", "client.ts", "Client.java", "client.sh"} {
		require.Equal(t, want, reasons(blocks[name]), name)
	}
}

// The versions that the page has readers install are those that the tests of Node's
// programs install.
func TestVersionsOfTheClientsPage(t *testing.T) {
	page := readFile(t, "clients.md")
	for folder, names := range map[string][]string{
		"node":    {"@grpc/grpc-js", "@grpc/proto-loader"},
		"openapi": {"openapi-fetch", "openapi-typescript", "typescript", "@types/node"},
	} {
		var installed struct{ Dependencies, DevDependencies map[string]string }
		require.NoError(t, json.Unmarshal([]byte(readFile(t, "../test/system/testdata/"+folder+"/package.json")), &installed))
		maps.Copy(installed.Dependencies, installed.DevDependencies)
		for _, name := range names {
			require.NotEmpty(t, installed.Dependencies[name], name)
			require.Contains(t, page, " "+name+"@"+installed.Dependencies[name])
		}
	}
}

var flowPages = map[string]string{
	"FLOW_APP_SDK":       "flows/app-sdk.md",
	"FLOW_HOSTED_PAGE":   "flows/hosted-page.md",
	"FLOW_JS_SDK":        "flows/js-sdk.md",
	"FLOW_SPOKEN_DIGITS": "flows/spoken-digits.md",
}

// product is a product's entry in vendors.md, which is written from the code.
var product = regexp.MustCompile("\n### (\\S+)\n\n.*\n.*\n\\| flow \\| (`\\w+`(?:, `\\w+`)*) \\|\n\\| document \\| (.+) \\|\n")

// A product's section stands on the page of each of its flows, and on one of them names the
// document that it is told from.
func TestFlowPages(t *testing.T) {
	sections := 0
	for _, page := range flowPages {
		sections += strings.Count(readFile(t, page), "\n## `")
	}
	told := 0
	for _, p := range product.FindAllStringSubmatch(readFile(t, "vendors.md"), -1) {
		id, flows, document := p[1], strings.Split(strings.ReplaceAll(p[2], "`", ""), ", "), p[3]
		found, all := 0, ""
		for _, flow := range flows {
			if _, section, ok := strings.Cut(readFile(t, flowPages[flow]), "\n## `"+id+"`\n"); ok {
				section, _, _ = strings.Cut(section, "\n## ")
				all += section
				found++
			}
		}
		if told += found; found > 0 {
			require.Len(t, flows, found, id)
			require.Contains(t, all, document, id)
			require.Contains(t, all, "### What the document leaves out", id)
		}
	}
	require.Positive(t, told)
	require.Equal(t, sections, told, "a section of a product that does not exist or is of another flow")
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// The links of these pages lead to files and folders of the checkout, pictures too.
func TestLinks(t *testing.T) {
	pages := slices.AppendSeq([]string{"../README.md", "../deploy/README.md", "clients.md", "operating.md", "privacy.md", "redis.md", "scaling.md", "security.md"}, maps.Values(flowPages))
	for _, page := range pages {
		links := link.FindAllStringSubmatch(readFile(t, page), -1)
		require.NotEmpty(t, links, page)
		for _, l := range links {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), l[1]))
			require.NoError(t, err, page)
		}
	}
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// Every test that a page names is one that there is.
func TestNamedTests(t *testing.T) {
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	require.NoError(t, filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, match := range declared.FindAllStringSubmatch(readFile(t, path), -1) {
			tests[match[1]] = true
		}
		return nil
	}))
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	named := 0
	for _, page := range pages {
		for _, match := range regexp.MustCompile("`(Test[A-Z]\\w+)`").FindAllStringSubmatch(readFile(t, page), -1) {
			require.True(t, tests[match[1]], "%s names %s", page, match[1])
			named++
		}
	}
	require.Greater(t, named, 50)
}
