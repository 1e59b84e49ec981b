package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/encoding/protowire"
	"k8s.io/apimachinery/pkg/runtime"
	cbor "k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
)

// A difference is a sample that pintle makes something else of than Go.
type difference struct {
	sample sample
	reason string // why pintle wrote nothing; empty if it did
	to     format
	got    []byte
}

// report prints a difference, and writes its documents.
func (x *exchange) report(d difference) error {
	s := d.sample
	from := fmt.Sprintf("%s, object %d of seed %d, read from %s", s.kind, s.index, x.seed, s.format)
	files := map[string][]byte{"input." + s.format.extension(): s.document}
	if d.reason != "" {
		fmt.Printf("DIFFERS %s: %s\n", from, d.reason)
	} else {
		fmt.Printf("DIFFERS %s and written as %s: %s\n", from, d.to, x.explain(s.kind, d.to, s.want[d.to], d.got))
		files["go."+d.to.extension()] = s.want[d.to]
		files["pintle."+d.to.extension()] = d.got
	}
	if err := os.MkdirAll(x.out, 0o755); err != nil {
		return err
	}
	stem := fmt.Sprintf("%s-%d-%d", strings.ReplaceAll(s.kind.String(), "/", "."), x.seed, s.index)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(x.out, stem+"."+name)
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
		fmt.Printf("  %s\n", path)
	}
	return nil
}

// explain says where two documents differ: in a field, if their objects do, and else in how they are spelt.
func (x *exchange) explain(k kind, f format, want, got []byte) string {
	wanted, err := x.decode(f, k, want)
	if err != nil {
		return fmt.Sprintf("Go cannot read its own document: %v", err)
	}
	found, err := x.decode(f, k, got)
	if err != nil {
		return fmt.Sprintf("Go cannot read pintle's document: %v", err)
	}
	if field, ok := differingField(wanted, found); ok {
		return field
	}
	place, wantText, gotText := differingSpelling(f, want, got)
	return fmt.Sprintf("the same object in another spelling%s\n  Go:     %s\n  pintle: %s", place, wantText, gotText)
}

// differingField finds the first field in which two objects differ.
func differingField(want, got runtime.Object) (string, bool) {
	var first firstDifference
	exported := cmp.Exporter(func(reflect.Type) bool { return true })
	if cmp.Equal(want, got, cmpopts.EquateEmpty(), exported, cmp.Reporter(&first)) {
		return "", false
	}
	return first.text, true
}

// firstDifference is a reporter of cmp that remembers one path.
type firstDifference struct {
	path cmp.Path
	text string
}

func (f *firstDifference) PushStep(step cmp.PathStep) { f.path = append(f.path, step) }

func (f *firstDifference) PopStep() { f.path = f.path[:len(f.path)-1] }

func (f *firstDifference) Report(result cmp.Result) {
	if !result.Equal() && f.text == "" {
		want, got := f.path.Last().Values()
		f.text = fmt.Sprintf("field %#v: Go has %+v, pintle %+v", f.path, want, got)
	}
}

func differingOffset(want, got []byte) int {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return i
		}
	}
	return min(len(want), len(got))
}

// differingSpelling says where two documents of equal objects begin to differ, by keys in JSON and by numbers in
// protobuf, and what stands there.
func differingSpelling(f format, want, got []byte) (place, wantText, gotText string) {
	text := f == formatJSON
	switch f {
	case formatJSON:
		place = ", at " + jsonPath(want, differingOffset(want, got))
	case formatProtobuf:
		// Behind the four bytes of the magic number the envelope follows.
		place = ", in fields " + strings.Join(protobufPath(want[4:], got[4:]), ".") + " of the envelope"
	case formatCBOR:
		// Bytes alone say little; what they stand for may be the same, as with a number that is not spelt shortest.
		one, err := cbor.Diagnose(want)
		other, otherErr := cbor.Diagnose(got)
		if err == nil && otherErr == nil && one != other {
			want, got, text = []byte(one), []byte(other), true
		}
	}
	offset := differingOffset(want, got)
	around := func(document []byte) string {
		from, to := max(0, offset-24), min(len(document), offset+24)
		if text {
			return fmt.Sprintf("%q", document[from:to])
		}
		return fmt.Sprintf("% x | % x", document[from:offset], document[offset:to])
	}
	return place, around(want), around(got)
}

// jsonPath names the value in which an offset lies.
func jsonPath(document []byte, offset int) string {
	type level struct {
		array bool
		index int
		key   string
		isKey bool // in an object: the next string is a key
	}
	var levels []level
	decoder := json.NewDecoder(strings.NewReader(string(document)))
	for {
		token, err := decoder.Token()
		if err != nil || decoder.InputOffset() > int64(offset) {
			break
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			levels = levels[:len(levels)-1]
		} else if len(levels) > 0 {
			if top := &levels[len(levels)-1]; top.isKey {
				top.key, top.isKey = token.(string), false
				continue
			}
		}
		if delim, ok := token.(json.Delim); ok && (delim == '{' || delim == '[') {
			levels = append(levels, level{array: delim == '[', isKey: delim == '{'})
			continue
		}
		// A value has ended.
		if len(levels) > 0 {
			top := &levels[len(levels)-1]
			top.index++
			top.isKey = !top.array
		}
	}
	var path strings.Builder
	for _, l := range levels {
		if l.array {
			fmt.Fprintf(&path, "[%d]", l.index)
		} else {
			fmt.Fprintf(&path, ".%s", l.key)
		}
	}
	return strings.TrimPrefix(path.String(), ".")
}

// protobufPath gives the numbers of the fields that lead to the first difference of two messages. Bytes that can be
// read as a message are taken for one.
func protobufPath(want, got []byte) []string {
	for {
		number, wire, length := protowire.ConsumeField(want)
		_, _, other := protowire.ConsumeField(got)
		if length < 0 || other < 0 {
			return nil
		}
		one, two := want[:length], got[:other]
		want, got = want[length:], got[other:]
		if bytes.Equal(one, two) {
			continue
		}
		path := []string{fmt.Sprint(number)}
		if wire == protowire.BytesType && one[0] == two[0] {
			path = append(path, protobufPath(content(one), content(two))...)
		}
		return path
	}
}

// content returns what stands behind the tag and the length of a field.
func content(field []byte) []byte {
	_, _, tag := protowire.ConsumeTag(field)
	content, _ := protowire.ConsumeBytes(field[tag:])
	return content
}
