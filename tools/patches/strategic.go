package main

import (
	"encoding/json"
	"fmt"
	"math/rand"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	kjson "sigs.k8s.io/json"
)

// The kinds of the cases: the names under which the server knows them, and their types in Go.
var kinds = map[string]func() runtime.Object{
	"Pod":                      func() runtime.Object { return &corev1.Pod{} },
	"Service":                  func() runtime.Object { return &corev1.Service{} },
	"ConfigMap":                func() runtime.Object { return &corev1.ConfigMap{} },
	"Node":                     func() runtime.Object { return &corev1.Node{} },
	"Namespace":                func() runtime.Object { return &corev1.Namespace{} },
	"ServiceAccount":           func() runtime.Object { return &corev1.ServiceAccount{} },
	"PersistentVolumeClaim":    func() runtime.Object { return &corev1.PersistentVolumeClaim{} },
	"Deployment":               func() runtime.Object { return &appsv1.Deployment{} },
	"StatefulSet":              func() runtime.Object { return &appsv1.StatefulSet{} },
	"ControllerRevision":       func() runtime.Object { return &appsv1.ControllerRevision{} },
	"Ingress":                  func() runtime.Object { return &networkingv1.Ingress{} },
	"Role":                     func() runtime.Object { return &rbacv1.Role{} },
	"CustomResourceDefinition": func() runtime.Object { return &apiextensionsv1.CustomResourceDefinition{} },
}

func strategicPatches(random *rand.Rand) []row {
	var rows []row
	add := func(kind, original, patch string) {
		answer, err, steady := steadily(func() (string, error) { return applied(kind, original, patch) })
		if !steady {
			return
		}
		if err != nil {
			rows = append(rows, row{kind, json.RawMessage(patch), err.Error()})
			return
		}
		rows = append(rows, row{kind, json.RawMessage(patch), nil, json.RawMessage(answer)})
	}
	for _, picked := range pickedStrategic {
		for _, patch := range picked.patches {
			add(picked.kind, picked.object, patch)
		}
	}
	for _, picked := range pickedStrategic {
		for range 20 {
			changed := object(picked.kind, picked.object)
			for range 1 + random.Intn(4) {
				change(random, changed)
			}
			add(picked.kind, picked.object, difference(picked.kind, picked.object, changed))
		}
		for range 20 {
			patch := object(picked.kind, picked.object)
			for range 2 + random.Intn(6) {
				change(random, patch)
				direct(random, patch)
			}
			text := raw(patch)
			if len(text) < 3000 {
				add(picked.kind, picked.object, string(text))
			}
		}
	}
	return rows
}

// strategicObjects are the objects that the cases are about, by their kinds.
func strategicObjects(*rand.Rand) []row {
	var rows []row
	for _, picked := range pickedStrategic {
		rows = append(rows, row{picked.kind, raw(object(picked.kind, picked.object))})
	}
	return rows
}

// object is an object as the server has it when it patches it.
func object(kind, text string) map[string]any {
	typed := kinds[kind]()
	if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(text), typed); err != nil {
		panic(fmt.Sprintf("%s %s: %v", kind, text, err))
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		panic(err)
	}
	return fields
}

// applied is what kube-apiserver does, as far as strategic merge patches are concerned.
func applied(kind, original, patch string) (answer string, err error) {
	defer func() {
		// What is not comparable is a panic in Go, and an answer of the server that is no Status.
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	fields := map[string]any{}
	if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(patch), &fields); err != nil {
		return "", err
	}
	patched, err := strategicpatch.StrategicMergeMapPatch(object(kind, original), fields, kinds[kind]())
	if err != nil {
		return "", err
	}
	return string(raw(patched)), nil
}

// difference is the patch that Go's clients send to make one object of another.
func difference(kind, original string, changed map[string]any) string {
	patch, err := strategicpatch.CreateTwoWayMergePatch(raw(object(kind, original)), raw(changed), kinds[kind]())
	if err != nil {
		return "{}"
	}
	return string(patch)
}

// change changes something somewhere below: it removes, repeats, reorders, clears or renames.
func change(random *rand.Rand, value any) any {
	switch value := value.(type) {
	case map[string]any:
		keys := sorted(value)
		if len(keys) == 0 {
			return value
		}
		key := pick(random, keys...)
		switch random.Intn(8) {
		case 0:
			delete(value, key)
		case 1:
			value[key] = nil
		default:
			value[key] = change(random, value[key])
		}
		return value
	case []any:
		if len(value) == 0 {
			return value
		}
		at := random.Intn(len(value))
		switch random.Intn(6) {
		case 0:
			return append(append([]any{}, value[:at]...), value[at+1:]...)
		case 1:
			return append(value, change(random, copied(value[at])))
		case 2:
			other := random.Intn(len(value))
			value[at], value[other] = value[other], value[at]
		default:
			value[at] = change(random, value[at])
		}
		return value
	case string:
		return pick(random, value+"x", value, "a", "b")
	case int64:
		return pick(random, value+1, 80, 443, 0)
	case bool:
		return !value
	}
	return value
}

// direct puts a directive somewhere into a patch.
func direct(random *rand.Rand, value any) {
	switch value := value.(type) {
	case map[string]any:
		keys := sorted(value)
		if len(keys) == 0 {
			return
		}
		key := pick(random, keys...)
		if list, ok := value[key].([]any); ok && random.Intn(2) == 0 {
			switch random.Intn(3) {
			case 0:
				value["$setElementOrder/"+key] = order(random, list)
			case 1:
				value["$deleteFromPrimitiveList/"+key] = order(random, list)
				delete(value, key)
			case 2:
				value[key] = append(list, map[string]any{"$patch": pick(random, "replace", "delete", "merge", "other")})
			}
			return
		}
		switch random.Intn(12) {
		case 0:
			value["$patch"] = pick[any](random, "replace", "delete", "merge", int64(1))
		case 1:
			kept := []any{}
			for _, key := range keys {
				if random.Intn(4) > 0 {
					kept = append(kept, key)
				}
			}
			value["$retainKeys"] = kept
		default:
			direct(random, value[key])
		}
	case []any:
		if len(value) > 0 {
			element := value[random.Intn(len(value))]
			if fields, ok := element.(map[string]any); ok && random.Intn(3) == 0 {
				fields["$patch"] = "delete"
				return
			}
			direct(random, element)
		}
	}
}

// order is a list of what identifies the elements of another, shuffled now and then.
func order(random *rand.Rand, list []any) []any {
	ordered := []any{}
	for _, element := range list {
		fields, ok := element.(map[string]any)
		if !ok {
			ordered = append(ordered, element)
			continue
		}
		for _, key := range []string{"name", "mountPath", "containerPort", "port", "ip", "type", "uid", "key", "topologyKey"} {
			if value, found := fields[key]; found {
				ordered = append(ordered, map[string]any{key: value})
				break
			}
		}
	}
	if random.Intn(3) == 0 {
		random.Shuffle(len(ordered), func(i, j int) { ordered[i], ordered[j] = ordered[j], ordered[i] })
	}
	return ordered
}

func copied(value any) any {
	return runtime.DeepCopyJSONValue(value)
}
