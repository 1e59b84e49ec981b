// Command discovery says what client-go discovers of an API server, and what it takes names for.
//
//	discovery -kubeconfig FILE -cache DIRECTORY
//
// Before it does, it gives the server something to discover: thirty definitions, two of which share a short name, and
// an API service that nobody serves. It writes a line for everything that it finds, in no order; and client-go's own
// cache of it all into the directory.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	v1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/disk"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the API server")
	cache := flag.String("cache", "", "where client-go is to cache what it finds")
	flag.Parse()
	if *kubeconfig == "" || *cache == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*kubeconfig, *cache); err != nil {
		fmt.Fprintln(os.Stderr, "discovery:", err)
		os.Exit(1)
	}
}

func run(kubeconfig, cache string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	if err := prepare(ctx, client); err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	report(out, "aggregated", client)
	report(out, "legacy", client.WithLegacy())
	report(out, "memory", memory.NewMemCacheClient(client))
	onDisk, err := disk.NewCachedDiscoveryClientForConfig(config, cache, "", time.Hour)
	if err != nil {
		return err
	}
	report(out, "disk", onDisk)
	version, err := client.ServerVersion()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "version", version.GitVersion)
	for path := range must(client.OpenAPIV3().Paths()) {
		fmt.Fprintln(out, "openapi", path)
	}
	names(out, client)
	return nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// prepare makes what is to be discovered, and waits until it is.
func prepare(ctx context.Context, client *discovery.DiscoveryClient) error {
	core := client.RESTClient()
	create := func(path string, object any) error {
		body, err := json.Marshal(object)
		if err != nil {
			return err
		}
		return core.Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body(body).Do(ctx).Error()
	}
	for number := range 30 {
		if err := create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition(number)); err != nil {
			return err
		}
	}
	service := map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": "v1.down.example.com"},
		"spec": map[string]any{
			"group": "down.example.com", "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 15,
			"insecureSkipTLSVerify": true, "service": map[string]any{"namespace": "default", "name": "nobody"},
		},
	}
	if err := create("/apis/apiregistration.k8s.io/v1/apiservices", service); err != nil {
		return err
	}
	for {
		groups, lists, err := client.ServerGroupsAndResources()
		custom, failed := 0, discovery.IsGroupDiscoveryFailedError(err)
		for _, list := range lists {
			if strings.Contains(list.GroupVersion, "widgets.example.com/v") {
				custom += len(list.APIResources)
			}
		}
		// Two versions each of every other, and a status.
		if custom == 60 && failed && len(groups) > 0 {
			return settle(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("only %d resources were discovered in time (failed: %v)", custom, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// settle lets the server finish: what it has told already it does not take back.
func settle(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Second):
		return nil
	}
}

func definition(number int) any {
	plural := fmt.Sprintf("things%02d", number)
	// Three groups; the first two share a short name.
	group := fmt.Sprintf("g%d.widgets.example.com", number%3)
	short := fmt.Sprintf("th%02d", number)
	if number < 2 {
		short = "amb"
	}
	open := map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}
	version := func(name string, storage bool) any {
		version := map[string]any{"name": name, "served": true, "storage": storage, "schema": open}
		if number%2 == 1 {
			version["subresources"] = map[string]any{"status": map[string]any{}}
		}
		return version
	}
	versions := []any{version("v1", true)}
	if number%2 == 0 {
		versions = append(versions, version("v1beta1", false))
	}
	scope := "Namespaced"
	if number%5 == 0 {
		scope = "Cluster"
	}
	return map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": plural + "." + group},
		"spec": map[string]any{
			"group": group, "scope": scope, "versions": versions,
			"names": map[string]any{
				"plural": plural, "singular": fmt.Sprintf("thing%02d", number), "kind": fmt.Sprintf("Thing%02d", number),
				"shortNames": []any{short}, "categories": []any{"all", "things"},
			},
		},
	}
}

// report says what somebody discovers.
func report(out *bufio.Writer, who string, client discovery.DiscoveryInterface) {
	groups, lists, err := client.ServerGroupsAndResources()
	for _, group := range groups {
		var versions []string
		for _, version := range group.Versions {
			versions = append(versions, version.GroupVersion)
		}
		fmt.Fprintf(out, "%s group %q %s preferred %s\n", who, group.Name, strings.Join(versions, ","), group.PreferredVersion.GroupVersion)
	}
	resources(out, who+" resource", lists)
	failures(out, who+" failed", err)
	lists, err = client.ServerPreferredResources()
	resources(out, who+" preferred", lists)
	failures(out, who+" preferred failed", err)
	lists, _ = client.ServerPreferredNamespacedResources()
	resources(out, who+" namespaced", lists)
}

