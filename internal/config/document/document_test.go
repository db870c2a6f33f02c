package document

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The keys are invented: the package knows none.
const text = `
name: one
size: 7
part: 0.50
on: true
list:
  - {a: 1}
  - b
hex: 0x10
anchor: &a {b: 1}
nothing:
`

func TestValues(t *testing.T) {
	root, data := Parse("a.yaml", []byte(text))
	require.NoError(t, root.Err())
	require.Equal(t, map[string]any{
		"name": "one", "size": json.Number("7"), "part": json.Number("0.50"), "on": true,
		"list": []any{map[string]any{"a": json.Number("1")}, "b"},
		"hex":  nil, "anchor": nil, "nothing": nil, // which JSON cannot say
	}, data)
	require.Equal(t, []string{"name", "size", "part", "on", "list", "hex", "anchor", "nothing"}, root.Keys)

	element := root.At("list").Element(1)
	require.Equal(t, "an element of list", element.Name)
	require.Equal(t, 8, element.Line())
	require.Equal(t, root.At("list"), element.Parent())
	require.Equal(t, "0x10", root.At("hex").Written())
	require.Equal(t, "one", root.At("name").Written())
	require.Empty(t, root.At("list").Written())
	require.Equal(t, Number, root.At("hex").Kind())
	require.Equal(t, Nothing, root.At("nothing").Kind())
	require.True(t, root.At("nothing").Given())
	require.False(t, root.At("absent", "below").Given())
	require.True(t, root.At("hex").Supported())
	require.False(t, root.At("anchor").Supported())
}

// Every mistake is told, in the order of the file whatever the order of finding.
func TestMistakes(t *testing.T) {
	root, _ := Parse("a.yaml", []byte(text))
	root.At("list").Element(1).Fail("third")
	root.At("size").Fail("second of %d", 4)
	root.At("size").Fail("second too")
	root.At("list", "0", "z").Fail("it is missing here")
	root.At("absent").FailFrom(root.At("on"), "seen elsewhere")
	root.At("hex").FailKey("at the key")
	require.EqualError(t, root.Err(), `a.yaml:3:7: second of 4
a.yaml:3:7: second too
a.yaml:5:5: seen elsewhere
a.yaml:7:5: it is missing here
a.yaml:8:5: third
a.yaml:9:1: at the key`)
	require.False(t, root.At("list").Wrong())
	require.False(t, root.At("list").Right())
	root.At("list").Forgive()
	require.True(t, root.At("list").Right())
	require.True(t, root.At("hex").Wrong())
}

func TestKeys(t *testing.T) {
	root, data := Parse("a.yaml", []byte("a: 1\n7: b\na: 2\n\"b\\n\": 3\n<<: {c: 1}\n"))
	require.Equal(t, map[string]any{"a": json.Number("1")}, data)
	require.EqualError(t, root.Err(), `a.yaml:2:1: a key must be text, found a number
a.yaml:3:1: key "a" is already at line 1
a.yaml:4:1: a key must be one line without control characters
a.yaml:5:1: a key must be text, found an alias, which is not supported`)
}

func TestNoDocument(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "a.yaml:1:1: the file is empty",
		"# a comment":            "a.yaml:1:1: the file is empty",
		"a: 1\n---\nb: 2":        "a.yaml:2:1: the file must hold one YAML document only",
		"---\na: 1\n---\nb: 2":   "a.yaml:3:1: the file must hold one YAML document only",
		"a: 1\n...\n---\nb: 2\n": "a.yaml:3:1: the file must hold one YAML document only",
		"a: \xff":                "a.yaml:1:4: the file is not UTF-8 text",
		"a: \"b":                 "a.yaml:1:4: not valid YAML: could not find end character of double-quoted text",
	} {
		root, _ := Parse("a.yaml", []byte(text))
		require.EqualError(t, root.Err(), want, text)
	}
}

