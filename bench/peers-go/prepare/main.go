// Prepare turns objects in JSON into the inputs of the codec benchmark: JSON as Kubernetes writes it, the same
// objects in protobuf, and both as they are after the first edit, to check what peers write.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	kjson "sigs.k8s.io/json"

	"pintle/bench/peers/internal/inputs"
	"pintle/bench/peers/internal/kinds"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "", "the directory of the inputs")
	pods := flag.String("pods", "", "pods, one a line")
	flag.Parse()
	if err := run(*out, *pods, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(out, pods string, objects []string) error {
	var all []inputs.Input
	for _, path := range objects {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		input, err := prepare(out, name, [][]byte{text})
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, input)
	}
	file, err := os.Open(pods)
	if err != nil {
		return err
	}
	defer file.Close()
	var lines [][]byte
	for reader := bufio.NewReader(file); ; {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	// As watch events come, and as a server lists them: pods of a workload one after the other.
	for _, name := range []string{"pods-in-any-order", "pods"} {
		input, err := prepare(out, name, lines)
		if err != nil {
			return fmt.Errorf("%s: %w", pods, err)
		}
		all = append(all, input)
		if err := sortByKey(lines); err != nil {
			return fmt.Errorf("%s: %w", pods, err)
		}
	}
	return inputs.WriteCatalogue(out, all)
}

// sortByKey sorts objects by namespace and name.
func sortByKey(objects [][]byte) error {
	type keyed struct {
		Metadata struct{ Namespace, Name string }
		object   []byte
	}
	all := make([]keyed, len(objects))
	for index, object := range objects {
		all[index].object = object
		if err := json.Unmarshal(object, &all[index]); err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(
			cmp.Compare(a.Metadata.Namespace, b.Metadata.Namespace),
			cmp.Compare(a.Metadata.Name, b.Metadata.Name),
		)
	})
	for index := range all {
		objects[index] = all[index].object
	}
	return nil
}

func prepare(out, name string, texts [][]byte) (inputs.Input, error) {
	none := inputs.Input{}
	if len(texts) == 0 {
		return none, fmt.Errorf("no objects")
	}
	var meta struct{ Kind string }
	if err := json.Unmarshal(texts[0], &meta); err != nil {
		return none, err
	}
	kind, err := kinds.Named(meta.Kind)
	if err != nil {
		return none, err
	}
	sets := map[string][][]byte{}
	add := func(object kinds.Object, edited string) error {
		text, err := json.Marshal(object)
		if err != nil {
			return err
		}
		binary, err := object.Marshal()
		if err != nil {
			return err
		}
		sets[edited+inputs.JSON] = append(sets[edited+inputs.JSON], text)
		sets[edited+inputs.Protobuf] = append(sets[edited+inputs.Protobuf], binary)
		return nil
	}
	for _, text := range texts {
		object := kind.New()
		// A field that Kubernetes does not know would measure how peers pass over it.
		strict, err := kjson.UnmarshalStrict(text, object)
		if err == nil && len(strict) > 0 {
			err = strict[0]
		}
		if err != nil {
			return none, err
		}
		if err := add(object, ""); err != nil {
			return none, err
		}
		kind.Edit(object, kinds.Edits[0])
		if err := add(object, inputs.Edited); err != nil {
			return none, err
		}
	}
	input := inputs.Input{
		Name:    name,
		Kind:    meta.Kind,
		Objects: len(texts),
		Bytes:   map[string]int{},
		Gzipped: map[string]int{},
	}
	for suffix, set := range sets {
		if err := inputs.Write(inputs.Path(out, name, suffix), set); err != nil {
			return none, err
		}
		if !strings.HasPrefix(suffix, inputs.Edited) {
			whole := bytes.Join(set, nil)
			input.Bytes[suffix] = len(whole)
			input.Gzipped[suffix], err = gzipped(whole)
			if err != nil {
				return none, err
			}
		}
	}
	return input, nil
}

func gzipped(whole []byte) (int, error) {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(whole); err != nil {
		return 0, err
	}
	err := writer.Close()
	return out.Len(), err
}
