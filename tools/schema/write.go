package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// writeTypes replaces DIR/types/*.json. Each field is one line, so that a diff reads as a list of facts.
func writeTypes(dir string, set *typeSet) error {
	dir = filepath.Join(dir, "types")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	stale, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, file := range stale {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	for _, pkg := range set.sortedPackages() {
		if err := os.WriteFile(filepath.Join(dir, pkg.Name+".json"), pkg.encode(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeResources replaces DIR/resources.json. Each group, resource and unserved kind is one line.
func writeResources(dir string, s *server, unserved []unservedFacts) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n \"kubernetes\": %s,\n \"groups\": ", compact(s.version))
	lines(&b, "[", s.groups, func(g groupFacts) string { return compact(g) }, "]")
	b.WriteString(",\n \"resources\": ")
	lines(&b, "[", s.resources, func(r *resourceFacts) string { return compact(r) }, "]")
	b.WriteString(",\n \"unserved\": ")
	lines(&b, "[", unserved, func(u unservedFacts) string { return compact(u) }, "]")
	b.WriteString("\n}\n")
	return os.WriteFile(filepath.Join(dir, "resources.json"), b.Bytes(), 0o644)
}

func (p *typePackage) encode() []byte {
	var b bytes.Buffer
	b.WriteString("{\n")
	if p.Path != "" {
		fmt.Fprintf(&b, " \"package\": %s, \"group\": %s, \"version\": %s,\n", compact(p.Path), compact(p.Group), compact(p.Version))
	}
	b.WriteString(" \"types\": {\n")
	for i, name := range slices.Sorted(maps.Keys(p.Types)) {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "  %s: ", compact(name))
		p.Types[name].encode(&b)
	}
	b.WriteString("\n }\n}\n")
	return b.Bytes()
}

func (t *typeFacts) encode(b *bytes.Buffer) {
	separator := "{"
	key := func(name string) {
		fmt.Fprintf(b, "%s%s:", separator, compact(name))
		separator = ","
	}
	value := func(name string, v any) {
		key(name)
		b.WriteString(compact(v))
	}
	if t.Package != "" {
		value("package", t.Package)
	}
	if t.GVK {
		value("gvk", true)
	}
	if t.Custom != "" {
		value("custom", t.Custom)
	}
	if t.MapType != "" {
		value("map", t.MapType)
	}
	if t.Unions != nil {
		value("unions", t.Unions)
	}
	if t.String {
		value("string", true)
	}
	if t.Consts != nil {
		key("consts")
		lines(b, "{", slices.Sorted(maps.Keys(t.Consts)), func(name string) string {
			return compact(name) + ":" + compact(t.Consts[name])
		}, "}")
	}
	if t.Enum != nil {
		value("enum", t.Enum)
	}
	if t.Alias != "" {
		value("alias", t.Alias)
	}
	if t.Struct && (t.Custom == "" || t.Fields != nil) {
		key("fields")
		lines(b, "[", t.Fields, func(f *fieldFacts) string { return compact(f) }, "]")
	}
	b.WriteString("}")
}

// lines writes one item a line.
func lines[T any](b *bytes.Buffer, open string, items []T, text func(T) string, end string) {
	b.WriteString(open)
	for i, item := range items {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n   ")
		b.WriteString(text(item))
	}
	if len(items) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString(end)
}

// compact writes a value as JSON on one line, with no HTML escapes.
func compact(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		// Only channels, functions and cycles fail to encode; the facts hold none.
		panic(err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
