package main

import (
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
	Unions        json.RawMessage           `json:"x-kubernetes-unions"`
	Ref           string                    `json:"$ref"`

	// AdditionalProperties is a schema, or a boolean where anything goes.
	AdditionalProperties json.RawMessage `json:"additionalProperties"`
}

// addOpenAPI adds what the server's OpenAPI v3 documents say of every type and field, and of resources.
func addOpenAPI(ctx context.Context, set *typeSet, s *server) error {
	components, deletes, err := s.openAPI(ctx)
	if err != nil {
		return err
	}
	for _, r := range s.resources {
		answer, ok := deletes[r.path()]
		if !ok {
			continue
		}
		r.Deleted = strings.HasSuffix(answer, "."+r.Kind)
		if !r.Deleted && !strings.HasSuffix(answer, ".meta.v1.Status") {
			return fmt.Errorf("the answer to a delete at %s is %s: the facts have no place for that", r.path(), answer)
		}
	}
	enums := enumFacts{}
	for _, t := range set.sortedTypes() {
		component, owner := componentOf(set, components, t)
		if component == nil {
			continue
		}
		if owner == t {
			set.facts[t].MapType = component.MapType
			set.facts[t].Unions = compacted(component.Unions)
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

// openAPI fetches every group version's document. It returns the schemas, and what the delete of a single
// object answers, by path; it fails when two documents disagree on a schema.
func (s *server) openAPI(ctx context.Context) (map[string]*openAPISchema, map[string]string, error) {
	var index struct {
		Paths map[string]struct {
			URL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := s.get(ctx, "/openapi/v3", &index); err != nil {
		return nil, nil, err
	}
	components, deletes := map[string]*openAPISchema{}, map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(index.Paths)) {
		var document openAPIDocument
		if err := s.get(ctx, index.Paths[path].URL, &document); err != nil {
			return nil, nil, err
		}
		for name, component := range document.Components.Schemas {
			if known, ok := components[name]; ok && !reflect.DeepEqual(known, component) {
				return nil, nil, fmt.Errorf("OpenAPI documents disagree on %s (seen again at %s)", name, path)
			}
			components[name] = component
		}
		for path, item := range document.Paths {
			if item.Delete != nil && item.Delete.Action == "delete" {
				deletes[path] = item.Delete.Responses["200"].Content["application/json"].Schema.Ref
			}
		}
	}
	return components, deletes, nil
}

// An openAPIDocument is the part of a group version's document that becomes facts.
type openAPIDocument struct {
	Paths map[string]struct {
		Delete *struct {
			Action    string `json:"x-kubernetes-action"`
			Responses map[string]struct {
				Content map[string]struct {
					Schema openAPISchema `json:"schema"`
				} `json:"content"`
			} `json:"responses"`
		} `json:"delete"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]*openAPISchema `json:"schemas"`
	} `json:"components"`
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
		f.Default = compacted(p.Default)
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

// impliesDefault holds for a default that is the zero value of a field which is not a pointer and is always
// written: Go has no other way to say that the field is absent. Structs are always written.
func (f *fieldFacts) impliesDefault(value json.RawMessage) bool {
	switch {
	case f.goType.Kind() == reflect.Pointer:
		return false
	case string(value) == "{}":
		return true
	}
	return f.Omit == "" && slices.Contains([]string{`""`, `0`, `false`}, string(value))
}

// compacted spells JSON without spaces. What a document holds is valid.
func compacted(value json.RawMessage) json.RawMessage {
	if value == nil {
		return nil
	}
	return json.RawMessage(compact(value))
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
