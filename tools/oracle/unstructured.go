package main

import (
	"encoding/json"
	"math/rand"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// documents are objects, lists, and what is neither.
var documents = []string{
	``, ` `, `null`, `[]`, `7`, `"x"`, `{`, `{}`, ` {} `, `{}x`, `{"kind":"A"}`, `{"kind":""}`, `{"kind":7}`, `{"kind":null}`,
	`{"apiVersion":"v1"}`, `{"kind":"A","apiVersion":"v1"}`, `{"kind":"A","apiVersion":7}`, `{"Kind":"A"}`, `{"kind":"A",}`,
	`{"kind":"A","kind":"B"}`, `{"kind":"A","kind":7}`, `{"kind":"\u0041","api\u0056ersion":"a\/v1"}`, `{"kind":"A"}{}`,
	`{"kind":"A","metadata":null}`, `{"kind":"A","metadata":7}`, `{"kind":"A","metadata":[]}`, `{"kind":"A","metadata":{}}`,
	`{"kind":"A","metadata":{"name":"a","namespace":"b","uid":"c","resourceVersion":"7","generation":3}}`,
	`{"kind":"A","metadata":{"name":null,"namespace":7,"uid":[],"resourceVersion":{},"generation":"3"}}`,
	`{"kind":"A","metadata":{"name":"a","name":"b"}}`, `{"kind":"A","metadata":{"name":"a"},"metadata":{"uid":"b"}}`,
	`{"kind":"A","metadata":{"name":"a"},"metadata":null}`, `{"kind":"A","metadata":{"n\u0061me":"\u0061\n\ud83d\ude00"}}`,
	`{"kind":"A","metadata":{"Name":"a","NAMESPACE":"b"}}`, `{"kind":"A","metadata":{"generation":1.0}}`,
	`{"kind":"A","metadata":{"generation":1e2}}`, `{"kind":"A","metadata":{"generation":9223372036854775808}}`,
	`{"kind":"A","metadata":{"generation":-9223372036854775808}}`,
	`{"kind":"A","metadata":{"labels":{"a":"b","c":"","d":null}}}`, `{"kind":"A","metadata":{"labels":null}}`,
	`{"kind":"A","metadata":{"labels":{"a":"b","c":7}}}`, `{"kind":"A","metadata":{"labels":[]}}`,
	`{"kind":"A","metadata":{"labels":{"a":"b"},"labels":{"c":"d"}}}`, `{"kind":"A","metadata":{"labels":{"a":"b","a":"c"}}}`,
	`{"kind":"A","metadata":{"labels":{"\u0061":"\"b\"","c":"d"},"annotations":{"e":"{\"f\":\"g\"}","h":"i"}}}`,
	`{"kind":"A","metadata":{"annotations":{"a":"b","c":null},"labels":{"a":false}}}`,
	`{"kind":"A","metadata":{"annotations":{"a":"b","c":[]},"labels":{"x":"\t"},"name":"\t"}}`,
	`{"kind":"A","metadata":{"deletionTimestamp":"2026-03-14T09:21:33Z"}}`, `{"kind":"A","metadata":{"deletionTimestamp":null}}`,
	`{"kind":"A","metadata":{"deletionTimestamp":""}}`, `{"kind":"A","metadata":{"deletionTimestamp":"x"}}`,
	`{"kind":"A","metadata":{"deletionTimestamp":7}}`, `{"kind":"A","metadata":{"deletionTimestamp":"0001-01-01T00:00:00Z"}}`,
	`{"kind":"A","n":1e999}`, `{"kind":"A","n":[{"m":-1e999}]}`, `{"kind":"A","n":01}`, `{"kind":"A","n":1.}`, `{"kind":"A","n":+1}`,
	`{"kind":"A","n":[0,-0,1.0,1e2,0.1,1E-2,9223372036854775807,9223372036854775808,-9223372036854775809,123456789012345678901234567890]}`,
	`{"kind":"A","s":"\u0000\u001f\u2028\ud800x\\\/"}`, `{"kind":"A","s":"<&>"}`, `{"kind":"A","x":tru}`, "{\"kind\":\"A\",\"s\":\"\t\"}",
	"{\n  \"kind\": \"A\",\n  \"spec\": {\"replicas\": 3}\n}\n",
	`{"kind":"A","spec":{"replicas":3,"ratio":0.5,"whole":3.0,"paused":true,"nothing":null,"name":"a","list":["a","b"],"mixed":["a",7],"map":{"a":"b"},"nulls":{"a":null},"mixedMap":{"a":"b","c":7},"deep":{"er":{"still":"x"}}}}`,
	`{"kind":"A","spec":{"a.b/c":"d","":"e","é":"f"}}`, `{"kind":"A","spec":{"a":1,"a":{"b":2},"a":{"c":3}}}`,
	`{"kind":"A","items":null}`, `{"kind":"AList","items":[]}`, `{"kind":"A","items":{}}`, `{"kind":"A","items":7}`,
	`{"kind":"AList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"x","remainingItemCount":3},"items":[{"metadata":{"name":"a"}},{}]}`,
	`{"apiVersion":"v1","items":[{"kind":"B","apiVersion":"v2"},{"kind":"B"},{"apiVersion":"v2"},{"kind":"","apiVersion":""},{"kind":7}],"kind":"AList"}`,
	`{"kind":"Things","apiVersion":"v1","items":[{ "a":1 },{ }]}`, `{"kind":"List","items":[{}]}`, `{"items":[{}]}`, `{"kind":"","items":[{}]}`,
	`{"kind":"AList","items":[7]}`, `{"kind":"AList","items":["x"]}`, `{"kind":"AList","items":[[]]}`, `{"kind":"AList","items":[{},]}`,
	`{"kind":"AList","items":[{"a":1}],"items":[{"b":2}]}`, `{"kind":"AList","items":[{"a":1e999}]}`,
}

// unstructuredDocuments asks what is read from documents: a document; nil, or the kind, the version, the name, the
// namespace, the uid, the resource version, the generation, whether it is being deleted, the labels, the annotations,
// whether it is a list, and the object as it is written.
func unstructuredDocuments(*rand.Rand) []row {
	var rows []row
	for _, document := range documents {
		object := &unstructured.Unstructured{}
		if _, _, err := unstructured.UnstructuredJSONScheme.Decode([]byte(document), nil, object); err != nil {
			rows = append(rows, row{document, nil})
			continue
		}
		rows = append(rows, row{document, row{
			object.GetKind(), object.GetAPIVersion(), object.GetName(), object.GetNamespace(), string(object.GetUID()),
			object.GetResourceVersion(), object.GetGeneration(), object.GetDeletionTimestamp() != nil,
			texts(object.GetLabels()), texts(object.GetAnnotations()), object.IsList(), object.Object,
		}})
	}
	return rows
}

func texts(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// unstructuredLists asks what is read from lists: a document; nil, or the kind, the version, the resource version, where
// to continue, how many items remain, and the items as they are written.
func unstructuredLists(*rand.Rand) []row {
	var rows []row
	for _, document := range documents {
		list := &unstructured.UnstructuredList{}
		if _, _, err := unstructured.UnstructuredJSONScheme.Decode([]byte(document), nil, list); err != nil {
			rows = append(rows, row{document, nil})
			continue
		}
		items := row{}
		for _, item := range list.Items {
			items = append(items, item.Object)
		}
		rows = append(rows, row{document, row{
			list.GetKind(), list.GetAPIVersion(), list.GetResourceVersion(), list.GetContinue(), list.GetRemainingItemCount(), items,
		}})
	}
	return rows
}

var paths = []string{
	"kind", "spec", "spec.replicas", "spec.ratio", "spec.whole", "spec.paused", "spec.nothing", "spec.name", "spec.list", "spec.mixed",
	"spec.map", "spec.nulls", "spec.mixedMap", "spec.deep", "spec.deep.er", "spec.deep.er.still", "spec.deep.er.still.more",
	"spec.nothing.x", "spec.replicas.x", "spec.list.0", "spec.missing", "spec.missing.x", "missing.x", "spec.map.a", "spec.a", "spec.a.b",
	"spec.a.c", "n", "s", "kind.x", "metadata.labels.a", "metadata.name", "items", "spec.",
}

// objects are those of the documents that are objects.
func objects() map[string]map[string]any {
	found := map[string]map[string]any{}
	for _, document := range documents {
		object := &unstructured.Unstructured{}
		if _, _, err := unstructured.UnstructuredJSONScheme.Decode([]byte(document), nil, object); err == nil {
			found[document] = object.Object
		}
	}
	return found
}

// unstructuredFields asks for fields: a document, a path, and the answers, each a type, "missing", "error", or "found",
// and the value.
func unstructuredFields(*rand.Rand) []row {
	var rows []row
	objects := objects()
	for _, document := range documents {
		object, ok := objects[document]
		if !ok {
			continue
		}
		for _, path := range paths {
			steps := strings.Split(path, ".")
			answers := row{}
			ask := func(as string, value any, found bool, err error) {
				switch {
				case err != nil:
					answers = append(answers, row{as, "error", nil})
				case found:
					answers = append(answers, row{as, "found", value})
				default:
					answers = append(answers, row{as, "missing", nil})
				}
			}
			any, found, err := unstructured.NestedFieldCopy(object, steps...)
			ask("any", any, found, err)
			if !found {
				// The others answer alike.
				rows = append(rows, row{document, path, answers})
				continue
			}
			text, found, err := unstructured.NestedString(object, steps...)
			ask("string", text, found, err)
			truth, found, err := unstructured.NestedBool(object, steps...)
			ask("bool", truth, found, err)
			whole, found, err := unstructured.NestedInt64(object, steps...)
			ask("int64", whole, found, err)
			float, found, err := unstructured.NestedFloat64(object, steps...)
			ask("float64", float, found, err)
			number, found, err := unstructured.NestedNumberAsFloat64(object, steps...)
			ask("number", number, found, err)
			list, found, err := unstructured.NestedSlice(object, steps...)
			ask("list", list, found, err)
			texts, found, err := unstructured.NestedStringSlice(object, steps...)
			ask("strings", texts, found, err)
			inner, found, err := unstructured.NestedMap(object, steps...)
			ask("object", inner, found, err)
			textMap, found, err := unstructured.NestedStringMap(object, steps...)
			ask("string_map", textMap, found, err)
			rows = append(rows, row{document, path, answers})
		}
	}
	return rows
}

// unstructuredEdits sets and removes fields, one after the other: a document, and edits, each a path, whether to set or
// to remove, the value, whether that failed, and the object behind it.
func unstructuredEdits(random *rand.Rand) []row {
	var rows []row
	decode := func(document string) *unstructured.Unstructured {
		object := &unstructured.Unstructured{}
		if _, _, err := unstructured.UnstructuredJSONScheme.Decode([]byte(document), nil, object); err != nil {
			return nil
		}
		return object
	}
	for _, document := range documents {
		for range 5 {
			object := decode(document)
			if object == nil || len(document) > 400 && random.Intn(2) == 0 {
				continue
			}
			edits := row{}
			for range 1 + random.Intn(4) {
				path := pick(random, paths...)
				steps := strings.Split(path, ".")
				set := random.Intn(3) > 0
				var value any
				failed := false
				if set {
					value = pick[any](random, nil, "x", int64(7), 0.5, true, []any{"a"}, map[string]any{"b": "c"}, map[string]any{})
					failed = unstructured.SetNestedField(object.Object, value, steps...) != nil
				} else {
					unstructured.RemoveNestedField(object.Object, steps...)
				}
				written, err := json.Marshal(object.Object)
				if err != nil {
					panic(err)
				}
				edits = append(edits, row{path, set, value, failed, json.RawMessage(written)})
			}
			rows = append(rows, row{document, edits})
		}
	}
	return rows
}
