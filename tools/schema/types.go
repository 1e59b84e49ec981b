package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A typePackage is one file of schema/types: the types of one group version, or the shared ones.
type typePackage struct {
	Name    string // file name without extension, and the qualifier in type expressions: "core.v1"
	Path    string // Go import path; empty for the shared file, whose types state their own
	Group   string
	Version string
	Types   map[string]*typeFacts
}

// typeFacts says what is known of one Go type.
type typeFacts struct {
	Package string // only in the shared file
	GVK     bool
	Custom  string
	MapType string
	Unions  json.RawMessage
	String  bool
	Consts  map[string]string
	Enum    []string
	Alias   string
	Struct  bool
	Fields  []*fieldFacts

	goType reflect.Type
}

// fieldFacts says what is known of one struct field; its JSON form is one line of a file.
type fieldFacts struct {
	Go       string          `json:"go"`
	JSON     string          `json:"json,omitempty"`
	Inline   bool            `json:"inline,omitempty"`
	Type     string          `json:"type"`
	PB       []any           `json:"pb,omitempty"`
	Omit     string          `json:"omit,omitempty"`
	Required bool            `json:"required,omitempty"`
	Default  json.RawMessage `json:"default,omitempty"`
	Enum     []string        `json:"enum,omitempty"`
	List     string          `json:"list,omitempty"`
	Keys     []string        `json:"keys,omitempty"`
	Map      string          `json:"map,omitempty"`
	Patch    string          `json:"patch,omitempty"`
	MergeKey string          `json:"mergeKey,omitempty"`
	Format   string          `json:"format,omitempty"`

	goType reflect.Type
}

// typeSet holds every type reachable from a registered kind, by file name.
type typeSet struct {
	registry *registry
	packages map[string]*typePackage
	facts    map[reflect.Type]*typeFacts
	sorted   []reflect.Type
}

// The file for types outside every group version: Quantity, IntOrString, RawExtension and the like.
const sharedName = "shared"

// Marshalling itself is a fact about a type: its JSON does not follow from its fields.
var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
)

func reflectTypes(r *registry) (*typeSet, error) {
	set := &typeSet{registry: r, packages: map[string]*typePackage{}, facts: map[reflect.Type]*typeFacts{}}
	for kind, t := range r.kinds {
		if err := set.add(t); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		set.facts[t].GVK = true
	}
	return set, nil
}

// sortedPackages returns the packages by file name.
func (s *typeSet) sortedPackages() []*typePackage {
	var packages []*typePackage
	for _, name := range slices.Sorted(maps.Keys(s.packages)) {
		packages = append(packages, s.packages[name])
	}
	return packages
}

// sortedTypes returns every type, in an order that does not depend on the run.
func (s *typeSet) sortedTypes() []reflect.Type {
	if len(s.sorted) != len(s.facts) {
		s.sorted = slices.SortedFunc(maps.Keys(s.facts), func(a, b reflect.Type) int {
			return cmp.Or(cmp.Compare(a.PkgPath(), b.PkgPath()), cmp.Compare(a.Name(), b.Name()))
		})
	}
	return s.sorted
}

// add records a named type and everything reachable from it.
func (s *typeSet) add(t reflect.Type) error {
	if _, ok := s.facts[t]; ok {
		return nil
	}
	pkg := s.packageOf(t)
	facts := &typeFacts{goType: t}
	if pkg.Name == sharedName {
		facts.Package = t.PkgPath()
	}
	if other, ok := pkg.Types[t.Name()]; ok {
		return fmt.Errorf("two types named %s.%s: %s and %s", pkg.Name, t.Name(), other.goType.PkgPath(), t.PkgPath())
	}
	s.facts[t] = facts
	pkg.Types[t.Name()] = facts
	if pointer := reflect.PointerTo(t); pointer.Implements(jsonMarshaler) || pointer.Implements(jsonUnmarshaler) {
		facts.Custom = "json"
	}
	switch t.Kind() {
	case reflect.Struct:
		facts.Struct = true
		return s.addFields(t, facts)
	case reflect.String:
		facts.String = true
		return nil
	default:
		alias, err := s.expression(t, true)
		facts.Alias = alias
		return err
	}
}

