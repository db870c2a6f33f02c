package main

import (
	"path"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
)

// release is what Helm knows of an installation beside its values.
type release struct{ Name, Namespace string }

// render returns what "helm template" makes of the chart, by the template's file name. What
// renders to nothing is left out. Values that the schema refuses are an error.
func render(r release, values map[string]any) (map[string]string, error) {
	chart, err := loader.LoadDir(chartFolder)
	if err != nil {
		return nil, err
	}
	all, err := util.ToRenderValues(chart, values, common.ReleaseOptions{
		Name: r.Name, Namespace: r.Namespace, Revision: 1, IsInstall: true,
	}, nil)
	if err != nil {
		return nil, err
	}
	rendered, err := engine.Render(chart, all)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for name, text := range rendered {
		if text = strings.TrimSpace(text); text != "" && path.Ext(name) != ".tpl" {
			files[path.Base(name)] = text + "\n"
		}
	}
	return files, nil
}
