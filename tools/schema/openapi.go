package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// An openAPISchema is the part of an OpenAPI v3 schema that becomes facts.
type openAPISchema struct {
	Properties    map[string]*openAPISchema `json:"properties"`
	Required      []string                  `json:"required"`
	Default       json.RawMessage           `json:"default"`
	Enum          []string                  `json:"enum"`
	Format        string                    `json:"format"`
	Items         *openAPISchema            `json:"items"`
	ListType      string                    `json:"x-kubernetes-list-type"`
	ListMapKeys   []string                  `json:"x-kubernetes-list-map-keys"`
	MapType       string                    `json:"x-kubernetes-map-type"`
	PatchStrategy string                    `json:"x-kubernetes-patch-strategy"`
	PatchMergeKey string                    `json:"x-kubernetes-patch-merge-key"`

	// AdditionalProperties is a schema, or a boolean where anything goes.
	AdditionalProperties json.RawMessage `json:"additionalProperties"`
}

// addOpenAPI adds what the server's OpenAPI v3 documents say of every type and field.
func addOpenAPI(ctx context.Context, set *typeSet, s *server) error {
	components, err := s.components(ctx)
	if err != nil {
		return err
	}
	enums := enumFacts{}
	for _, t := range set.sortedTypes() {
		component, owner := componentOf(set, components, t)
		if component == nil {
			continue
		}
		if owner == t {
			set.facts[t].MapType = component.MapType
			if err := checkCovered(set, t, component); err != nil {
				return err
			}
		}
		for _, field := range set.facts[t].Fields {
			property := component.Properties[field.JSON]
			if property == nil {
				continue
			}
			if err := field.addProperty(property, slices.Contains(component.Required, field.JSON)); err != nil {
				return fmt.Errorf("OpenAPI of %s.%s: %w", t, field.Go, err)
			}
			enums.add(set, field, property)
		}
	}
	enums.settle(set)
	return nil
}

// components fetches every group version's schemas, and fails when two documents disagree on one.
func (s *server) components(ctx context.Context) (map[string]*openAPISchema, error) {
	var index struct {
		Paths map[string]struct {
			URL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := s.get(ctx, "/openapi/v3", &index); err != nil {
		return nil, err
	}
	components := map[string]*openAPISchema{}
	for _, path := range slices.Sorted(maps.Keys(index.Paths)) {
		var document struct {
			Components struct {
				Schemas map[string]*openAPISchema `json:"schemas"`
			} `json:"components"`
		}
		if err := s.get(ctx, index.Paths[path].URL, &document); err != nil {
			return nil, err
		}
		for name, component := range document.Components.Schemas {
			if known, ok := components[name]; ok && !reflect.DeepEqual(known, component) {
				return nil, fmt.Errorf("OpenAPI documents disagree on %s (seen again at %s)", name, path)
			}
			components[name] = component
		}
	}
	return components, nil
}

// componentOf returns the component that describes a type, and the type it is named for. A struct that is
// only ever inlined has no component of its own: its fields are among those of the struct that inlines it.
func componentOf(set *typeSet, components map[string]*openAPISchema, t reflect.Type) (*openAPISchema, reflect.Type) {
	if component, ok := components[componentName(t)]; ok {
		return component, t
	}
	for _, outer := range set.sortedTypes() {
		for _, field := range set.facts[outer].Fields {
			if field.Inline && field.goType == t {
				if component, owner := componentOf(set, components, outer); component != nil {
					return component, owner
				}
			}
		}
	}
	return nil, nil
}

// componentName spells k8s.io/api/core/v1.Pod as io.k8s.api.core.v1.Pod.
func componentName(t reflect.Type) string {
	host, path, _ := strings.Cut(t.PkgPath(), "/")
	labels := strings.Split(host, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + "." + strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

// checkCovered fails when OpenAPI has a property that no field of the struct, inlined ones included, has.
func checkCovered(set *typeSet, t reflect.Type, component *openAPISchema) error {
	names := map[string]bool{}
	var collect func(t reflect.Type)
	collect = func(t reflect.Type) {
		for _, field := range set.facts[t].Fields {
			if field.Inline {
				collect(field.goType)
			}
			names[field.JSON] = true
		}
	}
	collect(t)
	for name := range component.Properties {
		if !names[name] {
			return fmt.Errorf("OpenAPI of %s has the property %q, which its Go type has not", t, name)
		}
	}
	return nil
}

func (f *fieldFacts) addProperty(p *openAPISchema, required bool) error {
	f.Required = required
	f.List = p.ListType
	f.Keys = p.ListMapKeys
	f.Map = p.MapType
	if p.Default != nil && !f.impliesDefault(p.Default) {
		var compacted bytes.Buffer
		if err := json.Compact(&compacted, p.Default); err != nil {
			return err
		}
		f.Default = compacted.Bytes()
	}
	if p.Format != "" && p.Format != impliedFormat(f.goType) {
		f.Format = p.Format
	}
	if p.PatchStrategy != f.Patch || p.PatchMergeKey != f.MergeKey {
		return fmt.Errorf("patch strategy %q with merge key %q, where the Go tag says %q with %q",
			p.PatchStrategy, p.PatchMergeKey, f.Patch, f.MergeKey)
	}
	return nil
}

// impliesDefault holds for a default that is the zero value of a field which is not a pointer: Go has no
// other way to say that the field is absent.
func (f *fieldFacts) impliesDefault(value json.RawMessage) bool {
	if f.goType.Kind() == reflect.Pointer {
		return false
	}
	return slices.Contains([]string{`""`, `0`, `false`, `{}`}, string(value))
}

// impliedFormat returns the OpenAPI format that a Go type has by itself.
func impliedFormat(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int32:
		return "int32"
	case reflect.Int64:
		return "int64"
	case reflect.Float64:
		return "double"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "byte"
		}
	}
	return ""
}

// enumFacts gathers the enums that OpenAPI repeats at each use of a named string type.
type enumFacts map[reflect.Type][]enumUse

type enumUse struct {
	field  *fieldFacts
	values []string
}

// add notes the enum of a field, or of its elements.
func (e enumFacts) add(set *typeSet, field *fieldFacts, p *openAPISchema) {
	t := field.goType
	for {
		switch t.Kind() {
		case reflect.Pointer:
			t = t.Elem()
			continue
		case reflect.Slice:
			t, p = t.Elem(), p.Items
			if p == nil {
				return
			}
			continue
		case reflect.Map:
			var values openAPISchema
			if json.Unmarshal(p.AdditionalProperties, &values) != nil {
				return
			}
			t, p = t.Elem(), &values
			continue
		}
		break
	}
	if facts := set.facts[t]; facts != nil && facts.String {
		e[t] = append(e[t], enumUse{field, p.Enum})
	} else if p.Enum != nil {
		field.Enum = slices.Sorted(slices.Values(p.Enum))
	}
}

// settle gives an enum to its type where every use agrees, and to the fields where not.
func (e enumFacts) settle(set *typeSet) {
	for t, uses := range e {
		agree := !slices.ContainsFunc(uses, func(u enumUse) bool { return !slices.Equal(u.values, uses[0].values) })
		for _, use := range uses {
			values := slices.Sorted(slices.Values(use.values))
			if agree {
				set.facts[t].Enum = values
			} else {
				use.field.Enum = values
			}
		}
	}
}
