// Verify says whether a peer wrote the objects that it was given, edited.
//
// What it wrote need not be Go's bytes, but Go must read the same object from it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"reflect"

	kjson "sigs.k8s.io/json"

	"pintle/bench/peers/internal/inputs"
	"pintle/bench/peers/internal/kinds"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("verify DIRECTORY INPUT json|pb FILE")
	}
	identical, err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(identical)
}

// run returns how many objects have Go's own bytes.
func run(directory, name, suffix, path string) (int, error) {
	catalogue, err := inputs.ReadCatalogue(directory)
	if err != nil {
		return 0, err
	}
	var kind kinds.Kind
	for _, input := range catalogue {
		if input.Name == name {
			if kind, err = kinds.Named(input.Kind); err != nil {
				return 0, err
			}
		}
	}
	if kind.New == nil {
		return 0, fmt.Errorf("%s: no such input", name)
	}
	same, err := inputs.Read(inputs.Path(directory, name, inputs.Edited+suffix))
	if err != nil {
		return 0, err
	}
	wanted, err := inputs.Read(inputs.Path(directory, name, inputs.Edited+inputs.JSON))
	if err != nil {
		return 0, err
	}
	found, err := inputs.Read(path)
	if err != nil {
		return 0, err
	}
	if len(found) != len(wanted) {
		return 0, fmt.Errorf("%s: %d objects, not %d", name, len(found), len(wanted))
	}
	identical := 0
	for index := range wanted {
		if bytes.Equal(same[index], found[index]) {
			identical++
			continue
		}
		object := kind.New()
		if suffix == inputs.JSON {
			err = kjson.UnmarshalCaseSensitivePreserveInts(found[index], object)
		} else {
			err = object.Unmarshal(found[index])
		}
		if err == nil {
			err = compare(object, wanted[index])
		}
		if err != nil {
			return 0, fmt.Errorf("%s, object %d: %w", name, index, err)
		}
	}
	return identical, nil
}

// compare says whether an object is a JSON value. Protobuf does not say the kind.
func compare(object kinds.Object, wanted []byte) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	var one, other map[string]any
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	if err := json.Unmarshal(wanted, &other); err != nil {
		return err
	}
	for _, key := range []string{"kind", "apiVersion"} {
		if one[key] == nil {
			delete(other, key)
		}
	}
	if !reflect.DeepEqual(one, other) {
		at := 0
		for at < min(len(text), len(wanted)) && text[at] == wanted[at] {
			at++
		}
		return fmt.Errorf("not the object that was given, from byte %d on:\n%s\ninstead of\n%s", at, around(text, at), around(wanted, at))
	}
	return nil
}

// around is the part of a text that says where one is.
func around(text []byte, at int) []byte {
	return text[max(0, at-100):min(len(text), at+100)]
}
