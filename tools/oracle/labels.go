package main

import (
	"encoding/json"
	"math/rand"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
)

var pickedSelectors = []string{
	"", " ", ",", "a", "!a", "! a", "!!a", "a=", "a=b", "a==b", "a!=b", "a===b", "a=!b", "a!b", "a=b=c", "a = b", "a=b,",
	",a=b", "a=b,,c=d", "a=b,c=d", "c=d,a=b", "a!=b,a!=c,a", "a in (b)", "a in (b,c)", "a in (c,b)", "a in (b,b)",
	"a in ()", "a in (,)", "a in (,b)", "a in (b,)", "a in (b,,c)", "a in (b c)", "a in (b", "a in b", "a in", "a in (",
	"a in (=)", "a in (b=)", "a in (!b)", "a in (in,notin)", "a notin (b)", "a notin ()", "a not in (b)", "a IN (b)",
	"in", "notin", "in in (in)", "notin notin (notin)", "in=notin", "in,notin", "!in", "a>1", "a<1", "a > 1", "a>", "a>x",
	"a>1,a<5", "a>=1", "a>-1", "a>+1", "a>9223372036854775807", "a>9223372036854775808", "a>1.5", "a>%", "a>1 b", "a<%x",
	"gt gt 1", "a gt 1", "(", ")", "()", "=", "==", "!=", "!", "<", ">", "a b", "a(", "a)", "a=(", "a=)", "a=b)", "!a=b",
	"!a in (b)", "!a,b", "!a b", "a,!", "a,", "a,b", "a\tin\n(b)\r", "\ta", "a\x00b", "a\x00", "\x00a", "a=\x00b",
	"a=b\x00,c", "a,\x00b", "a in (b\x00,c)", "a in\x00(b)", "a=\x00", "é=b", "a=é", "a in (é)", "a%=b", "a=%", "-x=b",
	"x-=b", "a/b=c", "a/b/c=d", "/b=c", "a/=c", "A.b/c=d", "a_b/c=d", "example.com/name=x", "a=-b", "a=b-", "a=b.c_d-e",
	"a in (-b)", "a in (b,%,c,-)", "a in (%)", "a notin (x,%)", "a=b c=d", "a = = b", "a ! = b", "a! =b", "a =!b",
	"app=web,tier in (front, back),!canary,replicas>2", "x in (foo,,baz),y,z notin ()",
	"kubernetes.io/os=linux", "a==b,a=b", "b,a,c,!d,e=f,a", "n>2", "n<2", "n>2,n<4", "n=3",
	strings.Repeat("a", 63) + "=b", strings.Repeat("a", 64) + "=b", "a=" + strings.Repeat("b", 63), "a=" + strings.Repeat("b", 64),
	strings.Repeat("a", 253) + "/b", strings.Repeat("a", 254) + "/b", "a in (" + strings.Repeat("b", 64) + ")",
	"a>" + strings.Repeat("1", 64), "a..b/c", "a./c", ".a/c", "a-/c", "a/b-", "a\u00a0=b", "a\u2028", "a\v=b", "a\f",
}

// labelSets are what selectors are matched with.
var labelSets = []labels.Set{
	{}, {"a": "b"}, {"a": ""}, {"a": "c", "b": "b"}, {"in": "notin", "notin": "in"}, {"n": "3", "a": "1"},
	{"n": "-3", "a": "+2"}, {"a": "x", "b": "", "c": "d", "x": "foo", "y": "1"}, {"app": "web", "tier": "front", "replicas": "3"},
}

func selectorText(random *rand.Rand) string {
	name := func() string {
		return pick(random, "a", "a", "b", "c", "n", "x", "in", "notin", "app", "a.b/c", "1", "3", "")
	}
	if random.Intn(4) == 0 {
		// Pieces in any order.
		var out strings.Builder
		for range 1 + random.Intn(8) {
			out.WriteString(pick(random, name(), name(), "=", "==", "!=", "!", "(", ")", ",", "<", ">", " in ", " notin ", " ", "%", "\x00", "é", "-"))
		}
		return out.String()
	}
	var terms []string
	space := func() string { return pick(random, "", "", "", "", " ", "\t") }
	for range 1 + random.Intn(4) {
		switch random.Intn(6) {
		case 0:
			terms = append(terms, space()+name())
		case 1:
			terms = append(terms, "!"+space()+name())
		case 2, 3:
			var values []string
			for range random.Intn(4) {
				values = append(values, space()+name()+space())
			}
			terms = append(terms, name()+pick(random, " in ", " notin ", "\tin\t", " in")+"("+strings.Join(values, ",")+")"+space())
		default:
			terms = append(terms, name()+space()+pick(random, "=", "==", "!=", ">", "<")+space()+name()+space())
		}
	}
	return strings.Join(terms, ",")
}

