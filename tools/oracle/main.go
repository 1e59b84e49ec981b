// Oracle asks Kubernetes' Go code what it makes of values and selectors, and records the answers.
//
// Each family of cases is a file of JSON lines, one case a line, that the tests of pintle-meta compare with.
// The cases are the same in every run: hand-picked ones, and random ones from a fixed seed.
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
	{"quantity", quantities},
	{"quantity-arithmetic", quantityArithmetic},
	{"quantity-exponents", quantityExponents},
	{"duration", durations},
	{"time", times},
	{"int-or-string", intOrStrings},
	{"resource-version", resourceVersions},
	{"names", names},
	{"label-selector", labelSelectors},
	{"label-selector-object", labelSelectorObjects},
	{"field-selector", fieldSelectors},
	{"unstructured", unstructuredDocuments},
	{"unstructured-list", unstructuredLists},
	{"unstructured-fields", unstructuredFields},
	{"unstructured-edits", unstructuredEdits},
	{"lists", lists},
	{"watches", watches},
	{"wire", wire},
	{"wire-decode", wireDecode},
}

func main() {
	out := flag.String("out", "", "the directory to write to")
	flag.Parse()
	if *out == "" {
		fmt.Fprintln(os.Stderr, "usage: oracle -out DIRECTORY")
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
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	seen := map[string]bool{}
	var file bytes.Buffer
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

// text is up to most characters out of an alphabet.
func text(random *rand.Rand, alphabet string, most int) string {
	characters := []rune(alphabet)
	out := make([]rune, random.Intn(most+1))
	for i := range out {
		out[i] = characters[random.Intn(len(characters))]
	}
	return string(out)
}
