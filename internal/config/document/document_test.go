package document

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The keys are invented: the package knows none.
const text = `
name: one
size: 7
wait: 5s
on: true
list:
  - {a: 1}
  - b
pair: {key: value}
`

func TestValues(t *testing.T) {
	file, root := Parse("a.yaml", []byte(text))
	o := root.Object("name", "size", "wait", "on", "list", "pair", "absent")

	name, ok := o.Required("name").Text()
	require.True(t, ok)
	require.Equal(t, "one", name)
	require.Equal(t, 7, o.Optional("size").Integer(10))
	require.Equal(t, 5*time.Second, o.Optional("wait").Duration(time.Second, time.Minute, 0))
	require.Equal(t, time.Hour, o.Optional("absent").Duration(time.Second, time.Minute, time.Hour))
	require.True(t, o.Optional("on").Boolean())

	list := o.Optional("list").List()
	require.Len(t, list, 2)
	require.Equal(t, "an element of list", list[1].Name)
	require.Equal(t, 8, list[1].Line())

	key, value, ok := o.Optional("pair").Pair()
	require.True(t, ok)
	require.Equal(t, "key", key)
	plain, ok := value.Plain()
	require.True(t, ok)
	require.Equal(t, "value", plain)

	require.False(t, o.Optional("absent").Given())
	require.True(t, o.Lacks("absent"))
	require.NoError(t, file.Err())
}

// Every mistake is told, in the order of the file whatever the order of reading.
func TestMistakes(t *testing.T) {
	file, root := Parse("a.yaml", []byte(text))
	o := root.Object("name", "size", "wait", "on", "list", "pairs", "absent")
	o.Optional("list").Text()
	o.Optional("size").Boolean()
	o.Optional("wait").Duration(time.Second, 2*time.Second, 0)
	o.Required("absent")
	o.Required("pairs") // it is misspelt, which is one mistake
	lines := Lines{}
	require.True(t, lines.Once("it", o.Optional("name")))
	require.False(t, lines.Once("it", o.Optional("on")))
	require.Equal(t, 6, file.Mistakes())
	require.EqualError(t, file.Err(), `a.yaml:2:1: missing key "absent"
a.yaml:3:7: size must be true or false, found a number
a.yaml:4:7: wait must be a duration from 1s to 2s, such as 3s
a.yaml:5:5: it is already at line 2
a.yaml:7:3: list must be text, found a list
a.yaml:9:1: unknown key "pair", did you mean "pairs"?`)
}

func TestNoDocument(t *testing.T) {
	for text, want := range map[string]string{
		"":                "a.yaml:1:1: the file is empty",
		"a: 1\n---\nb: 2": "a.yaml:2:1: the file must hold one YAML document only",
		"a: \xff":         "a.yaml:1:4: the file is not UTF-8 text",
	} {
		file, _ := Parse("a.yaml", []byte(text))
		require.EqualError(t, file.Err(), want)
	}
}

func TestPathsStartFromTheFilesFolder(t *testing.T) {
	file, _ := Parse("/etc/gateway/a.yaml", nil)
	require.Equal(t, "/etc/gateway/ca.pem", file.Path("ca.pem"))
	require.Equal(t, "/run/ca.pem", file.Path("/run/./ca.pem"))
}
