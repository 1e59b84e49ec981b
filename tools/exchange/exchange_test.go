package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func TestEmptyListsAndMapsAreWhatTheyAreInRust(t *testing.T) {
	for _, test := range []struct{ object, want runtime.Object }{
		// A list that is always written, and a map and a list that are left out.
		{
			&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{}, Finalizers: []string{}}},
			&corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{}}},
		},
		// Lists within a list, which are not nil but empty, and binary data within a map.
		{
			&rbacv1.Role{Rules: []rbacv1.PolicyRule{{}}},
			&rbacv1.Role{Rules: []rbacv1.PolicyRule{{Verbs: []string{}}}},
		},
		{
			&corev1.Secret{Data: map[string][]byte{"key": nil}},
			&corev1.Secret{Data: map[string][]byte{"key": {}}},
		},
		{
			&authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{Extra: map[string]authorizationv1.ExtraValue{"key": nil}}},
			&authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{Extra: map[string]authorizationv1.ExtraValue{"key": {}}}},
		},
	} {
		n := newNormalizer([]kind{{goType: reflect.TypeOf(test.object).Elem()}})
		got := test.object.DeepCopyObject()
		n.normalize(got)
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%+v\nbecomes %+v\nand not %+v", test.object, got, test.want)
		}
		if !equality.Semantic.DeepEqual(got, test.object) {
			t.Errorf("%+v is another object afterwards", test.object)
		}
	}
}

func TestObjectDependsOnItsSeedKindAndIndexAlone(t *testing.T) {
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	serializers := newSerializers(scheme)
	document := func(seed uint64, name string, index int) string {
		for _, k := range kindsOf(scheme) {
			if k.String() == name {
				object, err := newFiller(scheme, seed).fill(k, index)
				if err != nil {
					t.Fatal(err)
				}
				document, err := serializers.encode(formatJSON, object)
				if err != nil {
					t.Fatal(err)
				}
				return string(document)
			}
		}
		t.Fatalf("no kind %s", name)
		return ""
	}
	const crd = "apiextensions.k8s.io/v1/CustomResourceDefinition"
	for index := range 2 {
		for _, name := range []string{"v1/Pod", crd} {
			if document(1, name, index) != document(1, name, index) {
				t.Errorf("object %d of %s is another the second time", index, name)
			}
			if document(1, name, index) == document(2, name, index) {
				t.Errorf("object %d of %s is the same for another seed", index, name)
			}
		}
	}
	if document(1, "v1/Pod", 0) == document(1, "v1/Pod", 2) {
		t.Error("every pod is the same")
	}
}

func TestDifferenceIsNamed(t *testing.T) {
	pod := func(image string) *corev1.Pod {
		return &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a"}, {Image: image}}}}
	}
	field, ok := differingField(pod("x"), pod("y"))
	if !ok || !strings.HasPrefix(field, "field {*v1.Pod}.Spec.Containers[1].Image: Go has x, pintle y") {
		t.Errorf("%v %q", ok, field)
	}
	if field, ok := differingField(pod("x"), pod("x")); ok {
		t.Errorf("equal objects differ in %s", field)
	}

	document := []byte(`{"a":[1,{"b":"]}"},{"c":{"d":true}}],"e":null}`)
	for text, path := range map[string]string{"1": "a[0]", "]}": "a[1].b", "true": "a[2].c.d", "null": "e"} {
		if got := jsonPath(document, bytes.Index(document, []byte(text))); got != path {
			t.Errorf("%s stands at %s, not at %s", text, path, got)
		}
	}

	marshal := func(image string) []byte {
		data, err := pod(image).Spec.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	// containers is field 2 of a pod's specification, image field 2 of a container.
	if path := strings.Join(protobufPath(marshal("image"), marshal("imago")), "."); path != "2.2" {
		t.Errorf("the image stands in fields %s", path)
	}
}

func TestSpellingIsShownWhereItDiffers(t *testing.T) {
	for _, test := range []struct {
		format    format
		want, got string
		shown     [3]string
	}{
		{formatJSON, `{"a":[-0]}`, `{"a":[0]}`, [3]string{", at a[0]", `"{\"a\":[-0]}"`, `"{\"a\":[0]}"`}},
		{formatCBOR, "\xa2\x41a\x01\x41b\x02", "\xa2\x41b\x02\x41a\x01", [3]string{"", `"{'a': 1, 'b': 2}"`, `"{'b': 2, 'a': 1}"`}},
		// The number 1, in one byte and in two.
		{formatCBOR, "\x01", "\x18\x01", [3]string{"", " | 01", " | 18 01"}},
	} {
		place, want, got := differingSpelling(test.format, []byte(test.want), []byte(test.got))
		if shown := [3]string{place, want, got}; shown != test.shown {
			t.Errorf("%s: %q", test.format, shown)
		}
	}
}

func TestMalformedAnswerIsAnError(t *testing.T) {
	whole := []byte{0, 0, 1, 0, 0, 0, 'a', 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 'b', 'c'}
	a, err := parseAnswer(whole)
	if err != nil || string(a.written[formatJSON].document) != "a" || string(a.written[formatCBOR].document) != "bc" {
		t.Errorf("%+v, %v", a, err)
	}
	for length := range whole {
		if a, err := parseAnswer(whole[:length]); err == nil {
			t.Errorf("%v gives %+v", whole[:length], a)
		}
	}
	if _, err := parseAnswer(append(whole, 0)); err == nil {
		t.Error("more than an answer is taken for one")
	}
	if a, err := parseAnswer([]byte("\x01no")); err != nil || a.unread != "no" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestPeerThatEndsBeforeItsTimeIsADifference(t *testing.T) {
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "codec")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	pod := kind{corev1.SchemeGroupVersion.WithKind("Pod"), reflect.TypeFor[corev1.Pod]()}
	x := &exchange{
		settings:    settings{codec: program},
		serializers: newSerializers(scheme),
		normalizer:  newNormalizer([]kind{pod}),
		formats:     map[kind][]format{pod: {formatJSON, formatProtobuf}},
		first:       map[kind]difference{},
	}
	w := worker{exchange: x, filler: newFiller(scheme, 1)}
	if err := w.exchangeBatch(batch{pod, 5, 8}); err != nil {
		t.Fatal(err)
	}
	// Three objects in two formats, each to be written in both.
	if x.passed != 0 || x.failed != 12 {
		t.Errorf("%d passed, %d failed", x.passed, x.failed)
	}
	if d := x.first[pod]; d.sample.index != 5 || !strings.Contains(d.reason, "exit status 3") {
		t.Errorf("%d: %s", d.sample.index, d.reason)
	}
	if err := w.exchangeBatch(batch{pod, 0, 2 * patienceWithPeers}); err == nil {
		t.Error("peers are started without end")
	}
}
