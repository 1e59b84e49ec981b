package main

import (
	"math/rand"
	"strings"

	"k8s.io/apimachinery/pkg/fields"
)

var pickedFieldSelectors = []string{
	"", " ", ",", ",,", "a", "a=", "a=b", "a==b", "a!=b", "a===b", "a=!b", "a!b", "a!b=c", "a!!=b", "a=b=c", `a=b\=c`,
	`a=b\,c`, `a=b\\`, `a=b\\,c=d`, `a=b\x`, `a=\`, `a=\,`, `a=\,b=c`, `a\,b=c`, `a\=b=c`, `a\`, `a\,`, "=", "==", "!=",
	"=a", "!=a", "a=b,c=d", "c=d,a=b", "c!=d,a=b", "a=b,a=c", "a,b=c", "b=c,a", "a=b,", ",a=b", " a=b", "a =b", "a= b", "a=b ",
	"a=é", "é=a", `a=\é`, "metadata.name=x", "status.phase!=Running,spec.nodeName=n", "a=b\x00", "a\x00=b", "a=b,,c=d",
	`z=\x,a`, `a,z=\x`, `b=\x,a=\y`, "=x,b", "b,=x", "a==", "a!=", "a=,b=", "a<b", "a in (b)", "a=(b)", "a=b;c=d",
}

var fieldSets = []fields.Set{{}, {"a": "b"}, {"a": "b,c", "c": "d"}, {"a": "", "b": "x"}, {"metadata.name": "x", "c": "e"}}

func fieldSelectors(random *rand.Rand) []row {
	inputs := append([]string{}, pickedFieldSelectors...)
	for range 1500 {
		var out strings.Builder
		for range random.Intn(8) {
			out.WriteString(pick(random, "a", "b", "c", "a=b", "b!=c", ",", ",", "=", "!=", "==", "!", `\`, `\,`, `\=`, `\\`, "é", " ", "metadata.name"))
		}
		inputs = append(inputs, out.String())
	}
	var rows []row
	for _, input := range inputs {
		selector, err := fields.ParseSelector(input)
		if err != nil {
			rows = append(rows, row{input, err.Error()})
			continue
		}
		var matches strings.Builder
		for _, set := range fieldSets {
			if selector.Matches(set) {
				matches.WriteByte('1')
			} else {
				matches.WriteByte('0')
			}
		}
		var exact any
		if value, found := selector.RequiresExactMatch("a"); found {
			exact = value
		}
		nameless := false
		for _, term := range split(input) {
			nameless = nameless || strings.HasPrefix(term, "=") || strings.HasPrefix(term, "!=")
		}
		rows = append(rows, row{input, nil, selector.String(), matches.String(), exact, nameless})
	}
	return rows
}

// split cuts a selector at the commas that no backslash precedes.
func split(selector string) []string {
	var terms []string
	start, escaped := 0, false
	for at, character := range selector {
		switch {
		case escaped:
			escaped = false
		case character == '\\':
			escaped = true
		case character == ',':
			terms = append(terms, selector[start:at])
			start = at + 1
		}
	}
	return append(terms, selector[start:])
}
