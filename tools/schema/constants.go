package main

import (
	"bytes"
	"fmt"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
)

// addConstants records the exported constants of every named string type.
//
// The Go compiler's export data is read rather than source, so that values are evaluated by the compiler.
func addConstants(set *typeSet) error {
	wanted := map[string]map[string]*typeFacts{}
	for goType, facts := range set.facts {
		if facts.String {
			path := goType.PkgPath()
			if wanted[path] == nil {
				wanted[path] = map[string]*typeFacts{}
			}
			wanted[path][goType.Name()] = facts
		}
	}
	importer, err := exportImporter(wanted)
	if err != nil {
		return err
	}
	for path, named := range wanted {
		pkg, err := importer.Import(path)
		if err != nil {
			return fmt.Errorf("read export data of %s: %w", path, err)
		}
		for _, name := range pkg.Scope().Names() {
			object, ok := pkg.Scope().Lookup(name).(*types.Const)
			if !ok || !object.Exported() {
				continue
			}
			declared, ok := object.Type().(*types.Named)
			if !ok || declared.Obj().Pkg() != pkg || named[declared.Obj().Name()] == nil {
				continue
			}
			facts := named[declared.Obj().Name()]
			if facts.Consts == nil {
				facts.Consts = map[string]string{}
			}
			facts.Consts[name] = constant.StringVal(object.Val())
		}
	}
	return nil
}

// exportImporter returns an importer over the export data of the given packages and their dependencies.
func exportImporter[V any](paths map[string]V) (types.Importer, error) {
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}
	for path := range paths {
		args = append(args, path)
	}
	command := exec.Command("go", args...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -export: %w: %s", err, stderr.String())
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[path] = file
	}
	lookup := func(path string) (io.ReadCloser, error) {
		return os.Open(files[path])
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", lookup), nil
}
