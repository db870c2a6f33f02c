package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func parsed(t *testing.T) *mutant {
	t.Helper()
	m, err := parse("What is wrong.\n\nCaught by: TestB, TestA\n\n--- a/folder/file.go\n+++ b/folder/file.go\n" +
		"@@ -1,3 +1,3 @@\n one\n-two\n+three\n \n@@ -10,1 +10,2 @@\n ten\n+eleven\n")
	require.NoError(t, err)
	return m
}

func TestParse(t *testing.T) {
	require.Equal(t, &mutant{
		file: "folder/file.go", caughtBy: []string{"TestA", "TestB"},
		hunks: []hunk{{"one\ntwo\n\n", "one\nthree\n\n"}, {"ten\n", "ten\neleven\n"}},
	}, parsed(t))
	require.Equal(t, "./folder", parsed(t).folder())

	elsewhere, err := parse("Caught by: TestA\nIn: cmd/gateway\n+++ b/folder/file.go\n@@ -1 +1 @@\n-a\n+b\n")
	require.NoError(t, err)
	require.Equal(t, "./cmd/gateway", elsewhere.folder())
	require.Equal(t, []string{"TestA"}, elsewhere.only())
	require.Empty(t, parsed(t).only())

	for _, text := range []string{"", "Caught by: TestA\n", "Caught by: TestA\n+++ b/f.go\n", "+++ b/f.go\n@@\n-a\n", "Caught by: TestA\n+++ b/f.go\n@@\nno hunk\n"} {
		_, err := parse(text)
		require.Error(t, err, text)
	}
}

func TestApply(t *testing.T) {
	m := parsed(t)
	got, err := m.apply("zero\none\ntwo\n\nten\n")
	require.NoError(t, err)
	require.Equal(t, "zero\none\nthree\n\nten\neleven\n", got)

	for _, source := range []string{"", "one\nthree\n\nten\n", "one\ntwo\n\nten\n" + "ten\n"} {
		_, err := m.apply(source)
		require.ErrorContains(t, err, "no longer applies", source)
	}
}

// Every mistake of the checkout can still be planted, and the tests that are named for it exist: not
// all of them are run in CI.
func TestMutantsOfTheCheckout(t *testing.T) {
	t.Chdir("../..")
	mutants, err := readAll("internal")
	require.NoError(t, err)
	for _, m := range mutants {
		source, err := os.ReadFile(m.file)
		require.NoError(t, err, m.name)
		_, err = m.apply(string(source))
		require.NoError(t, err, m.name)
		files, err := filepath.Glob(filepath.Join(m.folder(), "*_test.go"))
		require.NoError(t, err)
		var tests strings.Builder
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			tests.Write(text)
		}
		for _, name := range m.caughtBy {
			require.Contains(t, tests.String(), "func "+name+"(t *testing.T) {", m.name)
		}
	}
}

func TestJudge(t *testing.T) {
	m := parsed(t)
	require.NoError(t, m.judge([]string{"TestA", "TestB"}))
	require.ErrorContains(t, m.judge(nil), "survives")
	require.Error(t, m.judge([]string{"TestA"}))
	require.Error(t, m.judge([]string{"TestA", "TestB", "TestC"}))
}

func TestFailures(t *testing.T) {
	failed, said := failures([]byte(`{"Action":"output","Test":"TestB/one","Output":"one fails\n"}
{"Action":"fail","Test":"TestB/one"}
{"Action":"output","Test":"TestC","Output":"C passes\n"}
{"Action":"output","Test":"TestB","Output":"B fails\n"}
{"Action":"fail","Test":"TestB"}
no event
{"Action":"pass","Test":"TestC"}
{"Action":"fail","Test":"TestA"}
{"Action":"output","Output":"FAIL\n"}
{"Action":"fail","Package":"p"}
`))
	require.Equal(t, []string{"TestA", "TestB"}, failed)
	require.Equal(t, "one fails\nB fails\n", said)
}

func TestReport(t *testing.T) {
	m := &mutant{name: "one", caughtBy: []string{"TestA"}}
	var output strings.Builder
	r := report{output: &output}
	r.add(m, nil)
	require.NoError(t, r.end())
	require.Equal(t, "ok    one: TestA\nall 1 mistakes are caught by the tests named for them\n", output.String())

	output.Reset()
	r.add(m, errors.New("survives"))
	require.Equal(t, "FAIL  one: survives\n", output.String())
	require.EqualError(t, r.end(), "1 of 2 mistakes are not caught by the tests named for them")
}
