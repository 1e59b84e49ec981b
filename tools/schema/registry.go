package main

import (
	"fmt"
	"os/exec"
	"reflect"
	"sort"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	admissionv1beta1 "k8s.io/api/admission/v1beta1"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apidiscoveryv2beta1 "k8s.io/api/apidiscovery/v2beta1"
	imagepolicyv1alpha1 "k8s.io/api/imagepolicy/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientset "k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// A registry knows the kinds that the Kubernetes API registers, and the Go type behind each.
type registry struct {
	// kinds holds every registered kind whose Go type lives in the package of its own group version.
	// Options and watch events, which Go registers once more in every group version, are meta/v1's alone.
	kinds map[schema.GroupVersionKind]reflect.Type
	// groupVersions gives the group version of each Go package that registers kinds.
	groupVersions map[string]schema.GroupVersion
}

const (
	apiModule   = "k8s.io/api/"
	metaPackage = "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func newRegistry() (*registry, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientset.AddToScheme,
		admissionv1.AddToScheme, admissionv1beta1.AddToScheme,
		apidiscoveryv2.AddToScheme, apidiscoveryv2beta1.AddToScheme,
		imagepolicyv1alpha1.AddToScheme,
		apiextensionsv1.AddToScheme,
		apiregistrationv1.AddToScheme,
		metricsv1beta1.AddToScheme,
		metav1.AddMetaToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("register kinds: %w", err)
		}
	}
	r := &registry{
		kinds:         map[schema.GroupVersionKind]reflect.Type{},
		groupVersions: map[string]schema.GroupVersion{metaPackage: metav1.SchemeGroupVersion},
	}
	for kind, t := range scheme.AllKnownTypes() {
		if kind.Version == runtime.APIVersionInternal {
			continue
		}
		if t.PkgPath() == metaPackage {
			r.kinds[metav1.SchemeGroupVersion.WithKind(t.Name())] = t
			continue
		}
		if kind.Kind != t.Name() {
			return nil, fmt.Errorf("kind %s is the Go type %s: the facts have no place for a kind under another name", kind, t)
		}
		if known, ok := r.groupVersions[t.PkgPath()]; ok && known != kind.GroupVersion() {
			return nil, fmt.Errorf("package %s registers kinds of both %s and %s", t.PkgPath(), known, kind.GroupVersion())
		}
		r.groupVersions[t.PkgPath()] = kind.GroupVersion()
		r.kinds[kind] = t
	}
	return r, r.checkComplete()
}

// checkComplete fails when k8s.io/api has a group version that newRegistry does not register.
func (r *registry) checkComplete() error {
	out, err := exec.Command("go", "list", apiModule+"...").Output()
	if err != nil {
		return fmt.Errorf("go list %s...: %w", apiModule, err)
	}
	var missing []string
	for _, path := range strings.Fields(string(out)) {
		// A group version is k8s.io/api/GROUP/VERSION; roundtrip tests and the like are not.
		parts := strings.Split(strings.TrimPrefix(path, apiModule), "/")
		if len(parts) != 2 || !strings.HasPrefix(parts[1], "v") {
			continue
		}
		if _, ok := r.groupVersions[path]; !ok {
			missing = append(missing, path)
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		return fmt.Errorf("group versions that no scheme registers (add them to newRegistry): %s", strings.Join(missing, ", "))
	}
	return nil
}
