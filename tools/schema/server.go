package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	apidiscovery "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/clientcmd"
)

// A server is what a running kube-apiserver says of itself.
type server struct {
	version   string
	groups    []groupFacts
	resources []*resourceFacts
	client    *discovery.DiscoveryClient
	lists     map[string]metav1.APIResourceList // by the path of the group version
}

type groupFacts struct {
	Name     string   `json:"name"`
	Versions []string `json:"versions"`
}

// resourceFacts is one line of resources.json: a resource, and how a server serves it.
type resourceFacts struct {
	Group        string             `json:"group"`
	Version      string             `json:"version"`
	Resource     string             `json:"resource"`
	Singular     string             `json:"singular"`
	Kind         string             `json:"kind"`
	Namespaced   bool               `json:"namespaced"`
	Default      bool               `json:"default"`
	Verbs        []string           `json:"verbs"`
	Deleted      bool               `json:"deleted,omitempty"`
	Storage      string             `json:"storage,omitempty"`
	Short        []string           `json:"short,omitempty"`
	Categories   []string           `json:"categories,omitempty"`
	Subresources []subresourceFacts `json:"subresources,omitempty"`
}

// subresourceFacts says how a subresource is served. The group version is left out when it is its parent's.
type subresourceFacts struct {
	Name    string   `json:"name"`
	Group   *string  `json:"group,omitempty"`
	Version *string  `json:"version,omitempty"`
	Kind    string   `json:"kind"`
	Verbs   []string `json:"verbs"`
}

// connect reads a server's version and discovery documents.
func connect(ctx context.Context, kubeconfig string) (*server, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	s := &server{client: client, lists: map[string]metav1.APIResourceList{}}
	var info version.Info
	if err := s.get(ctx, "/version", &info); err != nil {
		return nil, err
	}
	s.version = strings.TrimPrefix(info.GitVersion, "v")
	for _, path := range []string{"/api", "/apis"} {
		var document apidiscovery.APIGroupDiscoveryList
		if err := s.get(ctx, path, &document); err != nil {
			return nil, err
		}
		for _, group := range document.Items {
			if err := s.addGroup(group); err != nil {
				return nil, fmt.Errorf("discovery at %s: %w", path, err)
			}
		}
	}
	for _, r := range s.resources {
		if err := s.addStorage(ctx, r); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.resources, func(a, b *resourceFacts) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Resource, b.Resource))
	})
	return s, nil
}

