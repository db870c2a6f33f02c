package system

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/doctest"
)

// The page's two commands: the one that installs grpcurl, and a call with it.
func TestGrpcurlOfTheDocs(t *testing.T) {
	bash, bin := program(t, "bash", "bash"), t.TempDir()
	shell := func(script string) (output string, err error) {
		text, err := exec.Command(bash, "-c", `export GOBIN="$0" PATH="$0:$PATH"`+"\n"+script, bin).CombinedOutput()
		return string(text), err
	}
	output, err := shell(doctest.Block(t, clientsPage, "install-grpcurl.sh"))
	require.NoError(t, err, output)

	s := startSandbox(t)
	page := doctest.Block(t, clientsPage, "grpcurl.sh")
	for _, c := range clientCases {
		t.Run(c.name, func(t *testing.T) {
			output, err := shell(s.inPlace(page, c))
			if c.reason == "OK" {
				require.NoError(t, err, output)
				require.Contains(t, output, `"product": "megvii.app-v5"`)
				require.Contains(t, output, `"token": "`)
				return
			}
			require.Error(t, err)
			for _, detail := range []string{
				`"@type": "type.googleapis.com/google.rpc.ErrorInfo"`,
				`"@type": "type.googleapis.com/google.rpc.RequestInfo"`, `"@type": "type.googleapis.com/liveness.v1.IssueFailure"`,
			} {
				require.Contains(t, output, detail)
			}
			require.Regexp(t, `"reason": "(`+c.reason+`)"`, output)
			require.Equal(t, strings.Contains(c.want, "may be sent again"), strings.Contains(output, `"retryDelay": "`))
			require.Equal(t, strings.Contains(c.want, "\nfield "), strings.Contains(output, `"fieldViolations"`))
		})
	}
}