func (s *typeSet) addFields(t reflect.Type, facts *typeFacts) error {
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			if facts.Custom == "" {
				return fmt.Errorf("%s.%s is not exported, and %s does not marshal itself", t, field.Name, t)
			}
			continue
		}
		f, err := s.field(field, facts.Custom != "")
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, field.Name, err)
		}
		if f != nil {
			facts.Fields = append(facts.Fields, f)
		}
	}
	return nil
}

// field reads a struct field's facts, or nil for one that neither JSON nor protobuf carries.
// In a type that marshals itself, an untagged field is an implementation detail.
func (s *typeSet) field(field reflect.StructField, custom bool) (*fieldFacts, error) {
	tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	protobuf, err := protobufTag(field.Tag.Get("protobuf"))
	if err != nil {
		return nil, err
	}
	if tag == "-" {
		if protobuf == nil {
			return nil, nil
		}
		tag = ""
	}
	f := &fieldFacts{Go: field.Name, JSON: tag, PB: protobuf, goType: field.Type}
	var omit []string
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "inline":
		case "omitempty":
			omit = append(omit, "empty")
		case "omitzero":
			omit = append(omit, "zero")
		case "":
		default:
			return nil, fmt.Errorf("json option %q has no place in the facts", option)
		}
	}
	f.Omit = strings.Join(omit, ",")
	f.Inline = tag == "" && field.Anonymous
	if tag == "" && protobuf == nil && (custom || !f.Inline) {
		return nil, nil
	}
	f.Patch = field.Tag.Get("patchStrategy")
	f.MergeKey = field.Tag.Get("patchMergeKey")
	f.Type, err = s.expression(field.Type, false)
	return f, err
}

// protobufTag reads [number, wire kind] from a struct tag such as "bytes,1,opt,name=metadata".
func protobufTag(tag string) ([]any, error) {
	if tag == "" || tag == "-" {
		return nil, nil
	}
	parts := strings.Split(tag, ",")
	if len(parts) < 3 {
		return nil, fmt.Errorf("protobuf tag %q has fewer than three parts", tag)
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		return nil, fmt.Errorf("protobuf tag %q: %w", tag, err)
	}
	for _, option := range parts[2:] {
		if option == "packed" {
			return nil, fmt.Errorf("protobuf tag %q is packed: the facts have no place for it", tag)
		}
	}
	return []any{number, parts[0]}, nil
}

// expression writes a Go type with named types qualified by their file, and adds those types to the set.
// The definition of a named type, rather than its name, is written when underlying is set.
func (s *typeSet) expression(t reflect.Type, underlying bool) (string, error) {
	if t.Name() != "" && !underlying {
		switch {
		case t.PkgPath() == "":
			return t.Name(), nil
		case isStandardLibrary(t.PkgPath()):
			return t.String(), nil
		}
		return s.packageOf(t).Name + "." + t.Name(), s.add(t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		element, err := s.expression(t.Elem(), false)
		return "*" + element, err
	case reflect.Slice:
		element, err := s.expression(t.Elem(), false)
		return "[]" + element, err
	case reflect.Map:
		key, err := s.expression(t.Key(), false)
		if err != nil {
			return "", err
		}
		element, err := s.expression(t.Elem(), false)
		return "map[" + key + "]" + element, err
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return "any", nil
		}
	case reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Float64:
		return t.Kind().String(), nil
	}
	return "", fmt.Errorf("type %s has no expression in the facts", t)
}

// packageOf returns the file that a type belongs to, made on first use.
func (s *typeSet) packageOf(t reflect.Type) *typePackage {
	path := t.PkgPath()
	name := sharedName
	groupVersion, versioned := s.registry.groupVersions[path]
	if versioned {
		parts := strings.Split(path, "/")
		name = strings.Join(parts[len(parts)-2:], ".")
	} else {
		path = ""
	}
	pkg, ok := s.packages[name]
	if !ok {
		pkg = &typePackage{Name: name, Path: path, Group: groupVersion.Group, Version: groupVersion.Version, Types: map[string]*typeFacts{}}
		s.packages[name] = pkg
	}
	return pkg
}

// isStandardLibrary holds for import paths without a domain name.
func isStandardLibrary(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