// get decodes the JSON document at a path, which may carry a query.
func (s *server) get(ctx context.Context, path string, into any) error {
	body, err := s.client.RESTClient().Get().RequestURI(path).
		SetHeader("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json").
		DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

func (s *server) addGroup(group apidiscovery.APIGroupDiscovery) error {
	facts := groupFacts{Name: group.Name}
	for _, served := range group.Versions {
		if served.Freshness != apidiscovery.DiscoveryFreshnessCurrent {
			return fmt.Errorf("%s/%s is %q: the server is not ready", group.Name, served.Version, served.Freshness)
		}
		facts.Versions = append(facts.Versions, served.Version)
		parent := schema.GroupVersion{Group: group.Name, Version: served.Version}
		for _, resource := range served.Resources {
			r, err := readResource(parent, resource)
			if err != nil {
				return fmt.Errorf("%s %s: %w", parent, resource.Resource, err)
			}
			s.resources = append(s.resources, r)
		}
	}
	s.groups = append(s.groups, facts)
	return nil
}

func readResource(parent schema.GroupVersion, resource apidiscovery.APIResourceDiscovery) (*resourceFacts, error) {
	if other := responseGroupVersion(parent, resource.ResponseKind.Group, resource.ResponseKind.Version); other != parent {
		return nil, fmt.Errorf("its kind is of %s: the facts have no place for that", other)
	}
	r := &resourceFacts{
		Group:      parent.Group,
		Version:    parent.Version,
		Resource:   resource.Resource,
		Singular:   resource.SingularResource,
		Kind:       resource.ResponseKind.Kind,
		Namespaced: resource.Scope == apidiscovery.ScopeNamespace,
		Verbs:      resource.Verbs,
		Short:      resource.ShortNames,
		Categories: resource.Categories,
	}
	for _, sub := range resource.Subresources {
		facts := subresourceFacts{Name: sub.Subresource, Kind: sub.ResponseKind.Kind, Verbs: sub.Verbs}
		if of := responseGroupVersion(parent, sub.ResponseKind.Group, sub.ResponseKind.Version); of != parent {
			facts.Group, facts.Version = &of.Group, &of.Version
		}
		r.Subresources = append(r.Subresources, facts)
	}
	return r, nil
}

// responseGroupVersion resolves a kind's group version; both empty stand for the parent's.
func responseGroupVersion(parent schema.GroupVersion, group, version string) schema.GroupVersion {
	if group == "" && version == "" {
		return parent
	}
	return schema.GroupVersion{Group: group, Version: version}
}

// addStorage says in which group version objects are stored, if that is not their own. Discovery has a hash of it.
func (s *server) addStorage(ctx context.Context, r *resourceFacts) error {
	path := r.root()
	list, ok := s.lists[path]
	if !ok {
		if err := s.get(ctx, path, &list); err != nil {
			return err
		}
		s.lists[path] = list
	}
	at := slices.IndexFunc(list.APIResources, func(listed metav1.APIResource) bool { return listed.Name == r.Resource })
	if at < 0 {
		return fmt.Errorf("%s is in one form of discovery only", r.name())
	}
	hash := list.APIResources[at].StorageVersionHash
	if (hash != "") != slices.Contains(r.Verbs, "watch") {
		return fmt.Errorf("%s has the hash %q: the facts say that what is watched is stored, and nothing else", r.name(), hash)
	}
	if hash == "" || hash == storageHash(r.Group, r.Version, r.Kind) {
		return nil
	}
	for _, group := range []string{r.Group, ""} {
		for _, version := range []string{"v1", "v2", "v1beta1", "v1beta2", "v1beta3", "v1alpha1", "v1alpha2", "v1alpha3"} {
			if hash == storageHash(group, version, r.Kind) {
				r.Storage = schema.GroupVersion{Group: group, Version: version}.String()
				return nil
			}
		}
	}
	return fmt.Errorf("%s is stored in a group version that is not among those tried", r.name())
}

// storageHash is what kube-apiserver makes of a group version and a kind.
func storageHash(group, version, kind string) string {
	hash := sha256.Sum256([]byte(group + "/" + version + "/" + kind))
	return base64.StdEncoding.EncodeToString(hash[:8])
}

// markDefault marks the resources that a server with default flags serves too, and fails when it serves
// anything that the server with every version does not, or serves it in another way.
func (s *server) markDefault(standard *server) error {
	if s.version != standard.version {
		return fmt.Errorf("the two servers differ in version: %s and %s", s.version, standard.version)
	}
	byName := map[schema.GroupVersionResource]*resourceFacts{}
	for _, r := range s.resources {
		byName[r.name()] = r
	}
	for _, r := range standard.resources {
		all, ok := byName[r.name()]
		if !ok || !reflect.DeepEqual(all, r) {
			return fmt.Errorf("%s is served by default in another way than with every version enabled", r.name())
		}
	}
	for _, r := range standard.resources {
		byName[r.name()].Default = true
	}
	return nil
}

func (r *resourceFacts) name() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Resource}
}

// root returns the path of the resource's group version.
func (r *resourceFacts) root() string {
	if r.Group == "" {
		return "/api/" + r.Version
	}
	return "/apis/" + r.Group + "/" + r.Version
}

// path returns the path of one of the resource's objects, as OpenAPI writes it.
func (r *resourceFacts) path() string {
	path := r.root()
	if r.Namespaced {
		path += "/namespaces/{namespace}"
	}
	return path + "/" + r.Resource + "/{name}"
}

// servedKinds returns every kind that a resource or a subresource answers with.
func (s *server) servedKinds() map[schema.GroupVersionKind]bool {
	kinds := map[schema.GroupVersionKind]bool{}
	for _, r := range s.resources {
		parent := schema.GroupVersion{Group: r.Group, Version: r.Version}
		kinds[parent.WithKind(r.Kind)] = true
		for _, sub := range r.Subresources {
			of := parent
			if sub.Version != nil {
				of = schema.GroupVersion{Group: *sub.Group, Version: *sub.Version}
			}
			kinds[of.WithKind(sub.Kind)] = true
		}
	}
	return kinds
}
