package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	openapiv2 "github.com/google/gnostic-models/openapiv2"
	openapiv3 "github.com/google/gnostic-models/openapiv3"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
)

// openAPI notes the schemas and paths of both versions.
func (s *server) openAPI() error {
	document, err := s.both("/openapi/v2", "v2", &openapiv2.Document{})
	if err != nil {
		return err
	}
	parameters, _ := document["parameters"].(object)
	s.each("openapi-v2", document["paths"], parameters)
	s.each("openapi-v2", document["definitions"], parameters)
	s.rest("openapi-v2", document)

	index, err := s.document("/openapi/v3")
	if err != nil {
		return err
	}
	paths, _ := index["paths"].(object)
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		url := text(paths[name], "serverRelativeURL")
		document, err := s.both(url, "v3", &openapiv3.Document{})
		if err != nil {
			return err
		}
		components, _ := document["components"].(object)
		s.each("openapi-v3", document["paths"], nil)
		s.schemas(name, components["schemas"])
		s.rest("openapi-v3/"+name, document)
	}
	return nil
}

// schemas notes the schemas of a document of version 3. What many documents have is the same in all, but for
// the kinds that every group version has.
func (s *server) schemas(name string, schemas any) {
	all, _ := schemas.(object)
	s.add("openapi-v3/"+name, "schemas", slices.Sorted(maps.Keys(all)))
	for schema, said := range all {
		place := "openapi-v3"
		if kinds, _ := said.(object)["x-kubernetes-group-version-kind"].([]any); len(kinds) > 1 {
			place += "/" + name
		}
		s.add(place, schema, normal(said, nil))
	}
}

func (s *server) each(document string, entries any, parameters object) {
	all, _ := entries.(object)
	for name, said := range all {
		s.add(document, name, normal(said, parameters))
	}
}

// rest notes what a document says besides.
func (s *server) rest(name string, document object) {
	rest := object{}
	for field, said := range document {
		switch field {
		case "paths", "definitions", "parameters":
		case "components":
			components := maps.Clone(said.(object))
			delete(components, "schemas")
			rest[field] = normal(components, nil)
		default:
			rest[field] = normal(said, nil)
		}
	}
	s.add(name, "besides", rest)
}

// A gnostic is a document in protobuf, which can be turned into YAML.
type gnostic interface {
	proto.Message
	YAMLValue(comment string) ([]byte, error)
}

// both gets a document in JSON and in protobuf, and compares them.
func (s *server) both(path, version string, message gnostic) (object, error) {
	body, err := s.get(path, "application/json")
	if err != nil {
		return nil, err
	}
	var document object
	if err := json.Unmarshal(body, &document); err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	accept := fmt.Sprintf("application/com.github.proto-openapi.spec.%s@v1.0+protobuf", version)
	binary, err := s.get(path, accept)
	if err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(binary, message); err != nil {
		return nil, fmt.Errorf("GET %s in protobuf: %w", path, err)
	}
	spelt, err := message.YAMLValue("")
	if err != nil {
		return nil, fmt.Errorf("GET %s in protobuf: %w", path, err)
	}
	var other any
	if err := yaml.Unmarshal(spelt, &other); err != nil {
		return nil, fmt.Errorf("GET %s in protobuf: %w", path, err)
	}
	if place := difference(document, other, ""); place != "" {
		return nil, fmt.Errorf("GET %s: JSON and protobuf differ at %s", path, place)
	}
	return document, nil
}

// difference returns where two values differ. A default in protobuf cannot be an object, and is null then.
func difference(a, b any, place string) string {
	switch a := a.(type) {
	case object:
		b, ok := b.(object)
		if !ok || len(a) != len(b) {
			return place
		}
		for _, key := range slices.Sorted(maps.Keys(a)) {
			inner, ok := b[key]
			if fields, isObject := a[key].(object); ok && inner == nil && key == "default" && isObject && len(fields) == 0 {
				continue
			}
			if found := difference(a[key], inner, place+"/"+key); !ok || found != "" {
				return place + "/" + key
			}
		}
		return ""
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return place
		}
		for i := range a {
			if found := difference(a[i], b[i], fmt.Sprintf("%s/%d", place, i)); found != "" {
				return found
			}
		}
		return ""
	}
	if digest(a) != digest(b) {
		return place
	}
	return ""
}
