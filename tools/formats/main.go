// Command formats records what Kubernetes' own codecs make of documents, for pintle's tests of CBOR and YAML to hold
// its own against.
//
//	go run . cbor > ../../crates/pintle-codec/tests/it/cbor.txt
//	go run . cbor-scalars > ../../crates/pintle-meta/tests/it/cbor.txt
//	go run . yaml > ../../crates/pintle-codec/tests/it/yaml.jsonl
//
// A line is a document and what comes of it; the comment at the top of each file says in which form. The same program
// writes the same file again: what is random is seeded.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	commands := map[string]func(*bufio.Writer) error{
		"cbor":         recordCBOR,
		"cbor-scalars": recordScalars,
		"yaml":         recordYAML,
	}
	if len(os.Args) != 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: formats cbor|cbor-scalars|yaml")
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	err := commands[os.Args[1]](out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "formats:", err)
		os.Exit(1)
	}
}
