// Patches asks Kubernetes' Go code what patches make of objects, and records the answers.
//
// Each family of cases is a file of JSON lines, one case a line, that the tests of pintle-apiserver compare
// with. The cases are the same in every run: hand-picked ones, ones that Go itself makes from two objects, and
// random ones from a fixed seed. Where Go's answer depends on the order in which it walks a map, there is no
// case.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
)

// A row is one case: what is asked, and what Go answers.
type row []any

// A family makes its cases with randomness of its own, so that a change of one leaves the others alone.
type family struct {
	name string
	make func(*rand.Rand) []row
}

var families = []family{
	{"strategic-merge-patch-objects", strategicObjects},
	{"strategic-merge-patch", strategicPatches},
	{"json-patch", jsonPatches},
	{"merge-patch", mergePatches},
}

func main() {
	out := flag.String("out", "", "the directory to write to")
	flag.Parse()
	if *out == "" {
		fmt.Fprintln(os.Stderr, "usage: patches -out DIRECTORY")
		os.Exit(2)
	}
	for _, family := range families {
		rows := family.make(rand.New(rand.NewSource(1)))
		if err := write(filepath.Join(*out, family.name+".jsonl"), rows); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
	}
}

// write writes each case once.
func write(path string, rows []row) error {
	var text, file bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	seen := map[string]bool{}
	for _, row := range rows {
		text.Reset()
		if err := encoder.Encode(row); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if line := text.String(); !seen[line] {
			seen[line] = true
			file.WriteString(line)
		}
	}
	return os.WriteFile(path, file.Bytes(), 0o644)
}

// pick returns one of the choices.
func pick[T any](random *rand.Rand, choices ...T) T {
	return choices[random.Intn(len(choices))]
}

// steadily asks a question many times and returns the answer if it is always the same: Go walks maps in
// another order each time.
func steadily(ask func() (string, error)) (answer string, err error, steady bool) {
	answer, err = ask()
	for range 40 {
		again, errAgain := ask()
		if again != answer || message(err) != message(errAgain) {
			return "", nil, false
		}
	}
	return answer, err, true
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
