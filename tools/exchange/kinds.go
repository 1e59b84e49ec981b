package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	admissionv1beta1 "k8s.io/api/admission/v1beta1"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apidiscoveryv2beta1 "k8s.io/api/apidiscovery/v2beta1"
	imagepolicyv1alpha1 "k8s.io/api/imagepolicy/v1alpha1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientset "k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// A kind is one kind of the Kubernetes API.
type kind struct {
	schema.GroupVersionKind
	goType reflect.Type
}

// String is the kind's name in frames and messages, `apiVersion/Kind`: "v1/Pod", "apps/v1/Deployment".
func (k kind) String() string {
	return k.GroupVersion().String() + "/" + k.Kind
}

const metaPackage = "k8s.io/apimachinery/pkg/apis/meta/v1"

// newScheme registers every group version of k8s.io/api, and the other groups that every cluster serves.
// The internal types of apiextensions are there to be filled and converted.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientset.AddToScheme,
		admissionv1.AddToScheme, admissionv1beta1.AddToScheme,
		apidiscoveryv2.AddToScheme, apidiscoveryv2beta1.AddToScheme,
		imagepolicyv1alpha1.AddToScheme,
		apiextensions.AddToScheme, apiextensionsv1.AddToScheme,
		apiregistrationv1.AddToScheme,
		metricsv1beta1.AddToScheme,
		metav1.AddMetaToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("register kinds: %w", err)
		}
	}
	return scheme, nil
}

// kindsOf returns the scheme's kinds by name. What Go registers once more in every group version (options, watch
// events) is one kind, of v1 where it is registered there, as it travels in most documents.
func kindsOf(scheme *runtime.Scheme) []kind {
	kinds := map[string]kind{}
	for gvk, goType := range scheme.AllKnownTypes() {
		if gvk.Version == runtime.APIVersionInternal {
			continue
		}
		if goType.PkgPath() == metaPackage {
			core := schema.GroupVersion{Version: "v1"}.WithKind(gvk.Kind)
			if gvk = metav1.SchemeGroupVersion.WithKind(gvk.Kind); scheme.Recognizes(core) {
				gvk = core
			}
		}
		k := kind{gvk, goType}
		kinds[k.String()] = k
	}
	var sorted []kind
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		sorted = append(sorted, kinds[name])
	}
	return sorted
}
