package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// reflected returns the facts that need no server.
func reflected(t *testing.T) *typeSet {
	t.Helper()
	registry, err := newRegistry()
	if err != nil {
		t.Fatal(err)
	}
	set, err := reflectTypes(registry)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkProtobuf(set); err != nil {
		t.Fatal(err)
	}
	return set
}

func (s *typeSet) mustField(t *testing.T, of reflect.Type, name string) *fieldFacts {
	t.Helper()
	for _, field := range s.facts[of].Fields {
		if field.Go == name {
			return field
		}
	}
	t.Fatalf("%s has no field %s", of, name)
	return nil
}

func TestFieldIsOneCompactLine(t *testing.T) {
	set := reflected(t)
	for _, test := range []struct {
		of          reflect.Type
		field, want string
	}{
		{reflect.TypeFor[corev1.Pod](), "TypeMeta", `{"go":"TypeMeta","inline":true,"type":"meta.v1.TypeMeta"}`},
		{reflect.TypeFor[corev1.Pod](), "ObjectMeta", `{"go":"ObjectMeta","json":"metadata","type":"meta.v1.ObjectMeta","pb":[1,"bytes"],"omit":"empty"}`},
		{reflect.TypeFor[corev1.PodSpec](), "Containers", `{"go":"Containers","json":"containers","type":"[]core.v1.Container","pb":[2,"bytes"],"patch":"merge","mergeKey":"name"}`},
		{reflect.TypeFor[corev1.ResourceRequirements](), "Limits", `{"go":"Limits","json":"limits","type":"core.v1.ResourceList","pb":[1,"bytes"],"omit":"empty"}`},
		{reflect.TypeFor[metav1.ObjectMeta](), "CreationTimestamp", `{"go":"CreationTimestamp","json":"creationTimestamp","type":"meta.v1.Time","pb":[8,"bytes"],"omit":"empty,zero"}`},
	} {
		if got := compact(set.mustField(t, test.of, test.field)); got != test.want {
			t.Errorf("%s.%s\n got %s\nwant %s", test.of, test.field, got, test.want)
		}
	}
}

func TestWireKindIsTheOneOnTheWire(t *testing.T) {
	set := reflected(t)
	// Both tags upstream say otherwise.
	if kind := set.mustField(t, reflect.TypeFor[metav1.ListMeta](), "RemainingItemCount").PB[1]; kind != "varint" {
		t.Errorf("remainingItemCount is %v", kind)
	}
	if kind := set.mustField(t, reflect.TypeFor[metav1.DeleteOptions](), "PropagationPolicy").PB[1]; kind != "bytes" {
		t.Errorf("propagationPolicy is %v", kind)
	}
}

func TestProtobufTagsThatCannotBeSaidAreErrors(t *testing.T) {
	for _, tag := range []string{"bytes", "bytes,x,opt", "varint,1,rep,packed"} {
		if facts, err := protobufTag(tag); err == nil {
			t.Errorf("%q gives %v", tag, facts)
		}
	}
}

func TestConstantsHaveTheirValues(t *testing.T) {
	set := reflected(t)
	if err := addConstants(set); err != nil {
		t.Fatal(err)
	}
	phases := set.facts[reflect.TypeFor[corev1.PodPhase]()].Consts
	if phases["PodFailed"] != "Failed" || len(phases) != 5 {
		t.Errorf("phases of a pod: %v", phases)
	}
}

func TestTypeMarshallingItselfIsCustom(t *testing.T) {
	set := reflected(t)
	if facts := set.facts[reflect.TypeFor[metav1.Time]()]; facts.Custom != "json" || len(facts.Fields) != 0 {
		t.Errorf("Time: %+v", facts)
	}
	if facts := set.facts[reflect.TypeFor[corev1.Pod]()]; facts.Custom != "" || !facts.GVK {
		t.Errorf("Pod: %+v", facts)
	}
}

func TestComponentIsNamedByTheReversedHost(t *testing.T) {
	if name := componentName(reflect.TypeFor[corev1.Pod]()); name != "io.k8s.api.core.v1.Pod" {
		t.Error(name)
	}
}

func TestInlinedStructIsDescribedByItsOuterOne(t *testing.T) {
	set := reflected(t)
	components := map[string]*openAPISchema{"io.k8s.api.core.v1.Volume": {}}
	component, owner := componentOf(set, components, reflect.TypeFor[corev1.VolumeSource]())
	if component == nil || owner != reflect.TypeFor[corev1.Volume]() {
		t.Errorf("VolumeSource is described by %v", owner)
	}
}

func TestDefaultIsAFactUnlessItIsTheZeroValue(t *testing.T) {
	for _, test := range []struct {
		of    reflect.Type
		value string
		fact  bool
	}{
		{reflect.TypeFor[string](), `""`, false},
		{reflect.TypeFor[string](), `"TCP"`, true},
		{reflect.TypeFor[*string](), `""`, true},
		{reflect.TypeFor[int32](), `0`, false},
		{reflect.TypeFor[*int32](), `1`, true},
		{reflect.TypeFor[corev1.PodSpec](), `{}`, false},
	} {
		field := &fieldFacts{goType: test.of}
		if err := field.addProperty(&openAPISchema{Default: json.RawMessage(test.value)}, false); err != nil {
			t.Fatal(err)
		}
		if (field.Default != nil) != test.fact {
			t.Errorf("%s of %s: %s", test.value, test.of, field.Default)
		}
	}
}

func TestPatchStrategyMustAgreeWithItsTag(t *testing.T) {
	field := &fieldFacts{goType: reflect.TypeFor[[]string](), Patch: "merge"}
	if err := field.addProperty(&openAPISchema{}, false); err == nil {
		t.Error("OpenAPI without a patch strategy passes beside a tag with one")
	}
}

func TestEnumBelongsToItsTypeWhereEveryUseAgrees(t *testing.T) {
	phase := reflect.TypeFor[corev1.PodPhase]()
	for _, test := range []struct {
		second         []string
		ofType, ofUses []string
	}{
		{[]string{"b", "a"}, []string{"a", "b"}, nil},
		{[]string{"b"}, nil, []string{"a", "b"}},
	} {
		set := &typeSet{facts: map[reflect.Type]*typeFacts{phase: {String: true}}}
		first := &fieldFacts{goType: phase}
		second := &fieldFacts{goType: reflect.TypeFor[[]corev1.PodPhase]()}
		enums := enumFacts{}
		enums.add(set, first, &openAPISchema{Enum: []string{"b", "a"}})
		enums.add(set, second, &openAPISchema{Items: &openAPISchema{Enum: test.second}})
		enums.settle(set)
		if !slices.Equal(set.facts[phase].Enum, test.ofType) || !slices.Equal(first.Enum, test.ofUses) {
			t.Errorf("%v: type %v, first use %v", test.second, set.facts[phase].Enum, first.Enum)
		}
	}
}

func TestRemovedKindSaysWhen(t *testing.T) {
	ingress := reflect.TypeFor[extensionsv1beta1.Ingress]()
	if reason, ok := removed(ingress, "1.36.3"); !ok || reason != "removed in 1.22" {
		t.Errorf("%q, %v", reason, ok)
	}
	if reason, ok := removed(ingress, "1.21.0"); ok {
		t.Errorf("removed from a server that still serves it: %q", reason)
	}
	if reason, ok := removed(reflect.TypeFor[corev1.Pod](), "1.36.3"); ok {
		t.Errorf("pods: %q", reason)
	}
}
