package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// An object is an object of JSON.
type object = map[string]any

// digest returns the start of the hash of a value, written with sorted keys and without spaces.
func digest(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		// Values come from JSON.
		panic(err)
	}
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:4])
}

// normal returns a value of an OpenAPI document without what does not count: descriptions, and the ways in
// which version 2 shares parameters. A schema that is all of one schema is that schema: kube-apiserver says
// so where there is a description beside it.
func normal(value any, parameters object) any {
	switch value := value.(type) {
	case object:
		if shared, ok := value["$ref"].(string); ok && parameters != nil {
			if parameter, ok := parameters[afterSlash(shared)]; ok {
				return normal(parameter, parameters)
			}
		}
		out := object{}
		for key, inner := range value {
			if _, isText := inner.(string); key == "description" && isText {
				continue
			}
			out[key] = normal(inner, parameters)
		}
		if all, ok := out["allOf"].([]any); ok && len(out) == 1 && len(all) == 1 {
			return all[0]
		}
		if list, ok := out["parameters"].([]any); ok {
			slices.SortFunc(list, func(a, b any) int {
				return cmp.Or(cmp.Compare(text(a, "name"), text(b, "name")), cmp.Compare(text(a, "in"), text(b, "in")))
			})
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, inner := range value {
			out[i] = normal(inner, parameters)
		}
		return out
	}
	return value
}

// text returns a field of an object that is text.
func text(value any, field string) string {
	fields, _ := value.(object)
	found, _ := fields[field].(string)
	return found
}

func afterSlash(reference string) string {
	for i := len(reference) - 1; i >= 0; i-- {
		if reference[i] == '/' {
			return reference[i+1:]
		}
	}
	return reference
}
