package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/vendors"
)

func TestCount(t *testing.T) {
	for text, want := range map[string]lines{
		"package p\n":                                        {byHand: 1},
		"// Package p\n// is p.\npackage p\n":                {byHand: 1},
		"package p\n\nimport (\n\t\"time\"\n\n\t\"io\"\n)\n": {byHand: 1},
		"package p\n\nfunc f() {\n\t// why\n\tg() // that\n\n\t/* and\n\tso */\n}\n":      {byHand: 4},
		"package p\n\nconst a = `1\n2\n3`\n":                                              {byHand: 4},
		"package p\n\nvar a = []int{\n\t1,\n\n\t2, // two\n}\n":                           {byHand: 1, tables: 4},
		"package p\n\nvar a = &t{\n\t1,\n}\n":                                             {byHand: 1, tables: 3},
		"package p\n\nvar a = f(\n\t1,\n)\n":                                              {byHand: 4},
		"package p\n\nvar a, b = t{}, t{}\n":                                              {byHand: 2},
		"package p\n\nvar (\n\ta = t{\n\t\t1,\n\t}\n\tb = f()\n)\n":                       {byHand: 2, tables: 5},
		"package p\n\nvar (\n\ta = f()\n\tb = g()\n)\n":                                   {byHand: 5},
		"package p\n\nvar a = t{\n\tb: 1,\n\tc: func() {\n\t\treturn\n\t},\n\td: 2,\n}\n": {byHand: 4, tables: 4},
		"package p\n\nfunc f() {\n\ta := t{\n\t\t1,\n\t}\n\t_ = a\n}\n":                   {byHand: 7},
	} {
		counted, err := count([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, counted, text)
	}
	_, err := count([]byte("func"))
	require.Error(t, err)
}

// Every vendor has a row.
func TestWrite(t *testing.T) {
	var rows strings.Builder
	require.NoError(t, write(&rows, "../.."))
	for _, vendor := range vendors.All() {
		require.Regexp(t, "(?m)^\\| `"+vendor.Name+"` \\| [1-9]", rows.String())
	}
}
