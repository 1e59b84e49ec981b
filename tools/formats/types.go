package main

import (
	"maps"
	"slices"
	"unicode/utf8"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// The types that pintle's tests describe too, under the same names.

type Leaf struct {
	Number int32   `json:"number,omitempty"`
	Ratio  float64 `json:"ratio,omitempty"`
}

type Source struct {
	HostPath *Leaf  `json:"hostPath,omitempty"`
	Secret   string `json:"secret,omitempty"`
}

type Whole struct {
	metav1.TypeMeta `json:",inline"`
	Name            string `json:"name"`
	Source          `json:",inline"`
	Replicas        *int32              `json:"replicas,omitempty"`
	Labels          map[string]string   `json:"labels,omitempty"`
	Data            map[string][]byte   `json:"data,omitempty"`
	Blob            []byte              `json:"blob,omitempty"`
	Leaves          []Leaf              `json:"leaves,omitempty"`
	Required        []string            `json:"required"`
	Status          Leaf                `json:"status,omitempty"`
	Zero            Leaf                `json:"zero,omitzero"`
	Enabled         bool                `json:"enabled,omitempty"`
	Big             int64               `json:"big,omitempty"`
	Groups          map[string][]string `json:"groups,omitempty"`
}

type Scalars struct {
	metav1.TypeMeta `json:",inline"`
	Time            metav1.Time                  `json:"time,omitzero"`
	MaybeTime       *metav1.Time                 `json:"maybeTime,omitempty"`
	Micro           metav1.MicroTime             `json:"micro,omitzero"`
	Quantity        *resource.Quantity           `json:"quantity,omitempty"`
	Quantities      map[string]resource.Quantity `json:"quantities,omitempty"`
	Port            *intstr.IntOrString          `json:"port,omitempty"`
	Length          *metav1.Duration             `json:"length,omitempty"`
	Fields          *metav1.FieldsV1             `json:"fields,omitempty"`
	Raw             *runtime.RawExtension        `json:"raw,omitempty"`
	Raws            []runtime.RawExtension       `json:"raws,omitempty"`
	Any             *apiextensions.JSON          `json:"any,omitempty"`
}

func (w *Whole) DeepCopyObject() runtime.Object   { panic("nothing copies it") }
func (s *Scalars) DeepCopyObject() runtime.Object { panic("nothing copies it") }

var groupVersion = schema.GroupVersion{Group: "test", Version: "v1"}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	scheme.AddKnownTypes(groupVersion, &Whole{}, &Scalars{})
	return scheme
}

// normalize gives an object the form that pintle holds. Pintle does not tell nil from empty: what is nil becomes empty
// where pintle writes it so. Its strings are text: what is not becomes U+FFFD, as it does in JSON.
func (w *Whole) normalize() {
	if w.Required == nil {
		w.Required = []string{}
	}
	for key, value := range w.Data {
		if value == nil {
			w.Data[key] = []byte{}
		}
	}
	for key, value := range w.Groups {
		if value == nil {
			w.Groups[key] = []string{}
		}
	}
	w.Kind, w.APIVersion, w.Name, w.Secret = repair(w.Kind), repair(w.APIVersion), repair(w.Name), repair(w.Secret)
	repairKeys(w.Labels)
	repairKeys(w.Data)
	repairKeys(w.Groups)
	for key, value := range w.Labels {
		w.Labels[key] = repair(value)
	}
	for _, list := range append(slices.Collect(maps.Values(w.Groups)), w.Required) {
		for i := range list {
			list[i] = repair(list[i])
		}
	}
}

// normalizeTree does the same for what is in a tree.
func normalizeTree(value any) any {
	switch value := value.(type) {
	case string:
		return repair(value)
	case []any:
		for i := range value {
			value[i] = normalizeTree(value[i])
		}
	case map[string]any:
		repairKeys(value)
		for key := range value {
			value[key] = normalizeTree(value[key])
		}
	}
	return value
}

func repairKeys[T any](m map[string]T) {
	for _, key := range slices.Collect(maps.Keys(m)) {
		if value := m[key]; !utf8.ValidString(key) {
			delete(m, key)
			m[repair(key)] = value
		}
	}
}

func repair(text string) string {
	return string([]rune(text))
}
