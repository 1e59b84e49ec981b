package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// discovery notes both forms of it.
func (s *server) discovery() error {
	if err := s.legacy(); err != nil {
		return err
	}
	for _, path := range []string{"/api", "/apis"} {
		if err := s.aggregated(path); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) legacy() error {
	versions, err := s.document("/api")
	if err != nil {
		return err
	}
	s.add("discovery", "/api", s.anonymous(versions))
	groups, err := s.document("/apis")
	if err != nil {
		return err
	}
	s.add("discovery", "/apis", groups)
	paths := []string{"/api/v1"}
	list, _ := groups["groups"].([]any)
	for _, group := range list {
		path := "/apis/" + text(group, "name")
		own, err := s.document(path)
		if err != nil {
			return err
		}
		s.add("discovery", path, own)
		fields, _ := group.(object)
		served, _ := fields["versions"].([]any)
		for _, version := range served {
			paths = append(paths, "/apis/"+text(version, "groupVersion"))
		}
	}
	for _, path := range paths {
		resources, err := s.document(path)
		if err != nil {
			return err
		}
		s.parts("discovery", path, resources, "name")
	}
	return nil
}

func (s *server) aggregated(path string) error {
	body, err := s.get(path, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
	if err != nil {
		return err
	}
	var list object
	if err := json.Unmarshal(body, &list); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	items, _ := list["items"].([]any)
	for _, item := range items {
		group, _ := item.(object)
		versions, _ := group["versions"].([]any)
		for _, item := range versions {
			version, _ := item.(object)
			place := path
			if name := text(group["metadata"], "name"); name != "" {
				place += "/" + name
			}
			place += "/" + text(version, "version")
			s.parts("aggregated", place, version, "resource")
		}
	}
	// What is left of versions are the names of their resources.
	s.add("aggregated", path, list)
	return nil
}

// parts notes each resource within a document, and the document with their names in their place.
func (s *server) parts(document, place string, whole object, name string) {
	resources, _ := whole["resources"].([]any)
	names := make([]any, len(resources))
	for i, resource := range resources {
		names[i] = text(resource, name)
		s.add(document, place+"/"+text(resource, name), resource)
	}
	whole["resources"] = names
	s.add(document, place, whole)
}

func (s *server) document(path string) (object, error) {
	body, err := s.get(path, "application/json")
	if err != nil {
		return nil, err
	}
	var document object
	if err := json.Unmarshal(body, &document); err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	return document, nil
}

// anonymous hides the server's address, which two servers cannot have in common.
func (s *server) anonymous(versions object) object {
	addresses, _ := versions["serverAddressByClientCIDRs"].([]any)
	for _, entry := range addresses {
		address, _ := entry.(object)
		if strings.HasSuffix(s.host, "/"+text(address, "serverAddress")) {
			address["serverAddress"] = "its own"
		}
	}
	return versions
}