// What would take the library minutes, or would be megabytes of mistakes, is refused; if it were
// not, the test would end by its timeout.
func TestHostileFiles(t *testing.T) {
	fill := func(unit string) string { return strings.Repeat(unit, MaxBytes/len(unit)) }
	for name, text := range map[string]string{
		"too large":             fill("a: b\n") + "a: b\n# and more",
		"ten megabytes":         strings.Repeat("a: b\n", 2<<20),
		"lists in brackets":     fill("["),
		"mappings in braces":    fill("{a: "),
		"lists in dashes":       fill("- "),
		"keys in keys":          fill("a: "),
		"keys that are values":  fill("? "),
		"anchors":               fill("&a "),
		"aliases":               fill("*a "),
		"tags":                  fill("!a "),
		"documents":             fill("---\n"),
		"tabs":                  "a:\n" + fill("\t")[10:],
		"line ends":             fill("\r"),
		"quotes":                fill("'") + "'",
		"quotes on lines":       fill("'\n"),
		"elements in brackets":  "[" + fill("a,"),
		"elements in dashes":    fill("- a\n"),
		"elements, spread":      fill("- a\n  # b\n"),
		"directives":            fill("%"),
		"one key many times":    fill("a: b\n"),
		"a key of a megabyte":   "a\x00" + fill("a")[10:] + ": b",
		"brackets never closed": "a: [[[[b\n",
	} {
		t.Run(name, func(t *testing.T) {
			root, _ := Parse("a.yaml", []byte(text))
			var mistakes Errors
			require.ErrorAs(t, root.Err(), &mistakes)
			require.LessOrEqual(t, len(mistakes), maxErrors+1)
			require.Less(t, len(mistakes.Error()), 64<<10)
		})
	}
}

// Aliases are never followed, however many they would come to.
func TestAliasesAreNotFollowed(t *testing.T) {
	text := "a: &a [x]\n"
	for i := 'b'; i <= 'z'; i++ {
		text += fmt.Sprintf("%c: &%c [*%c,*%c,*%c]\n", i, i, i-1, i-1, i-1)
	}
	root, data := Parse("a.yaml", []byte(text))
	require.NoError(t, root.Err())
	require.Len(t, data, 26)
	for _, value := range data.(map[string]any) {
		require.Nil(t, value)
	}
}

// A file may have ten thousand routes, as the benchmark's has.
func TestTenThousandRoutes(t *testing.T) {
	var text strings.Builder
	text.WriteString("routes:\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "  - flow: spoken_digits\n    scenario: case-%d\n    targets:\n      - {account: first, product: megvii.random-number}\n      - {account: second, product: megvii.random-number}\n", i)
	}
	root, data := Parse("a.yaml", []byte(text.String()))
	require.NoError(t, root.Err())
	require.Len(t, data.(map[string]any)["routes"], 10_000)
}

// A file may have as many values as anybody needs.
func TestLargeFiles(t *testing.T) {
	var text strings.Builder
	text.WriteString("accounts:\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "  account-%d:\n    # what it is\n    keys: [a, b, {c: d}]\n    list:\n      - x: y\n      - {z: 1}\n", i)
	}
	require.Less(t, text.Len(), MaxBytes)
	root, data := Parse("a.yaml", []byte(text.String()))
	require.NoError(t, root.Err())
	require.Len(t, data.(map[string]any)["accounts"], 2000)
}

func TestOnlySoManyMistakesAreTold(t *testing.T) {
	root, _ := Parse("a.yaml", []byte(strings.Repeat("a: b\n", 1000)))
	var mistakes Errors
	require.ErrorAs(t, root.Err(), &mistakes)
	require.Len(t, mistakes, maxErrors+1)
	require.Equal(t, Error{"a.yaml", 102, 1, "899 more mistakes from here on"}, mistakes[maxErrors])
}

func TestPathsStartFromTheFilesFolder(t *testing.T) {
	root, _ := Parse("/etc/gateway/a.yaml", nil)
	require.Equal(t, "/etc/gateway/ca.pem", root.Path("ca.pem"))
	require.Equal(t, "/run/ca.pem", root.Path("/run/./ca.pem"))
}
