package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
)

// unservedFacts is a kind that has the shape of a resource and that no server serves.
type unservedFacts struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
	Reason  string `json:"reason"`
}

// Why the kinds of whole group versions are not served. A kind whose own type says in which release it was
// removed needs no entry.
var unservedGroupVersions = map[schema.GroupVersion]string{
	{Group: "apidiscovery.k8s.io", Version: "v2"}:             "not a resource: a part of the aggregated discovery document",
	{Group: "apidiscovery.k8s.io", Version: "v2beta1"}:        "not a resource: a part of the aggregated discovery document",
	{Group: "imagepolicy.k8s.io", Version: "v1alpha1"}:        "not a resource: sent to the image policy webhook",
	{Group: "metrics.k8s.io", Version: "v1beta1"}:             "served by metrics-server, an aggregated API server",
	{Group: "node.k8s.io", Version: "v1alpha1"}:               "replaced by v1: kube-apiserver has no storage for it",
	{Group: "rbac.authorization.k8s.io", Version: "v1alpha1"}: "replaced by v1: kube-apiserver has no storage for it",
}

// Why single kinds are not served.
var unservedKinds = map[schema.GroupVersionKind]string{
	{Group: "", Version: "v1", Kind: "PodStatusResult"}:                  "not a resource: an answer that kubelets once gave",
	{Group: "", Version: "v1", Kind: "RangeAllocation"}:                  "not a resource: how kube-apiserver stores its allocated addresses and ports",
	{Group: "meta.k8s.io", Version: "v1", Kind: "PartialObjectMetadata"}: "not a resource: a representation of any object",

	{Group: "certificates.k8s.io", Version: "v1alpha1", Kind: "ClusterTrustBundle"}:         gated("ClusterTrustBundle"),
	{Group: "certificates.k8s.io", Version: "v1beta1", Kind: "ClusterTrustBundle"}:          gated("ClusterTrustBundle"),
	{Group: "certificates.k8s.io", Version: "v1beta1", Kind: "PodCertificateRequest"}:       gated("PodCertificateRequest"),
	{Group: "scheduling.k8s.io", Version: "v1alpha2", Kind: "PodGroup"}:                     gated("GenericWorkload"),
	{Group: "scheduling.k8s.io", Version: "v1alpha2", Kind: "Workload"}:                     gated("GenericWorkload"),
	{Group: "storagemigration.k8s.io", Version: "v1beta1", Kind: "StorageVersionMigration"}: gated("StorageVersionMigrator"),
}

func gated(gate string) string {
	return "behind the feature gate " + gate + ", off by default"
}

// unserved lists the registered kinds that have the shape of a resource and are not served, each with its
// reason. It fails on one without a reason, and on a reason that nothing needs any more.
func unserved(r *registry, s *server) ([]unservedFacts, error) {
	served := s.servedKinds()
	used := map[any]bool{}
	var facts []unservedFacts
	var unexplained []string
	for kind, t := range r.kinds {
		if served[kind] || !isResource(t) {
			continue
		}
		reason, ok := unservedKinds[kind]
		if ok {
			used[kind] = true
		} else if reason, ok = unservedGroupVersions[kind.GroupVersion()]; ok {
			used[kind.GroupVersion()] = true
		} else if reason, ok = removed(t, s.version); !ok {
			unexplained = append(unexplained, kind.String())
			continue
		}
		facts = append(facts, unservedFacts{kind.Group, kind.Version, kind.Kind, reason})
	}
	if len(unexplained) > 0 {
		slices.Sort(unexplained)
		return nil, fmt.Errorf("kinds that are registered and not served (say why in unserved.go):\n\t%s", strings.Join(unexplained, "\n\t"))
	}
	for kind := range unservedKinds {
		if !used[kind] {
			return nil, fmt.Errorf("unserved.go explains %s, which is served or not registered", kind)
		}
	}
	for groupVersion := range unservedGroupVersions {
		if !used[groupVersion] {
			return nil, fmt.Errorf("unserved.go explains %s, which is served or not registered", groupVersion)
		}
	}
	slices.SortFunc(facts, func(a, b unservedFacts) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Kind, b.Kind))
	})
	return facts, nil
}

// removed says in which release a kind was removed, if its type says so and that release is not newer than
// the server.
func removed(t reflect.Type, server string) (string, bool) {
	type lifecycle interface{ APILifecycleRemoved() (major, minor int) }
	kind, ok := reflect.New(t).Interface().(lifecycle)
	if !ok {
		return "", false
	}
	major, minor := kind.APILifecycleRemoved()
	release := fmt.Sprintf("%d.%d", major, minor)
	if version.MustParseGeneric(release).GreaterThan(version.MustParseGeneric(server)) {
		return "", false
	}
	return "removed in " + release, true
}

// isResource holds for structs with type and object metadata: what a client could get by name.
func isResource(t reflect.Type) bool {
	typeMeta, hasType := t.FieldByName("TypeMeta")
	objectMeta, hasObject := t.FieldByName("ObjectMeta")
	return hasType && hasObject &&
		typeMeta.Type == reflect.TypeFor[metav1.TypeMeta]() && objectMeta.Type == reflect.TypeFor[metav1.ObjectMeta]()
}
