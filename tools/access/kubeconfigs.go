package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// A kubeconfigCase is what a client finds, and what clientcmd makes of it. Where a path begins, $DIR stands for the
// directory that the files are in, which is the home directory too.
type kubeconfigCase struct {
	Name  string            `json:"name"`
	Files map[string]string `json:"files,omitempty"`
	// List is $KUBECONFIG, a path an element; nil leaves it unset.
	List []string `json:"list,omitempty"`
	// Path is the explicit path.
	Path      string            `json:"path,omitempty"`
	Overrides map[string]string `json:"overrides,omitempty"`
	Found     found             `json:"found"`
}

// found is a configuration, or the kinds of what is wrong.
type found struct {
	Server      string              `json:"server,omitempty"`
	ServerName  string              `json:"server_name,omitempty"`
	Insecure    bool                `json:"insecure,omitempty"`
	CA          string              `json:"ca,omitempty"`
	Certificate string              `json:"certificate,omitempty"`
	Key         string              `json:"key,omitempty"`
	Token       string              `json:"token,omitempty"`
	TokenFile   string              `json:"token_file,omitempty"`
	Username    string              `json:"username,omitempty"`
	Password    string              `json:"password,omitempty"`
	As          string              `json:"as,omitempty"`
	AsUID       string              `json:"as_uid,omitempty"`
	AsGroups    []string            `json:"as_groups,omitempty"`
	AsExtra     map[string][]string `json:"as_extra,omitempty"`
	Exec        *foundExec          `json:"exec,omitempty"`
	Provider    string              `json:"provider,omitempty"`
	Proxy       string              `json:"proxy,omitempty"`
	Plain       bool                `json:"uncompressed,omitempty"`
	Timeout     string              `json:"timeout,omitempty"`
	Namespace   string              `json:"namespace,omitempty"`
	Errors      []string            `json:"errors,omitempty"`
}

type foundExec struct {
	Command     string   `json:"command"`
	Args        []string `json:"args,omitempty"`
	Env         []string `json:"env,omitempty"`
	Version     string   `json:"version"`
	Interactive string   `json:"interactive"`
	Hint        string   `json:"hint,omitempty"`
	Cluster     bool     `json:"cluster,omitempty"`
	Config      string   `json:"config,omitempty"`
}

