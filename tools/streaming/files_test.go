package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestWhatIsUnpackedCanBePackedAgain(t *testing.T) {
	files := newFiles()
	files.content["ns/p/c/tmp/a"] = []byte("one")
	files.content["ns/p/c/tmp/b"] = []byte("two")
	var archive, errors bytes.Buffer
	if code := files.tar("ns/p/c", command{arguments: []string{"cf", "-", "/tmp"}, out: &archive, err: &errors}); code != 0 {
		t.Fatalf("packing ended with %d: %s", code, &errors)
	}
	code := files.tar("ns/p/d", command{arguments: []string{"-xmf", "-", "-C", "/copy"}, in: &archive, out: &errors, err: &errors})
	if code != 0 {
		t.Fatalf("unpacking ended with %d: %s", code, &errors)
	}
	for name, want := range map[string]string{"/copy/tmp/a": "one", "/copy/tmp/b": "two"} {
		if content, ok := files.read("ns/p/d", name); !ok || string(content) != want {
			t.Errorf("%s is %q, %t", name, content, ok)
		}
	}
}

func TestCommandsThatTarDoesNotKnowFail(t *testing.T) {
	for _, words := range []string{"", "cf", "cf file", "cf - ", "tf -"} {
		c := command{arguments: strings.Fields(words), in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}}
		if newFiles().tar("x", c) == 0 {
			t.Errorf("tar %s did not fail", words)
		}
	}
}