func resources(out *bufio.Writer, what string, lists []*v1.APIResourceList) {
	for _, list := range lists {
		for _, it := range list.APIResources {
			fmt.Fprintf(out, "%s %s %s %s/%s/%s %q %v %s %s %s\n", what, list.GroupVersion, it.Name, it.Group, it.Version, it.Kind,
				it.SingularName, it.Namespaced, strings.Join(it.Verbs, ","), strings.Join(it.ShortNames, ","), strings.Join(it.Categories, ","))
		}
	}
}

func failures(out *bufio.Writer, what string, err error) {
	groups, _ := discovery.GroupDiscoveryFailedErrorGroups(err)
	for version := range groups {
		fmt.Fprintln(out, what, version)
	}
}

// names says what names are taken for.
func names(out *bufio.Writer, client *discovery.DiscoveryClient) {
	cached := memory.NewMemCacheClient(client)
	deferred := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	_, lists, _ := cached.ServerGroupsAndResources()
	asked := map[string]bool{"nothing": true, "nothing.apps": true, "pods.v2": true, "amb": true, "amb.g1": true, "deployments.app": true}
	kinds := map[schema.GroupKind]bool{{Group: "apps", Kind: "Nothing"}: true}
	for _, list := range lists {
		version := must(schema.ParseGroupVersion(list.GroupVersion))
		for _, it := range list.APIResources {
			if strings.Contains(it.Name, "/") {
				continue
			}
			asked[it.Name], asked[it.SingularName] = true, true
			if version.Group != "" {
				asked[it.Name+"."+version.Group], asked[it.Name+"."+version.Version+"."+version.Group] = true, true
			}
			for _, short := range it.ShortNames {
				asked[short] = true
			}
			kinds[schema.GroupKind{Group: version.Group, Kind: it.Kind}] = true
		}
	}
	expander := restmapper.NewShortcutExpander(deferred, ordered{cached}, func(warning string) {})
	for name := range asked {
		fmt.Fprintf(out, "name %s %s\n", name, lookedUp(expander, name))
	}
	for kind := range kinds {
		for _, versions := range [][]string{nil, {"v1"}, {"v1beta1", "v1"}} {
			mapping, err := deferred.RESTMapping(kind, versions...)
			fmt.Fprintf(out, "kind %q %s %s %s\n", kind.Group, kind.Kind, strings.Join(versions, ","), described(mapping, err))
		}
	}
	categories := restmapper.NewDiscoveryCategoryExpander(cached)
	for _, category := range []string{"all", "things", "api-extensions", "nothing"} {
		expanded, _ := categories.Expand(category)
		seen := map[string]bool{}
		for _, it := range expanded {
			seen[it.String()] = true
		}
		var sorted []string
		for name := range seen {
			sorted = append(sorted, name)
		}
		sort.Strings(sorted)
		fmt.Fprintf(out, "category %s %s\n", category, strings.Join(sorted, ","))
	}
}

// ordered lists resources in the order of groups and versions, as client-go says that it does; of aggregated discovery
// it does not, since it keeps them in a map.
type ordered struct {
	discovery.CachedDiscoveryInterface
}

func (o ordered) ServerGroupsAndResources() ([]*v1.APIGroup, []*v1.APIResourceList, error) {
	groups, lists, err := o.CachedDiscoveryInterface.ServerGroupsAndResources()
	var sorted []*v1.APIResourceList
	for _, group := range groups {
		for _, version := range group.Versions {
			for _, list := range lists {
				if list.GroupVersion == version.GroupVersion {
					sorted = append(sorted, list)
				}
			}
		}
	}
	return groups, sorted, err
}

// lookedUp is what kubectl takes a name for: a resource with or without a version.
func lookedUp(mapper meta.RESTMapper, name string) string {
	versioned, any := schema.ParseResourceArg(name)
	var kind schema.GroupVersionKind
	if versioned != nil {
		kind, _ = mapper.KindFor(*versioned)
	}
	if kind.Empty() {
		found, err := mapper.KindFor(any.WithVersion(""))
		if err != nil {
			return described(nil, err)
		}
		kind = found
	}
	mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
	return described(mapping, err)
}

func described(mapping *meta.RESTMapping, err error) string {
	var resource *meta.AmbiguousResourceError
	var kind *meta.AmbiguousKindError
	switch {
	case meta.IsNoMatchError(err):
		return "no match"
	case errors.As(err, &resource) || errors.As(err, &kind):
		return "ambiguous"
	case err != nil:
		return err.Error()
	}
	gvr, gvk := mapping.Resource, mapping.GroupVersionKind
	return fmt.Sprintf("%s/%s %s %s %v", gvr.GroupVersion(), gvr.Resource, gvk.GroupVersion(), gvk.Kind, mapping.Scope.Name() == meta.RESTScopeNameNamespace)
}