// kubeconfigs lets clientcmd resolve every case.
func kubeconfigs() ([]kubeconfigCase, error) {
	var cases []kubeconfigCase
	for _, c := range loading() {
		directory, err := lay(c.Files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		c.Found = resolve(c, directory)
		if err := os.RemoveAll(directory); err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// lay writes files into a new directory. A file whose content is "unreadable" is a directory instead.
func lay(files map[string]string) (string, error) {
	directory, err := os.MkdirTemp("", "access")
	if err != nil {
		return "", err
	}
	for name, content := range files {
		path := filepath.Join(directory, name)
		if content == "unreadable" {
			if err := os.MkdirAll(path, 0o755); err != nil {
				return "", err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(content, "$DIR", directory)), 0o600); err != nil {
			return "", err
		}
	}
	return directory, nil
}

// rules are the loading rules of a case, as a process in the directory would have them.
func rules(list []string, path, directory string) *clientcmd.ClientConfigLoadingRules {
	inside := func(text string) string { return strings.ReplaceAll(text, "$DIR", directory) }
	clientcmd.RecommendedHomeFile = filepath.Join(directory, ".kube", "config")
	if list == nil {
		os.Unsetenv("KUBECONFIG")
	} else {
		os.Setenv("KUBECONFIG", inside(strings.Join(list, string(filepath.ListSeparator))))
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.MigrationRules = nil
	rules.Warner = func(error) {}
	rules.ExplicitPath = inside(path)
	return rules
}

func resolve(c kubeconfigCase, directory string) found {
	outside := func(text string) string { return strings.ReplaceAll(text, directory, "$DIR") }
	deferred := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		rules(c.List, c.Path, directory), overrides(c.Overrides, directory))
	config, err := deferred.ClientConfig()
	if err != nil {
		return found{Errors: kinds(err)}
	}
	url, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return found{Errors: []string{"server-url"}}
	}
	if strings.Contains(c.Name, "(and connected)") {
		if _, err := rest.TransportFor(config); err != nil {
			return found{Errors: []string{"transport"}}
		}
	}
	namespace, _, err := deferred.Namespace()
	if err != nil {
		return found{Errors: append(kinds(err), "namespace")}
	}
	url.RawQuery, url.Fragment = "", ""
	url.Path = strings.TrimRight(url.Path, "/")
	fileOrData := func(file string, data []byte) string {
		if len(data) > 0 {
			return "data " + string(data)
		}
		if file != "" {
			return "file " + outside(file)
		}
		return ""
	}
	answer := found{
		Server:      url.String(),
		ServerName:  config.ServerName,
		Insecure:    config.Insecure,
		CA:          fileOrData(config.CAFile, config.CAData),
		Certificate: fileOrData(config.CertFile, config.CertData),
		Key:         fileOrData(config.KeyFile, config.KeyData),
		Token:       config.BearerToken,
		TokenFile:   outside(config.BearerTokenFile),
		Username:    config.Username,
		Password:    config.Password,
		As:          config.Impersonate.UserName,
		AsUID:       config.Impersonate.UID,
		AsGroups:    config.Impersonate.Groups,
		AsExtra:     config.Impersonate.Extra,
		Plain:       config.DisableCompression,
		Namespace:   namespace,
	}
	if config.Timeout != 0 {
		answer.Timeout = config.Timeout.String()
	}
	if config.AuthProvider != nil {
		answer.Provider = config.AuthProvider.Name
	}
	if exec := config.ExecProvider; exec != nil {
		answer.Exec = &foundExec{
			Command:     outside(exec.Command),
			Args:        exec.Args,
			Version:     exec.APIVersion,
			Interactive: string(exec.InteractiveMode),
			Hint:        exec.InstallHint,
			Cluster:     exec.ProvideClusterInfo,
		}
		for _, variable := range exec.Env {
			answer.Exec.Env = append(answer.Exec.Env, variable.Name+"="+variable.Value)
		}
		if unknown, ok := exec.Config.(*runtime.Unknown); ok {
			answer.Exec.Config = string(unknown.Raw)
		}
	}
	if config.Proxy != nil {
		request, err := http.NewRequest(http.MethodGet, answer.Server, nil)
		if err != nil {
			panic(err)
		}
		proxy, err := config.Proxy(request)
		if err != nil {
			panic(err)
		}
		answer.Proxy = proxy.String()
	}
	return answer
}

// overrides are those that are named, as the flags of kubectl are.
func overrides(named map[string]string, directory string) *clientcmd.ConfigOverrides {
	overrides := &clientcmd.ConfigOverrides{}
	for name, value := range named {
		value = strings.ReplaceAll(value, "$DIR", directory)
		switch name {
		case "context":
			overrides.CurrentContext = value
		case "cluster":
			overrides.Context.Cluster = value
		case "user":
			overrides.Context.AuthInfo = value
		case "namespace":
			overrides.Context.Namespace = value
		case "server":
			overrides.ClusterInfo.Server = value
		case "default-server":
			overrides.ClusterDefaults.Server = value
		case "tls-server-name":
			overrides.ClusterInfo.TLSServerName = value
		case "insecure-skip-tls-verify":
			overrides.ClusterInfo.InsecureSkipTLSVerify = value == "true"
		case "certificate-authority":
			overrides.ClusterInfo.CertificateAuthority = value
		case "certificate-authority-data":
			overrides.ClusterInfo.CertificateAuthorityData = []byte(value)
		case "proxy-url":
			overrides.ClusterInfo.ProxyURL = value
		case "disable-compression":
			overrides.ClusterInfo.DisableCompression = value == "true"
		case "client-certificate":
			overrides.AuthInfo.ClientCertificate = value
		case "client-certificate-data":
			overrides.AuthInfo.ClientCertificateData = []byte(value)
		case "client-key":
			overrides.AuthInfo.ClientKey = value
		case "client-key-data":
			overrides.AuthInfo.ClientKeyData = []byte(value)
		case "token":
			overrides.AuthInfo.Token = value
		case "token-file":
			overrides.AuthInfo.TokenFile = value
		case "username":
			overrides.AuthInfo.Username = value
		case "password":
			overrides.AuthInfo.Password = value
		case "as":
			overrides.AuthInfo.Impersonate = value
		case "as-uid":
			overrides.AuthInfo.ImpersonateUID = value
		case "as-group":
			overrides.AuthInfo.ImpersonateGroups = strings.Split(value, ",")
		case "as-user-extra":
			if err := json.Unmarshal([]byte(value), &overrides.AuthInfo.ImpersonateUserExtra); err != nil {
				panic(err)
			}
		case "exec":
			overrides.AuthInfo.Exec = &api.ExecConfig{
				Command: value, APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: "Never",
			}
		case "request-timeout":
			overrides.Timeout = value
		default:
			panic("no override is called " + name)
		}
	}
	return overrides
}

// kinds names what is wrong, each fault once and in sorted order.
func kinds(err error) []string {
	if clientcmd.IsEmptyConfig(err) {
		return []string{"empty"}
	}
	var all []string
	var aggregate utilerrors.Aggregate
	if errors.As(err, &aggregate) {
		for _, err := range aggregate.Errors() {
			all = append(all, kind(err))
		}
	} else {
		all = []string{kind(err)}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func kind(err error) string {
	message := err.Error()
	for _, known := range []struct{ says, kind string }{
		{"error loading config file", "malformed"},
		{"unable to read", "unreadable"},
		{"no server", "no-server"},
		{"invalid 'proxy-url'", "proxy"},
		{"are both specified", "both-forms"},
		{"to use the clientCert authentication", "no-key"},
		{"more than one authentication method", "several-methods"},
		{"to use exec authentication plugin", "plugin"},
		{"invalid interactiveMode", "plugin"},
		{"in combination with an exec plugin", "plugin"},
		{"without impersonating a user", "impersonation"},
		{"Invalid timeout value", "timeout"},
		{"context was not found", "unknown-context"},
		{"context \"", "unknown-context"},
		{"cluster \"", "unknown-cluster"},
		{"auth info \"", "unknown-user"},
	} {
		if strings.Contains(message, known.says) {
			if known.kind == "malformed" && strings.Contains(message, "is a directory") {
				return "unreadable"
			}
			return known.kind
		}
	}
	if errors.Is(err, os.ErrNotExist) {
		return "unreadable"
	}
	return message
}
