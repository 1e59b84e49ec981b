package main

import (
	"encoding/json"
	"math/rand"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

const document = `{"a":{"b":[1,2,{"c":"x"}],"d":null,"e":{},"~x/y":7},"f":"text","g":[],"h":true,"i":1.5}`

var pickedJSON = []string{
	`[]`,
	`[{"op":"test","path":"/f","value":"text"}]`,
	`[{"op":"test","path":"/f","value":"other"}]`,
	`[{"op":"test","path":"/a/d","value":null}]`,
	`[{"op":"test","path":"/a/d"}]`,
	`[{"op":"test","path":"/nope","value":null}]`,
	`[{"op":"test","path":"/nope/deeper","value":null}]`,
	`[{"op":"test","path":"/a/b/-1/c","value":"x"}]`,
	`[{"op":"test","path":"/a/b/3","value":null}]`,
	`[{"op":"test","path":"","value":{}}]`,
	`[{"op":"test","path":"/a/b","value":[1,2,{"c":"x"}]}]`,
	`[{"op":"test","path":"/a/b","value":[2,1,{"c":"x"}]}]`,
	`[{"op":"test","path":"/i","value":1.5}]`,
	`[{"op":"add","path":"/a/b/1","value":9}]`,
	`[{"op":"add","path":"/a/b/-","value":9}]`,
	`[{"op":"add","path":"/a/b/-1","value":9}]`,
	`[{"op":"add","path":"/a/b/-4","value":9}]`,
	`[{"op":"add","path":"/a/b/-5","value":9}]`,
	`[{"op":"add","path":"/a/b/3","value":9}]`,
	`[{"op":"add","path":"/a/b/4","value":9}]`,
	`[{"op":"add","path":"/a/b/x","value":9}]`,
	`[{"op":"add","path":"/a/b/01","value":9}]`,
	`[{"op":"add","path":"/a/b/+1","value":9}]`,
	`[{"op":"add","path":"/new","value":{"x":[]}}]`,
	`[{"op":"add","path":"/new/deeper","value":1}]`,
	`[{"op":"add","path":"/a/d/x","value":1}]`,
	`[{"op":"add","path":"/f/x","value":1}]`,
	`[{"op":"add","path":"","value":1}]`,
	`[{"op":"add","path":"/","value":1}]`,
	`[{"op":"add","path":"x/new","value":1}]`,
	`[{"op":"add","path":"/new"}]`,
	`[{"op":"add","value":1}]`,
	`[{"op":"add","path":"/a/~0x~1y","value":8}]`,
	`[{"op":"add","path":"/a/~01","value":8}]`,
	`[{"op":"remove","path":"/f"}]`,
	`[{"op":"remove","path":"/nope"}]`,
	`[{"op":"remove","path":"/a/b/0"}]`,
	`[{"op":"remove","path":"/a/b/-1"}]`,
	`[{"op":"remove","path":"/a/b/-3"}]`,
	`[{"op":"remove","path":"/a/b/3"}]`,
	`[{"op":"remove","path":"/g/0"}]`,
	`[{"op":"remove","path":"/a/d"}]`,
	`[{"op":"remove","path":""}]`,
	`[{"op":"replace","path":"/f","value":"z"}]`,
	`[{"op":"replace","path":"/nope","value":"z"}]`,
	`[{"op":"replace","path":"/nope/x","value":"z"}]`,
	`[{"op":"replace","path":"/a/b/1","value":"z"}]`,
	`[{"op":"replace","path":"/a/b/3","value":"z"}]`,
	`[{"op":"replace","path":"/a/b/-1","value":"z"}]`,
	`[{"op":"replace","path":"","value":{"z":1}}]`,
	`[{"op":"replace","path":"/f"}]`,
	`[{"op":"move","from":"/f","path":"/a/f"}]`,
	`[{"op":"move","from":"/a/b/0","path":"/a/b/-"}]`,
	`[{"op":"move","from":"/a","path":"/a/b/x"}]`,
	`[{"op":"move","from":"/nope","path":"/x"}]`,
	`[{"op":"move","path":"/x"}]`,
	`[{"op":"move","from":"/f"}]`,
	`[{"op":"copy","from":"/a","path":"/z"}]`,
	`[{"op":"copy","from":"/nope","path":"/z"}]`,
	`[{"op":"copy","from":"/a/b/9","path":"/z"}]`,
	`[{"op":"copy","from":"/a/b/2","path":"/a/b/0"}]`,
	`[{"op":"copy","path":"/a/b/0"}]`,
	`[{"op":"what","path":"/a"}]`,
	`[{"path":"/a"}]`,
	`[{"op":null,"path":"/a"}]`,
	`[null]`,
	`[{"op":"remove","path":"/f"},{"op":"test","path":"/f","value":"text"}]`,
	`[{"op":"add","path":"/s","value":[]},{"op":"add","path":"/s/0","value":"a"},{"op":"add","path":"/s/0","value":"b"}]`,
}

func jsonPatches(random *rand.Rand) []row {
	patches := append([]string{}, pickedJSON...)
	paths := []string{"/a", "/a/b", "/a/b/0", "/a/b/2", "/a/b/-", "/a/b/-1", "/a/b/2/c", "/a/d", "/a/e", "/a/e/n", "/f", "/g", "/g/0", "/g/-", "/n", "/n/n", "/h", "/a/~0x~1y"}
	values := []string{`1`, `"x"`, `null`, `[]`, `{}`, `{"c":"x"}`, `[1,2]`, `true`}
	for range 250 {
		var operations []string
		for range 1 + random.Intn(4) {
			operation := `{"op":"` + pick(random, "add", "add", "remove", "replace", "move", "copy", "test") + `","path":"` + pick(random, paths...) + `"`
			operation += `,"from":"` + pick(random, paths...) + `","value":` + pick(random, values...) + `}`
			operations = append(operations, operation)
		}
		patches = append(patches, "["+strings.Join(operations, ",")+"]")
	}
	rows := []row{{"document", json.RawMessage(document)}}
	for _, patch := range patches {
		operations, err := jsonpatch.DecodePatch([]byte(patch))
		if err != nil {
			panic(err)
		}
		patched, err := operations.Apply([]byte(document))
		if err != nil {
			rows = append(rows, row{json.RawMessage(patch), err.Error()})
		} else {
			rows = append(rows, row{json.RawMessage(patch), nil, json.RawMessage(patched)})
		}
	}
	return rows
}

func mergePatches(random *rand.Rand) []row {
	patches := []string{
		`{}`, `{"a":null}`, `{"a":{"b":null}}`, `{"a":{"b":{"x":null,"y":1}}}`, `{"a":5}`, `{"f":{"x":null,"y":{"z":null}}}`,
		`{"g":[null,{"x":null,"y":1},[{"z":null}]]}`, `{"n":{"x":null}}`, `{"n":{"x":{"y":null}}}`, `{"a":{"d":{"x":1,"y":null}}}`,
		`{"a":{"e":{"x":[{"y":null}]}}}`, `{"h":null,"i":null,"nope":null}`, `{"a":{"d":null,"b":[]}}`,
	}
	leaves := []string{`null`, `1`, `"x"`, `[]`, `[null]`, `{}`, `{"x":null}`, `{"b":null,"c":{"d":null}}`, `{"b":[{"c":null}],"e":{"f":1}}`}
	for range 200 {
		var fields []string
		for _, key := range []string{"a", "f", "g", "h", "n"} {
			if random.Intn(2) == 0 {
				value := pick(random, leaves...)
				if random.Intn(3) == 0 {
					value = `{"b":` + value + `,"d":` + pick(random, leaves...) + `,"e":` + pick(random, leaves...) + `}`
				}
				fields = append(fields, `"`+key+`":`+value)
			}
		}
		patches = append(patches, "{"+strings.Join(fields, ",")+"}")
	}
	rows := []row{{"document", json.RawMessage(document)}}
	for _, patch := range patches {
		patched, err := jsonpatch.MergePatch([]byte(document), []byte(patch))
		if err != nil {
			panic(err)
		}
		rows = append(rows, row{json.RawMessage(patch), json.RawMessage(patched)})
	}
	return rows
}
