package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

const licencesName = "THIRD-PARTY-LICENSES.md"

// licenceFile is how files are called that must be handed on.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|authors)([-._].*)?$`)

// licence is that of one module.
type licence struct {
	module, version string
	ids             []string
	files           []file
}

// expression is the licence as SPDX writes it.
func (l licence) expression() string { return strings.Join(l.ids, " AND ") }

// licences are by the module's path.
type licences map[string]licence

// standard stands for Go's own library among the modules.
const standard = "std"

// licencesOf returns the licences of all that is linked into the binaries. One that is not
// known, or not allowed, is an error.
func licencesOf(ctx context.Context, source string, binaries []*binary) (licences, error) {
	all := licences{}
	for _, b := range binaries {
		for _, module := range linked(b) {
			if _, known := all[module.Path]; known {
				continue
			}
			folder, err := folderOf(ctx, source, module)
			if err != nil {
				return nil, err
			}
			l := licence{module: module.Path, version: module.Version}
			if l.files, err = licenceFiles(folder); err != nil {
				return nil, err
			}
			if l.ids, err = identify(l.files); err != nil {
				return nil, fmt.Errorf("%s %s: %w", module.Path, module.Version, err)
			}
			all[module.Path] = l
		}
	}
	return all, nil
}

// linked lists what is in a binary beside the gateway.
func linked(b *binary) []debug.Module {
	modules := []debug.Module{{Path: standard, Version: b.info.GoVersion}}
	for _, dependency := range b.info.Deps {
		if dependency.Replace != nil {
			dependency = dependency.Replace
		}
		modules = append(modules, *dependency)
	}
	return modules
}

// folderOf returns where a module is on this machine.
func folderOf(ctx context.Context, source string, module debug.Module) (string, error) {
	if module.Path == standard {
		return output(ctx, source, "go", "env", "GOROOT")
	}
	text, err := output(ctx, source, "go", "mod", "download", "-json", module.Path+"@"+module.Version)
	if err != nil {
		return "", err
	}
	var downloaded struct{ Dir string }
	err = json.Unmarshal([]byte(text), &downloaded)
	return downloaded.Dir, err
}

func licenceFiles(folder string) ([]file, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, file{name: entry.Name(), content: content})
	}
	return files, nil
}

// text is a page with a table, and all texts below it.
func (l licences) text() []byte {
	modules := make([]licence, 0, len(l))
	for _, each := range l {
		modules = append(modules, each)
	}
	slices.SortFunc(modules, func(a, b licence) int { return cmp.Compare(a.module, b.module) })
	var page bytes.Buffer
	page.WriteString("# What is in the gateway, and under which licence\n\n| module | version | licence |\n|---|---|---|\n")
	for _, m := range modules {
		_, _ = fmt.Fprintf(&page, "| %s | %s | %s |\n", m.module, m.version, m.expression())
	}
	for _, m := range modules {
		for _, f := range m.files {
			_, _ = fmt.Fprintf(&page, "\n## %s: %s\n\n", m.module, f.name)
			for line := range strings.Lines(string(f.content)) {
				page.WriteString("    " + strings.TrimRight(line, " \r\n") + "\n")
			}
		}
	}
	return page.Bytes()
}
