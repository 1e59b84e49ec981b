package main

import (
	"encoding/json"
	"maps"
	"slices"
)

// raw is a value as JSON.
func raw(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

func sorted(fields map[string]any) []string {
	return slices.Sorted(maps.Keys(fields))
}
