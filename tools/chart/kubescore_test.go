package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// notMended are the checks of kube-score that the chart does not meet, and why, by the variants of
// the values.
var notMended = map[string]map[string]string{
	"defaults":   {"container-image-pull-policy": ifNotPresent, "deployment-has-host-podantiaffinity": spread},
	"plaintext":  {"container-image-pull-policy": ifNotPresent, "deployment-has-host-podantiaffinity": spread},
	"everything": {"deployment-has-host-podantiaffinity": spread},
}

const (
	ifNotPresent = "who names the image by its digest gains nothing by asking the registry at each start, and cannot start while it is down"
	spread       = "topologySpreadConstraints keep replicas apart over nodes and zones, and evenly too, which an anti-affinity does not"
)

// allOK is kube-score's grade of what meets a check.
const allOK = 10

// kube-score has nothing to say of what the chart renders, but for what is known not to fit.
func TestKubeScore(t *testing.T) {
	for name, known := range notMended {
		t.Run(name, func(t *testing.T) {
			found := kubeScore(t, variants(t)[name])
			for check, why := range known {
				require.Contains(t, found, check, "it is met, take it off the list: %s", why)
				delete(found, check)
			}
			require.Empty(t, found)
		})
	}
}

// kubeScore returns what the checks say that are not met, by the checks' ids.
func kubeScore(t *testing.T, values map[string]any) map[string][]string {
	t.Helper()
	files, err := render(tested, values)
	require.NoError(t, err)
	folder := t.TempDir()
	args := []string{"tool", "-modfile=../kubescore/go.mod", "kube-score", "score", "--output-format", "json"}
	args = append(args, "--ignore-container-cpu-limit") // values.yaml says why there is none
	for name, text := range files {
		if filepath.Ext(name) == ".yaml" {
			path := filepath.Join(folder, name)
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			args = append(args, path)
		}
	}
	output, err := exec.CommandContext(t.Context(), "go", args...).Output()
	exit, failed := errors.AsType[*exec.ExitError](err) // as it does where a check is not met
	if !failed {
		require.NoError(t, err)
		exit = &exec.ExitError{}
	}
	var objects []struct {
		Name   string `json:"object_name"`
		Checks []struct {
			Check    struct{ ID string }
			Grade    int
			Skipped  bool
			Comments []struct{ Path, Summary, Description string }
		}
	}
	require.NoError(t, json.Unmarshal(output, &objects), "%s%s", output, exit.Stderr)
	found, made := map[string][]string{}, 0
	for _, object := range objects {
		for _, check := range object.Checks {
			if check.Skipped {
				continue
			}
			made++
			if check.Grade == allOK {
				continue
			}
			found[check.Check.ID] = append(found[check.Check.ID], object.Name)
			for _, comment := range check.Comments {
				found[check.Check.ID] = append(found[check.Check.ID], comment.Path+": "+comment.Summary+". "+comment.Description)
			}
		}
	}
	require.Greater(t, made, 20, "hardly anything was checked")
	return found
}
