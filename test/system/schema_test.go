package system

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/configtest"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// configurations holds the files that internal/config is tested with.
const configurations = checkout + "/internal/config/testdata"

// validator reads YAML and checks it, knowing nothing of the gateway. Of each file it prints
// what is wrong first, or an empty line.
const validator = `
import json, sys, yaml, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema)
for name in sys.argv[2:]:
    try:
        data = json.loads(json.dumps(yaml.safe_load(open(name, "rb"))))  # JSON's keys are text
        errors = [e.json_path + ": " + e.message for e in check.iter_errors(data)]
    except yaml.YAMLError as e:
        errors = ["not YAML"]
    print(json.dumps(errors))
`

// validate returns what Python's validator finds wrong with each file.
func validate(t *testing.T, all []*providers.Provider, files ...string) [][]string {
	t.Helper()
	const packages = "python3 python3-jsonschema python3-yaml"
	python := program(t, "/usr/bin/python3", packages)
	output, err := exec.Command(python, "-c", "import jsonschema, yaml").CombinedOutput()
	require.NoErrorf(t, err, "%s\nthis test needs Python's jsonschema; install it with\n\n\tapt-get install --yes --no-install-recommends %s\n", output, packages)

	reader, err := config.NewReader(all)
	require.NoError(t, err)
	text, err := reader.Schema()
	require.NoError(t, err)
	schema := filepath.Join(t.TempDir(), "schema.json")
	require.NoError(t, os.WriteFile(schema, text, 0o600))
	output, err = exec.Command(python, append([]string{"-c", validator, schema}, files...)...).Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
	require.Len(t, lines, len(files))
	found := make([][]string, len(files))
	for i, line := range lines {
		require.NoError(t, json.Unmarshal([]byte(line), &found[i]))
	}
	return found
}

// The schema is one to others too: what the gateway takes they take, and what it refuses they
// refuse, but for files whose mistakes no schema can say.
func TestSchemaAgreesWithTheGateway(t *testing.T) {
	good, err := filepath.Glob(configurations + "/good/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, good)
	for i, found := range validate(t, configtest.Vendors(), good...) {
		require.Empty(t, found, good[i])
	}

	bad, err := filepath.Glob(configurations + "/bad/*.yaml")
	require.NoError(t, err)
	marked, err := os.ReadFile(configurations + "/unsayable.txt")
	require.NoError(t, err)
	var passed []string
	for i, found := range validate(t, configtest.Vendors(), bad...) {
		if len(found) == 0 {
			passed = append(passed, filepath.Base(bad[i]))
		}
	}
	slices.Sort(passed)
	var want []string
	for line := range strings.Lines(string(marked)) {
		if name, reason, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			require.NotEmpty(t, reason)
			want = append(want, name)
		}
	}
	require.Equal(t, want, passed)
}

// What is shipped is right, and says by its first line what an editor is to check it with.
func TestShippedConfigurationsHaveTheirSchema(t *testing.T) {
	printed, err := exec.Command(gateway, "config", "schema").Output()
	require.NoError(t, err)
	shipped, err := os.ReadFile(deploy + "/config.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(shipped), string(printed))

	mounted := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(mounted, []byte(readManifests(t).configMaps["liveness-gateway"].Data["gateway.yaml"]), 0o600))
	files := []string{deploy + "/config.example.yaml", mounted}
	for i, found := range validate(t, vendors.All(), files...) {
		require.Empty(t, found, files[i])
		text, err := os.ReadFile(files[i])
		require.NoError(t, err)
		require.Regexp(t, `\A# yaml-language-server: \$schema=config\.schema\.json\n`, string(text))
	}
}

// The keys of vendors are known to others as well: a wrong one is told.
func TestSchemaKnowsVendorsKeys(t *testing.T) {
	text, err := os.ReadFile(deploy + "/config.example.yaml")
	require.NoError(t, err)
	for from, to := range map[string]string{
		"api_id: {env":                        "api_key: {env",
		"liveness_id: your-default-scene":     "live: your-default-scene",
		"life_time: 30":                       "life_time: 4",
		"max_upload_times: 3":                 `max_upload_times: "three"`,
		"screen_replay: 1":                    "screen_replay: 2",
		"language: 1":                         "language: zh",
		"provider: linkface":                  "provider: linkfase",
		"product: megvii.random-number":       "product: megvii.random",
		"flow: js_sdk":                        "flow: js",
		"api_secret: {env: MEGVII_API_SECRET": "api_secret: {environment: MEGVII_API_SECRET",
	} {
		require.Contains(t, string(text), from)
		file := filepath.Join(t.TempDir(), "gateway.yaml")
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), from, to, 1)), 0o600))
		require.NotEmpty(t, validate(t, vendors.All(), file)[0], to)
		require.Error(t, exec.Command(gateway, "config", "check", "--no-secrets", file).Run(), to)
	}
}
