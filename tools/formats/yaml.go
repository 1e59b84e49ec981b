package main

import (
	"bufio"
	"bytes"
	"encoding/json"

	"math/rand"
	"reflect"
	"strings"
	"unicode/utf8"

	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// recordYAML writes what sigs.k8s.io/yaml, with which Kubernetes reads and writes YAML, makes of documents: a list in
// JSON a line.
//
//	["scalar", TEXT, VALUE]    a plain scalar, read
//	["read", TEXT, VALUE]      a document, read
//	["refuse", TEXT]           a document that is refused
//	["write", VALUE, TEXT]     a value, written
func recordYAML(out *bufio.Writer) error {
	random := rand.New(rand.NewSource(1))
	for _, text := range append(scalars, mutatedScalars(random, 900)...) {
		if value, err := readYAML("- " + text); err == nil {
			record(out, "scalar", text, value.([]any)[0])
		}
	}
	for _, text := range documents {
		if value, err := readYAML(text); err == nil {
			record(out, "read", text, value)
		} else {
			record(out, "refuse", text)
		}
	}
	for _, value := range append(values(), randomValues(random, 600)...) {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if written, ok := writeYAML(text); ok {
			record(out, "write", value, written)
		}
	}
	return nil
}

// readYAML reads a document as kubectl does: into JSON, and that into what an unstructured object holds.
func readYAML(text string) (any, error) {
	document, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	var value any
	err = utiljson.Unmarshal(document, &value)
	return value, err
}

// writeYAML writes a value, unless that is no example to follow: JSON is read as YAML first, where not every character
// can stand and some become others, and keys that sort in a circle are written in any order.
func writeYAML(text []byte) (string, bool) {
	written, err := yaml.JSONToYAML(text)
	if err != nil {
		return "", false
	}
	for range 20 {
		if again, err := yaml.JSONToYAML(text); err != nil || !bytes.Equal(again, written) {
			return "", false
		}
	}
	var value any
	if err := utiljson.Unmarshal(text, &value); err != nil {
		panic(err)
	}
	read, err := readYAML(string(written))
	return string(written), err == nil && reflect.DeepEqual(read, value)
}

func record(out *bufio.Writer, parts ...any) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(parts); err != nil {
		panic(err)
	}
	out.Write(line.Bytes())
}

// scalars are plain, and many of them not what they look like.
var scalars = strings.Split(`y Y yes Yes YES yEs n N no No NO nO true True TRUE tRUE false False FALSE on On ON oN off Off OFF
~ null Null NULL nULL nil .nan .NaN .NAN .Nan .inf .Inf .INF +.inf -.inf -.INF +.nan .infinity inf nan
0 -0 +0 00 7 -7 +7 007 08 0644 -0644 +0644 0o17 0O17 -0o17 0o18 0o 0x 0x1F 0X1f -0x1F 0x_1F 0xG 0b101 0B101 -0b101 0b2 0b
1_000 _1 1_ 1__0 0_7 -_1 +1_0 1,000 1 12 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
18446744073709551615 18446744073709551616 +9223372036854775808 0xFFFFFFFFFFFFFFFF -0xFFFFFFFFFFFFFFFF 0x10000000000000000
1.5 -1.5 +1.5 1. .5 -.5 +.5 . - + -. .e5 1e3 1E3 1e+3 1e-3 -1e3 1e 1e+ e3 1.5e3 1.e3 .5e3 1e400 -1e400 1e-400 1_0.5_0 ._5 .5_0 1.5.5
1e20 1e21 1e22 123456789012345678901234567890 1.0 -0.0 100.0 0.1 0x1p-2 0x.8p1 1e1_0 1:30 1:30.5 -1:30 190:20:30 12:60 1:2:3:4
2001-01-01 2001-1-1 2001-13-01 2001-02-30 2004-02-29 01-01-2001 2001-01-01T12:00:00Z 2001-01-01t12:00:00+02:00
2001-12-14T21:59:43.10-05:00 20010101 200-01-01 2001 2001-01 <<x = == a=b a #b a:b a:-b -a ?a -1a 1a 0a a1 é 1é .é`, " ")

const scalarBytes = "0123456789+-._eExXoObBinfaNyYtTrulsZ:~"

