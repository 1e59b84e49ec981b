package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
)

const cborHeader = `# What Kubernetes' decoder makes of CBOR. Written by tools/formats: go run . cbor
#
# any DOCUMENT          refused
# any DOCUMENT CBOR JSON   read into a tree, and written again
# whole DOCUMENT        refused as a Whole
# whole DOCUMENT CBOR   read and written again
# unknown DOCUMENT CBOR   the same, but refused when unknown fields are
`

// recordCBOR writes documents for trees and for Whole.
func recordCBOR(out *bufio.Writer) error {
	out.WriteString(cborHeader)
	random := rand.New(rand.NewSource(1))
	for _, document := range append(anyDocuments(), mutations(random, anyDocuments(), 600, readAny)...) {
		result, ok := readAny(document)
		fmt.Fprintf(out, "any %x", document)
		if ok {
			fmt.Fprintf(out, " %s", result)
		}
		fmt.Fprintln(out)
	}
	codec := newCodec("Whole")
	for _, document := range append(wholeDocuments(), mutations(random, wholeDocuments(), 900, codec.read)...) {
		codec.record(out, document)
	}
	return nil
}

// recordScalars writes documents for Scalars.
func recordScalars(out *bufio.Writer) error {
	out.WriteString(`# What Kubernetes' decoder makes of times, quantities and raw data in CBOR.
# Written by tools/formats: go run . cbor-scalars
#
# scalars DOCUMENT        refused
# scalars DOCUMENT CBOR   read and written again
`)
	codec := newCodec("Scalars")
	for _, document := range scalarDocuments() {
		codec.record(out, document)
	}
	return nil
}

func readAny(document []byte) (string, bool) {
	var value any
	if err := direct.Unmarshal(document, &value); err != nil {
		return "", false
	}
	value = normalizeTree(value)
	again, err := direct.Marshal(value)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%x %s", again, text), true
}

// A codec reads and writes objects of one kind.
type codec struct {
	name   string
	lax    cbor.Serializer
	strict cbor.Serializer
}

func newCodec(name string) *codec {
	scheme := newScheme()
	return &codec{name, cbor.NewSerializer(scheme, scheme), cbor.NewSerializer(scheme, scheme, cbor.Strict(true))}
}

// read reads an object and writes it again. Null, which Kubernetes takes for an empty object, is none to pintle.
func (c *codec) read(document []byte) (string, bool) {
	var tree any
	if direct.Unmarshal(document, &tree) == nil && tree == nil {
		return "", false
	}
	kind := groupVersion.WithKind(c.name)
	object, _, err := c.lax.Decode(document, &kind, newObject(c.name))
	if err != nil {
		return "", false
	}
	if whole, ok := object.(*Whole); ok {
		whole.normalize()
	}
	var again bytes.Buffer
	if err := c.lax.Encode(object, &again); err != nil {
		return "", false
	}
	return hex.EncodeToString(again.Bytes()), true
}

func (c *codec) record(out *bufio.Writer, document []byte) {
	word := map[string]string{"Whole": "whole", "Scalars": "scalars"}[c.name]
	result, ok := c.read(document)
	if !ok {
		fmt.Fprintf(out, "%s %x\n", word, document)
		return
	}
	kind := groupVersion.WithKind(c.name)
	if _, _, err := c.strict.Decode(document, &kind, newObject(c.name)); runtime.IsStrictDecodingError(err) {
		word = "unknown"
	} else if err != nil {
		panic(err)
	}
	fmt.Fprintf(out, "%s %x %s\n", word, document, result)
}

func newObject(name string) runtime.Object {
	if name == "Whole" {
		return &Whole{}
	}
	return &Scalars{}
}

// hasNullKey says whether null is a key in a document. It stands for the empty string if it is the first key of a map,
// and for the key before it elsewhere, which is refused; pintle refuses it anywhere.
func hasNullKey(document []byte) bool {
	text, err := direct.Diagnose(document)
	return err == nil && strings.Contains(text, "null: ")
}

// mutations returns count documents that are like the given ones but for a few bytes: as many that are read as there
// are that are not.
func mutations(random *rand.Rand, documents [][]byte, count int, read func([]byte) (string, bool)) [][]byte {
	seen := map[string]bool{}
	for _, document := range documents {
		seen[string(document)] = true
	}
	wanted := map[bool]int{true: count / 2, false: count / 2}
	var result [][]byte
	for wanted[true]+wanted[false] > 0 {
		mutated := bytes.Clone(documents[random.Intn(len(documents))])
		for range 1 + random.Intn(3) {
			mutated = mutate(random, mutated)
		}
		_, ok := read(mutated)
		if seen[string(mutated)] || wanted[ok] == 0 || hasNullKey(mutated) {
			continue
		}
		seen[string(mutated)] = true
		wanted[ok]--
		result = append(result, mutated)
	}
	return result
}

func mutate(random *rand.Rand, document []byte) []byte {
	if len(document) == 0 {
		return telling[random.Intn(len(telling))]
	}
	at := random.Intn(len(document))
	end := at + min(1+random.Intn(4), len(document)-at)
	switch random.Intn(8) {
	case 0:
		return document[:at]
	case 1:
		return append(document[:at:at], document[end:]...)
	case 2:
		return append(document[:end:end], document[at:]...)
	case 3:
		document[at]++
		return document
	case 4:
		document[at] = byte(random.Intn(256))
		return document
	case 5, 6:
		return append(append(document[:at:at], telling[random.Intn(len(telling))]...), document[at:]...)
	default:
		return append(append(document[:at:at], telling[random.Intn(len(telling))]...), document[end:]...)
	}
}

// telling are bytes that mean something.
var telling = func() [][]byte {
	var all [][]byte
	for _, text := range []string{
		"00", "17", "1818", "20", "40", "4161", "5f", "60", "6161", "7f", "80", "81", "9f", "a0", "a14161", "bf", "c0", "c1",
		"c2", "d5", "d6", "d7", "d818", "d9d9f7", "f4", "f5", "f6", "f7", "f820", "f93c00", "f97e00", "fa47c35000",
		"fb3ff199999999999a", "ff", "446e616d65",
	} {
		all = append(all, unhex(text))
	}
	return all
}()

func unhex(text string) []byte {
	document, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return document
}