func labelSelectors(random *rand.Rand) []row {
	inputs := append([]string{}, pickedSelectors...)
	for range 2000 {
		inputs = append(inputs, selectorText(random))
	}
	var rows []row
	for _, input := range inputs {
		selector, err := labels.Parse(input)
		if err != nil {
			rows = append(rows, row{input, err.Error()})
			continue
		}
		rows = append(rows, append(row{input, nil}, said(selector)...))
	}
	return rows
}

// said is what a selector prints, which sets it matches, and which one value of `a` it asks for.
func said(selector labels.Selector) row {
	var matches strings.Builder
	for _, set := range labelSets {
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
	return row{selector.String(), matches.String(), exact}
}

func labelSelectorObjects(random *rand.Rand) []row {
	key := func() string { return pick(random, "a", "a", "b", "c", "n", "x", "in", "a.b/c", "-", "") }
	value := func() string { return pick(random, "b", "b", "c", "", "1", "notin", "%") }
	var rows []row
	for at := range 500 {
		var object metav1.LabelSelector
		for range random.Intn(3) {
			if object.MatchLabels == nil {
				object.MatchLabels = map[string]string{}
			}
			object.MatchLabels[key()] = value()
		}
		for range random.Intn(3) {
			expression := metav1.LabelSelectorRequirement{
				Key: key(),
				Operator: pick(random, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn,
					metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist, "in", "Gt", ""),
			}
			seen := map[string]bool{}
			for range random.Intn(3) {
				if next := value(); !seen[next] {
					seen[next] = true
					expression.Values = append(expression.Values, next)
				}
			}
			object.MatchExpressions = append(object.MatchExpressions, expression)
		}
		if at == 0 {
			object = metav1.LabelSelector{}
		}
		input, err := json.Marshal(object)
		if err != nil {
			panic(err)
		}
		var answers []row
		for range 64 {
			selector, err := metav1.LabelSelectorAsSelector(&object)
			if err != nil {
				answers = append(answers, row{string(input), err.Error()})
			} else {
				answers = append(answers, append(row{string(input), nil}, said(selector)...))
			}
		}
		// Of two mistakes in its map, Go tells one at random.
		stable := true
		for _, answer := range answers {
			stable = stable && answer[1] == answers[0][1]
		}
		if stable {
			rows = append(rows, answers[0])
		}
	}
	return rows
}

func names(random *rand.Rand) []row {
	inputs := []string{
		"", "a", "A", "0", "-", ".", "_", "a-", "-a", "a.b", "a..b", ".a", "a.", "a_b", "a/b", "a/", "/a", "/", "//", "a/b/c",
		"A.com/x", "example.com/x", "a b", "é", "a\n", "a/é", strings.Repeat("a", 63), strings.Repeat("a", 64),
		strings.Repeat("a", 253), strings.Repeat("a", 254), strings.Repeat("a", 253) + "/x", strings.Repeat("a", 254) + "/x",
		"x/" + strings.Repeat("a", 63), "x/" + strings.Repeat("a", 64), "-/" + strings.Repeat("-", 64), strings.Repeat("é", 40),
	}
	for range 120 {
		inputs = append(inputs, text(random, "aaaAZ09-_./ é", 8))
	}
	var rows []row
	for _, input := range inputs {
		rows = append(rows, row{
			input, list(content.IsLabelKey(input)), list(validation.IsValidLabelValue(input)),
			list(validation.IsDNS1123Label(input)), list(validation.IsDNS1123Subdomain(input)),
		})
	}
	return rows
}

func list(problems []string) []string {
	return append([]string{}, problems...)
}
