// Access asks Go how a client gets to its cluster, and records the answers: which proxy golang.org/x/net chooses for a
// server, and what client-go's clientcmd makes of kubeconfig files, overrides, the environment and changes.
//
// Each family of cases is a file of JSON lines, one case a line, that the tests of pintle-config compare with.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "", "the directory to write to")
	flag.Parse()
	if *out == "" {
		fmt.Fprintln(os.Stderr, "usage: access -out DIRECTORY")
		os.Exit(2)
	}
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	if err := write(filepath.Join(out, "proxies.jsonl"), proxies()); err != nil {
		return err
	}
	cases, err := kubeconfigs()
	if err != nil {
		return err
	}
	if err := write(filepath.Join(out, "kubeconfigs.jsonl"), cases); err != nil {
		return err
	}
	edits, err := edits()
	if err != nil {
		return err
	}
	return write(filepath.Join(out, "edits.jsonl"), edits)
}

// write writes one case a line.
func write[T any](path string, cases []T) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for _, c := range cases {
		if err := encoder.Encode(c); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
