package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the plans that the tests compare with")

// plans are requests whose plans stand in testdata/plan, as text and as JSON. Values of
// users hold MARKER.
var plans = map[string]struct {
	request string
	reason  string // of the failure, "" if there is a target to try
}{
	"ordered": {`{
		"flow": "FLOW_APP_SDK", "acceptedProducts": ["megvii.app-v5", "linkface.app"],
		"subjectId": "MARKER-user", "reference": "MARKER-order"
	}`, ""},
	"field-and-region": {`{
		"flow": "FLOW_APP_SDK", "acceptedProducts": ["megvii.app-v5", "linkface.app"],
		"regions": ["cn"], "detection": "DETECTION_ID_CARD_OCR"
	}`, ""},
	"weighted-by-subject": {`{"flow": "FLOW_APP_SDK", "scenario": "login", "subjectId": "MARKER-user"}`, ""},
	"weighted-by-key":     {`{"flow": "FLOW_APP_SDK", "scenario": "login", "idempotencyKey": "MARKER-key"}`, ""},
	"weighted-at-random":  {`{"flow": "FLOW_APP_SDK", "scenario": "login"}`, ""},
	"not-accepted":        {`{"flow": "FLOW_APP_SDK", "acceptedProducts": ["future.sdk"]}`, "NO_ELIGIBLE_PRODUCT"},
	"products-left-out":   {`{"flow": "FLOW_APP_SDK"}`, "INVALID_REQUEST"},
	"value-wrong-for-all": {`{
		"flow": "FLOW_HOSTED_PAGE", "callback": {"returnUrl": "https://MARKER.example/", "notifyUrl": "https://MARKER.example/"},
		"comparison": {"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "MARKER", "number": "110101199003070MARKER"}}
	}`, "IDENTITY_NUMBER_INVALID"},
	"field-missing":      {`{"flow": "FLOW_HOSTED_PAGE"}`, "NO_ELIGIBLE_PRODUCT"},
	"out-of-service":     {`{"flow": "FLOW_SPOKEN_DIGITS"}`, "NO_TARGET_AVAILABLE"},
	"no-route":           {`{"flow": "FLOW_JS_SDK", "subjectId": "MARKER"}`, "NO_ELIGIBLE_PRODUCT"},
	"no-such-scenario":   {`{"flow": "FLOW_HOSTED_PAGE", "scenario": "marker"}`, "INVALID_REQUEST"},
	"rule-broken":        {`{"flow": "FLOW_APP_SDK", "subjectId": "MARKER", "scenario": "MARKER!"}`, "INVALID_REQUEST"},
	"unknown-field":      {"{\n  \"flow\": \"FLOW_APP_SDK\",\n  \"subject\": \"MARKER\"\n}", "INVALID_REQUEST"},
	"not-json":           {`{"flow": "FLOW_APP_SDK", "subjectId": "MARKER`, "INVALID_REQUEST"},
	"nothing-in-request": {``, "INVALID_REQUEST"},
}

// planOf runs the command on a request from standard input.
func planOf(t *testing.T, request string, flags ...string) (output string, err error) {
	t.Helper()
	t.Setenv("TEST_KEY", "MARKER-key-5127")
	t.Setenv("TEST_SECRET", "MARKER-secret-5127")
	command := planCommand()
	command.SilenceErrors, command.SilenceUsage = true, true
	var stdout bytes.Buffer
	command.SetIn(strings.NewReader(request))
	command.SetOut(&stdout)
	command.SetErr(&stdout)
	command.SetArgs(append([]string{"--config", "testdata/plan/config.yaml", "--request", "-"}, flags...))
	err = command.ExecuteContext(context.Background())
	return stdout.String(), err
}

func TestPlan(t *testing.T) {
	for name, c := range plans {
		t.Run(name, func(t *testing.T) {
			for suffix, flags := range map[string][]string{".txt": nil, ".json": {"--json"}} {
				output, err := planOf(t, c.request, flags...)
				if c.reason == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, "no target would be tried: "+c.reason)
				}
				require.NotContains(t, strings.ToUpper(output), "MARKER")
				file := filepath.Join("testdata", "plan", name+suffix)
				if *update {
					require.NoError(t, os.WriteFile(file, []byte(output), 0o644))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				require.Equal(t, string(want), output)
			}
		})
	}
	golden, err := filepath.Glob("testdata/plan/*.txt")
	require.NoError(t, err)
	require.Len(t, golden, len(plans), "a plan of no request")
}

func TestPlanExitsBySuccess(t *testing.T) {
	request := filepath.Join(t.TempDir(), "request.json")
	for _, c := range []struct {
		body, config, stdout, stderr string
		status                       int
	}{
		{`{"flow": "FLOW_APP_SDK", "scenario": "login"}`, "config.yaml", "Route\n", "", 0},
		{`{"flow": "FLOW_JS_SDK"}`, "config.yaml", "A caller gets\n", "no target would be tried: NO_ELIGIBLE_PRODUCT\n", 1},
		{`{}`, "none.yaml", "", "testdata/plan/none.yaml: cannot be read: no such file or directory\n", 1},
		{"", "config.yaml", "", "open " + request + ": no such file or directory\n", 1},
	} {
		_ = os.Remove(request)
		if c.body != "" {
			require.NoError(t, os.WriteFile(request, []byte(c.body), 0o600))
		}
		command := exec.Command(os.Args[0], "plan", "--config", "testdata/plan/"+c.config, "--request", request)
		command.Env = append(command.Environ(), asGateway+"=1", "TEST_KEY=k", "TEST_SECRET=s")
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		err := command.Run()
		require.Equal(t, c.status == 0, err == nil, "%v", err)
		require.Equal(t, c.status, command.ProcessState.ExitCode())
		require.Equal(t, c.stderr, stderr.String())
		require.True(t, strings.HasPrefix(stdout.String(), c.stdout), stdout.String())
	}
}