func mutatedScalars(random *rand.Rand, count int) []string {
	seen := map[string]bool{}
	var mutated []string
	for len(mutated) < count {
		text := []byte(strings.TrimSpace(scalars[random.Intn(len(scalars))]))
		for range 1 + random.Intn(3) {
			at := random.Intn(len(text) + 1)
			letter := scalarBytes[random.Intn(len(scalarBytes))]
			switch {
			case random.Intn(2) == 0 || at == len(text):
				text = append(text[:at:at], append([]byte{letter}, text[at:]...)...)
			case random.Intn(2) == 0:
				text[at] = letter
			default:
				text = append(text[:at:at], text[at+1:]...)
			}
		}
		one := string(text)
		// Nothing that is more than one scalar.
		if seen[one] || !utf8.ValidString(one) || strings.ContainsAny(one, " #,[]{}&*!|>'\"%@`") || strings.Contains(one+" ", ": ") ||
			strings.HasPrefix(one, "---") || strings.HasPrefix(one, "...") || one == "-" {
			continue
		}
		seen[one] = true
		mutated = append(mutated, one)
	}
	return mutated
}

var documents = []string{
	"", "\n", "# nothing\n", "---\n", "--- # nothing\n...\n", "~", "a", "a b", "'a'", "\"a\"", "- a\n- b\n", "a: b\n", "{}", "[]",
	"\ufeffa: b\n", "a: b\r\nc: d\r\n", "a: 'it''s'\n", "a: \"x\\ty\\u00e9\\U0001F600\\x41\\N\\_\\L\\P\\e\\0\"\n", "a: |\n  b\n  c\n", "a: >\n  b\n  c\n\n  d\n",
	"a: |-\n  b\n", "a: |+\n  b\n\n", "a: |2\n    b\n", "a: b\n  c\n", "a:\n- b\n- c\n", "a:\n  - b\n", "- - a\n  - b\n- c\n", "- a: b\n  c: d\n",
	"? a\n: b\n", "? a\n", "a:\n", "a: # b\n", "a: b # c\n", "a: b#c\n", "{a: b, c: [d, e], f: {g: h}}", "[a, [b], {c: d}]", "[a, b,]", "{a: b,}", "{a, b: c}",
	"a: &x b\nc: *x\n", "a: &x {b: c}\nd: *x\n", "a: &x [b]\nc: [*x, *x]\n", "a: *x\n", "a: &x b\nc: &x d\ne: *x\n", "&x a: b\nc: *x\n", "a: &x b\n*x : c\n",
	"a: &x [*x]\n", "a: &x {b: *x}\n",
	"a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", "a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x}\n", "a: &x {b: 1}\ny: &y {b: 2, c: 3}\nd: {<<: [*x, *y]}\n",
	"a: &x {b: 1}\nd:\n  <<: *x\n  <<: {c: 2}\n", "d: {<<: {b: 1}, c: 2}\n", "d: {<<: 1}\n", "d: {<<: [1]}\n", "d: {<<: []}\n", "d: {<<: ~}\n", "d: {'<<': {b: 1}}\n",
	"d: {!!merge '<<': {b: 1}}\n", "d: {!!str <<: 1}\n", "a: &x 1\nd: {<<: *x}\n", "d: {<<: {b: 1, <<: {c: 2, b: 3}}}\n", "- <<\n",
	"1: a\n", "1.5: a\n", "1e3: a\n", "0x10: a\n", "010: a\n", "true: a\n", "yes: a\n", "no: a\n", "~: a\n", "null: a\n", ": a\n", "[a]: b\n", "{a: b}: c\n", "? [a]\n: b\n",
	"18446744073709551615: a\n", "-1: a\n", ".inf: a\n", "-.inf: a\n", ".nan: a\n", "0.1: a\n", "1.23456789: a\n", "1e40: a\n", "2001-01-01: a\n", "'1': a\n", "1_000: a\n",
	"a: b\na: c\n", "a: b\n'a': c\nd: e\na: f\n", "{a: {b: 1}, a: {c: 2}}",
	"a: .inf\n", "a: .nan\n", "a: !!str 1\n", "a: !!int '1'\n", "a: !!int x\n", "a: !!int 1.5\n", "a: !!float 1\n", "a: !!float '1.5'\n", "a: !!float x\n", "a: !!bool yes\n",
	"a: !!bool 'yes'\n", "a: !!bool x\n", "a: !!null ''\n", "a: !!null x\n", "a: !!null\n", "a: !!str\n", "a: !!str ~\n", "a: !!binary aGVsbG8=\n", "a: !!binary 'aGVs\n  bG8='\n",
	"a: !!binary '%'\n", "a: !!timestamp 2001-01-01\n", "a: !!timestamp x\n", "a: !local 1\n", "a: ! 1\n", "a: !!map {b: c}\n", "a: !!seq [b]\n", "a: !!set {b, c}\n",
	"a: !!omap [b: c]\n", "a: !<tag:yaml.org,2002:str> 1\n", "%TAG ! tag:yaml.org,2002:\n---\na: !str 1\n", "%YAML 1.1\n---\na: b\n",
	"a: [\n", "a: {b: c\n", "a: 'b\n", "a: \"b\n", "a: \"\\q\"\n", "a: b: c\n", "a\nb: c\n", "- a\nb: c\n", "a: b\n- c\n", "\ta: b\n", "a:\tb\n", "a: b\n c: d\n", "a: @b\n", "a: `b\n",
	"a: %b\n", "%a\n", "a: &\n", "a: *\n", "a: ]\n", "}", "a: -\n", "a: - b\n", "- -\n", "-\n", "--\n", "a: ?b\n", "a: :b\n", "a: |\nb\n", "a: |x\n  b\n",
	"a: b\n...\n", "a: 1\nb: [1, 2.5, 'x', true, null]\nc:\n  d: |\n    text\n", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {on: \"1\"}}\n",
	"mode: 0644\nport: 0o17\nready: yes\n", "a: \"line 1\n  line 2\n\n  line 3\"\n", "a: 'x\n  y'\n", "a: \"x \\\n  y\"\n", "a: x\n\n  y\n",
	"{\"a\":\"b\",\"c\":[1,2.5,true,null],\"d\":{\"e\":\"\\u003c\\ud83d\\ude00\"}}", "{\"a\": \"\\/\"}", "[1,\n 2]\n", "{\"a\":1}\n", "\"a\\nb\"", "{a: 1, 'b': 2, \"c\": 3}", "{a:1}", "{\"a\":1,\"a\":2}",
}

// values are what is written in more than one way.
func values() []any {
	long := strings.Repeat("word ", 30) + "end"
	texts := []string{
		"", " ", "a", "yes", "y", "No", "on", "1", "-1.5", "1_000", "0o17", ".inf", "null", "~", "# x", "a # b", "a #b", "a: b", "a:b", "a:", ":a", ": a", ":", "- a", "-a", "-",
		"? a", "?", "?a", "|", ">", "%a", "@a", "`a", "&a", "*a", "!a", "{", "[a", "a]", ",a", "a,b", "'", "\"", "\\", "a'b\"c", "'a'", "it's", "a\nb", "a\n", "\n", "\n\na", "a\n\n", " a\nb",
		"a\n b", "a \nb", "a\nb ", "\ta", "a\tb", "a\n\tb", "\x01", "\x7f", "\u0085", "\ufeff", "a\ufeff", "\ufeffab", "é", "\u00a0", "a\u00a0#b", "\ue000", "\uffff", "\ufffd", "😀", "a😀b",
		"2024-01-01", "2024-1-1", "2024-01-01T00:00:00Z", "2024-01-01 10:00:00", "2024-13-01", "1:30", "12:30:45", "1:60", "1:30.5", "a:30", "+1:30", "=", "trailing ", " leading", "trailing \nx",
		"---", "--- a", "...", "---a", "--", "\r", "a\r\nb", "0x1f", "1e3", "1e", "0b1", "08", "0", "-0", "+1", "1.", ".5", ".", "1,2", "a  b", "a\x00b", "\x1b", "\a\b\v\f",
		long, long + "\n" + long, strings.ReplaceAll(long, " ", "  "), "'" + long, "1 " + long, "# " + long, "\t" + long, strings.Repeat("x", 200), strings.Repeat("é ", 100), "a: " + long,
		strings.Repeat("x", 90) + " y", strings.Repeat("x", 75) + " " + strings.Repeat("y", 10) + " z", "\t" + strings.Repeat("x", 80) + "  y z ", "- " + strings.Repeat("ab ", 40),
		strings.Repeat("x ", 60) + "\n", "\"" + strings.Repeat("x ", 60), "{\"a\":\"b\"}", "$(A) && b || c", "a=b", "http://a:80/b#c", "a@b", "100%", "<a>",
	}
	var values []any
	for _, text := range texts {
		values = append(values, text, map[string]any{"key": text}, []any{text, map[string]any{"a": []any{text}}})
		if text != "" {
			values = append(values, map[string]any{text: "value", "other": []any{1}})
		}
	}
	for _, number := range []any{
		0, 1, -1, int64(9007199254740993), 1.5, -1.5, 1e3, 1e5, 1e6, 123456.5, 1234567.5, 1e15, 1e19, 1e20, 1e21, 1e22, 1e-4, 1e-5, 1e-6, 1e-7, .1, 5e-324, 1.7976931348623157e308, 0.000012345,
	} {
		values = append(values, number, map[string]any{"a": number})
	}
	for _, keys := range [][]string{
		{"b", "a10", "a2", "A", "a-b", "a.b", "a", "", "é", "_", "a01", "a1", "a1b", "1", "10", "9"},
		{"a11", "a100", "a2", "a101"}, {"a00", "a0", "a"}, {"z9", "z10", "x10y1", "x1y2", "x1y10", "z9a"},
		{"metadata", "apiVersion", "kind", "spec", "f:a", "k:{\"a\":1}", ".", "on", "y", "B", "aB", "ab", "a_b", "a/b"},
		{strings.Repeat("k", 128), strings.Repeat("k", 129), "two words", "two\nlines", "a: b", "ñ", "日"},
	} {
		mapping := map[string]any{}
		for _, key := range keys {
			mapping[key] = 1
		}
		values = append(values, mapping, []any{mapping})
	}
	nested := any("leaf")
	for range 12 {
		nested = []any{map[string]any{"a": nested, "b": []any{nested}}, []any{}}
		if text, _ := json.Marshal(nested); len(text) > 400 {
			break
		}
	}
	return append(values,
		nested, nil, true, false, []any{}, map[string]any{}, []any{[]any{}, map[string]any{}, nil, true},
		[]any{[]any{[]any{"a", "b"}, "c"}, []any{map[string]any{"d": []any{"e"}, "f": map[string]any{"g": "h\ni"}}}},
		map[string]any{"a": map[string]any{"b": map[string]any{"c": []any{"d\n", "e"}}}, "f": []any{}, "g": map[string]any{}},
	)
}

var words = []string{
	"a", "b", " ", " ", "  ", "\n", "\n\n", "\t", "'", "\"", "\\", "#", ":", "-", "?", "1", "0", ".", "_", "true", "no", "~", "é", "😀", "\u00a0", "{", "]", ",", "&", "*", "!", "|", ">", "%", "@",
	"word", "longer-word", "abcdefghijklmnopqrstuvwxyz", "\x01", "\r", "\u0085", "\ufeff", "=", "<", "/",
}

func randomText(random *rand.Rand) string {
	var text strings.Builder
	for range random.Intn(6) {
		text.WriteString(words[random.Intn(len(words))])
	}
	if random.Intn(8) == 0 {
		for range 20 + random.Intn(20) {
			text.WriteString(words[random.Intn(len(words))])
		}
	}
	return text.String()
}

func randomValues(random *rand.Rand, count int) []any {
	var value func(depth int) any
	value = func(depth int) any {
		switch random.Intn(8 - min(depth, 4)) {
		case 4, 5:
			list := []any{}
			for range random.Intn(4) {
				list = append(list, value(depth+1))
			}
			return list
		case 6, 7:
			mapping := map[string]any{}
			for range random.Intn(4) {
				mapping[randomText(random)] = value(depth + 1)
			}
			return mapping
		case 3:
			return random.Intn(100)
		default:
			return randomText(random)
		}
	}
	var values []any
	for range count {
		values = append(values, value(0))
	}
	return values
}
