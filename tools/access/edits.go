package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// An editCase is a change to a kubeconfig of one or more files, and the files that clientcmd leaves.
type editCase struct {
	Name  string            `json:"name"`
	Files map[string]string `json:"files,omitempty"`
	List  []string          `json:"list,omitempty"`
	Path  string            `json:"path,omitempty"`
	Edits []edit            `json:"edits"`
	// Relative is whether paths are written relative to their kubeconfig.
	Relative bool              `json:"relative,omitempty"`
	Left     map[string]string `json:"left"`
	// Refused is whether clientcmd changes nothing because of a lock.
	Refused bool `json:"refused,omitempty"`
}

// An edit sets a field of an entry, which is made if need be, or removes the entry.
type edit struct {
	Entry  string `json:"entry"`
	Name   string `json:"name,omitempty"`
	Field  string `json:"field,omitempty"`
	Value  string `json:"value,omitempty"`
	Remove bool   `json:"remove,omitempty"`
}

func edits() ([]editCase, error) {
	var cases []editCase
	for _, c := range editing() {
		directory, err := lay(c.Files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := change(&c, directory); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := os.RemoveAll(directory); err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func change(c *editCase, directory string) error {
	rules(c.List, c.Path, directory)
	options := clientcmd.NewDefaultPathOptions()
	options.GlobalFile = clientcmd.RecommendedHomeFile
	options.LoadingRules.ExplicitPath = strings.ReplaceAll(c.Path, "$DIR", directory)
	options.LoadingRules.MigrationRules = nil
	config, err := options.GetStartingConfig()
	if err != nil {
		return err
	}
	for _, edit := range c.Edits {
		edit.Value = strings.ReplaceAll(edit.Value, "$DIR", directory)
		apply(config, edit)
	}
	err = clientcmd.ModifyConfig(options, *config, c.Relative)
	if errors.Is(err, fs.ErrExist) {
		c.Refused = true
	} else if err != nil {
		return err
	}
	c.Left = map[string]string{}
	return filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(directory, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		c.Left[name] = strings.ReplaceAll(string(content), directory, "$DIR")
		return err
	})
}

func apply(config *api.Config, edit edit) {
	switch edit.Entry {
	case "current-context":
		config.CurrentContext = edit.Value
	case "cluster":
		if edit.Remove {
			delete(config.Clusters, edit.Name)
			return
		}
		if config.Clusters[edit.Name] == nil {
			config.Clusters[edit.Name] = api.NewCluster()
		}
		switch edit.Field {
		case "server":
			config.Clusters[edit.Name].Server = edit.Value
		case "certificate-authority":
			config.Clusters[edit.Name].CertificateAuthority = edit.Value
		default:
			panic(edit.Field)
		}
	case "user":
		if edit.Remove {
			delete(config.AuthInfos, edit.Name)
			return
		}
		if config.AuthInfos[edit.Name] == nil {
			config.AuthInfos[edit.Name] = api.NewAuthInfo()
		}
		switch edit.Field {
		case "token":
			config.AuthInfos[edit.Name].Token = edit.Value
		case "client-certificate":
			config.AuthInfos[edit.Name].ClientCertificate = edit.Value
		default:
			panic(edit.Field)
		}
	case "context":
		if edit.Remove {
			delete(config.Contexts, edit.Name)
			return
		}
		if config.Contexts[edit.Name] == nil {
			config.Contexts[edit.Name] = api.NewContext()
		}
		switch edit.Field {
		case "cluster":
			config.Contexts[edit.Name].Cluster = edit.Value
		case "user":
			config.Contexts[edit.Name].AuthInfo = edit.Value
		case "namespace":
			config.Contexts[edit.Name].Namespace = edit.Value
		default:
			panic(edit.Field)
		}
	default:
		panic(edit.Entry)
	}
}

// editing are the cases, without what is left.
func editing() []editCase {
	home := func(content string) map[string]string { return map[string]string{".kube/config": content} }
	both := []string{"$DIR/first", "$DIR/second"}
	pair := func(first, second string) map[string]string {
		return map[string]string{"first": first, "second": second}
	}
	server := func(name, url string) edit { return edit{Entry: "cluster", Name: name, Field: "server", Value: url} }
	current := func(name string) edit { return edit{Entry: "current-context", Value: name} }
	withCA := "clusters: [{name: a, cluster: {server: 'https://a', certificate-authority: pki/ca}}]"

	return []editCase{
		{Name: "a cluster in the home directory's file", Files: home(plain("a")), Edits: []edit{server("a", "https://new")}},
		{Name: "a cluster where there is no file", Edits: []edit{server("a", "https://new")}},
		{Name: "nothing", Files: home("clusters: []\n# stays as it is\n"), Edits: []edit{}},
		{Name: "a cluster goes where it came from", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{server("b", "https://new")}},
		{Name: "a new cluster goes into the first file", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{server("c", "https://c")}},
		{Name: "a new cluster goes into the first file that exists", Files: map[string]string{"second": plain("b")}, List: both,
			Edits: []edit{server("c", "https://c")}},
		{Name: "a new cluster goes into the last file if none exists", List: both, Edits: []edit{server("c", "https://c")}},
		{Name: "a new cluster goes into the only file", List: both[:1], Edits: []edit{server("c", "https://c")}},
		{Name: "a new cluster goes into the explicit file", Files: pair(plain("a"), plain("b")), List: both, Path: "$DIR/second",
			Edits: []edit{server("c", "https://c")}},
		{Name: "a cluster that two files define", Files: pair(plain("a"), plain("a")), List: both, Edits: []edit{server("a", "https://new")}},
		{Name: "a user", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{{Entry: "user", Name: "b", Field: "token", Value: "new"}}},
		{Name: "a context", Files: pair(plain("a"), plain("b")), List: both,
			Edits: []edit{{Entry: "context", Name: "b", Field: "namespace", Value: "new"}}},
		{Name: "a new context and user", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{
			{Entry: "context", Name: "c", Field: "cluster", Value: "b"}, {Entry: "context", Name: "c", Field: "user", Value: "c"},
			{Entry: "user", Name: "c", Field: "token", Value: "t"},
		}},
		{Name: "the current context", Files: pair("contexts: [{name: x, context: {cluster: a, user: a}}]", plain("b")), List: both,
			Edits: []edit{current("x")}},
		{Name: "the current context, in an explicit file", Files: pair(plain("a"), plain("b")), List: both, Path: "$DIR/second",
			Edits: []edit{current("x")}},
		{Name: "the current context is cleared where it is set", Files: pair("clusters: []", plain("b")), List: both, Edits: []edit{current("")}},
		{Name: "a cluster is removed", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{{Entry: "cluster", Name: "b", Remove: true}}},
		{Name: "a user is removed", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{{Entry: "user", Name: "a", Remove: true}}},
		{Name: "a context is removed", Files: pair(plain("a"), plain("b")), List: both, Edits: []edit{{Entry: "context", Name: "a", Remove: true}}},
		{Name: "a cluster that two files define is removed", Files: pair(plain("a"), plain("a")), List: both,
			Edits: []edit{{Entry: "cluster", Name: "a", Remove: true}}},
		{Name: "a path stays as it is", Files: home(withCA), Edits: []edit{server("a", "https://new")}},
		{Name: "a path becomes relative", Files: home(withCA), Relative: true,
			Edits: []edit{{Entry: "cluster", Name: "a", Field: "certificate-authority", Value: "$DIR/.kube/new/ca"}}},
		{Name: "a path elsewhere stays absolute", Files: home(withCA), Relative: true,
			Edits: []edit{{Entry: "cluster", Name: "a", Field: "certificate-authority", Value: "$DIR/elsewhere/ca"}}},
		{Name: "a path of a user becomes relative", Files: home(plain("a")), Relative: true,
			Edits: []edit{{Entry: "user", Name: "a", Field: "client-certificate", Value: "$DIR/.kube/cert"}}},
		{Name: "a file that is locked", Files: map[string]string{"first": plain("a"), "second": plain("b"), "second.lock": ""}, List: both,
			Edits: []edit{server("a", "https://new")}},
	}
}
