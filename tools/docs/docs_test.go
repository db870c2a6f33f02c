package main

import (
	"bytes"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

const (
	root = "../.."
	// walk is written by hand.
	walk = "docs/adding-a-vendor.md"
)

func TestPagesAreCurrent(t *testing.T) {
	pages, err := render(root)
	require.NoError(t, err)
	for path, want := range pages {
		got, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale; regenerate it with: go run ./tools/docs", path)
		}
	}
}

func TestEveryReasonHasAdvice(t *testing.T) {
	require.Len(t, advices, len(reasons()))
	for _, reason := range reasons() {
		row := advices[reason]
		require.NotEmpty(t, row.short, reason)
		require.NotEmpty(t, row.caller, reason)
		require.NotEmpty(t, row.operator, reason)
	}
}

// A reason that may be sent again says so to the caller, and no other does.
func TestAdviceAgreesWithTheStatusTable(t *testing.T) {
	for _, reason := range reasons() {
		_, _, retry := call.StatusFor(&providers.Error{Reason: reason})
		require.Equal(t, retry > 0, strings.HasPrefix(advices[reason].caller, waitAndSend), reason)
	}
}

// The contract states each status in its comments.
func TestContractAgreesWithTheStatusTable(t *testing.T) {
	contract, err := parse(filepath.Join(root, contractFolder))
	require.NoError(t, err)
	comments := contract.comments()
	for _, reason := range reasons() {
		comment := comments["Reason_"+string(reason)]
		require.NotEmpty(t, comment, reason)
		for _, failure := range failures(reason) {
			if c, status, _ := call.StatusFor(failure); c != codes.OK {
				require.Contains(t, comment, code.Code(c).String()+", HTTP "+strconv.Itoa(status), reason)
			}
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	pages, err := render(root)
	require.NoError(t, err)
	pages[walk] = []byte(strings.Join(lines(t, walk), "\n"))
	link := regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]+))?\)`)
	for path, page := range pages {
		if filepath.Ext(path) != ".md" {
			continue
		}
		for _, found := range link.FindAllStringSubmatch(string(page), -1) {
			target := path
			if found[1] != "" {
				target = filepath.Join(filepath.Dir(path), found[1])
			}
			switch fragment := found[2]; {
			case fragment == "":
				_, err := os.Stat(filepath.Join(root, target))
				require.NoError(t, err)
			case strings.HasSuffix(target, ".md"):
				require.Contains(t, anchors(lines(t, target)), fragment, found[0])
			default:
				number, err := strconv.Atoi(strings.TrimPrefix(fragment, "L"))
				require.NoError(t, err)
				require.Contains(t, lines(t, target)[number-1], "{Code: ", found[0])
			}
		}
	}
}

// What the walk through a new adapter calls by a Go name exists.
func TestWalkNamesWhatThereIs(t *testing.T) {
	names := map[string]bool{"FuzzPage": true, "NoFace": true} // a test of the copy, a code of a vendor
	for _, folder := range []string{"", "/linkface", "/vendorhttp", "/vendorhttp/bodies", "/providertest"} {
		parsed, err := parse(filepath.Join(root, "internal/providers"+folder))
		require.NoError(t, err)
		for node := range parsed.nodes {
			if name, ok := node.(*ast.Ident); ok {
				names[name.Name] = true
			}
		}
	}
	quoted := regexp.MustCompile("`(?:[a-zA-Z]+\\.)*([A-Z][a-z][a-zA-Z]+)(?:\\(.*?)?`")
	found := quoted.FindAllStringSubmatch(strings.Join(lines(t, walk), "\n"), -1)
	require.Greater(t, len(found), 40)
	for _, name := range found {
		require.True(t, names[name[1]], name[1])
	}
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return strings.Split(string(text), "\n")
}

// anchors returns the anchors that GitHub gives the headings of a page.
func anchors(page []string) []string {
	var found []string
	for _, line := range page {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			found = append(found, strings.ToLower(strings.NewReplacer("`", "", ".", "", "?", "", ",", "", " ", "-").Replace(strings.TrimSpace(heading))))
		}
	}
	return found
}

func TestCodeOutsideOfATableIsReported(t *testing.T) {
	vendor := *vendors.All()[0]
	vendor.Codes = append(slices.Clip(vendor.Codes), providers.Code{Code: "4711"})
	_, err := codeRows(root, &vendor)
	require.EqualError(t, err, `internal/providers/`+vendor.Name+`: code "4711" is in no literal of providers.CodeTable`)
}

func TestCodesAreFoundHoweverTheyAreSpelled(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "errors.go"), []byte(`package acme

const denied = "DENIED"

var codes = providers.CodeTable{
	{Code: "1000"},
	{Code: denied},
	{Code: "AUTH:" + denied},
}
`), 0o600))
	parsed, err := parse(folder)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"1000": "errors.go#L6", "DENIED": "errors.go#L7", "AUTH:DENIED": "errors.go#L8",
	}, parsed.codeRows())
}
