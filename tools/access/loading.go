package main

import "strings"

// config is a kubeconfig with one context, cluster and user, all called name, and these fields of the latter two.
func config(name, cluster, user string) string {
	return strings.NewReplacer("NAME", name, "CLUSTER", cluster, "USER", user).Replace(`apiVersion: v1
kind: Config
current-context: NAME
contexts:
- name: NAME
  context: {cluster: NAME, user: NAME, namespace: ns-of-NAME}
clusters:
- name: NAME
  cluster: {CLUSTER}
users:
- name: NAME
  user: {USER}
`)
}

func plain(name string) string {
	return config(name, "server: 'https://"+name+".example:6443'", "token: token-of-"+name)
}

func withCluster(cluster string) map[string]string {
	return map[string]string{
		".kube/config": config("a", cluster, "token: t"), "ca": "CA", "other/ca": "OTHER CA", "empty": "",
	}
}

func withUser(user string) map[string]string {
	return map[string]string{
		".kube/config": config("a", "server: 'https://h'", user), ".kube/cert": "CERT", ".kube/key": "KEY",
		".kube/token": "from-file\n", ".kube/empty": "",
	}
}

const two = `
current-context: one
contexts:
- name: one
  context: {cluster: one, user: one, namespace: first}
- name: two
  context: {cluster: two, user: two}
clusters:
- name: one
  cluster: {server: 'https://one', certificate-authority-data: Q0E=, tls-server-name: inner}
- name: two
  cluster: {server: 'https://two', insecure-skip-tls-verify: true, proxy-url: 'http://proxy:3128'}
users:
- name: one
  user: {token: t1}
- name: two
  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ, as: someone, as-groups: [g1, g2]}
`

// loading are the cases, without their answers.
func loading() []kubeconfigCase {
	home := func(content string) map[string]string { return map[string]string{".kube/config": content} }
	over := func(name string, files map[string]string, overrides ...string) kubeconfigCase {
		named := map[string]string{}
		for i := 0; i < len(overrides); i += 2 {
			named[overrides[i]] = overrides[i+1]
		}
		return kubeconfigCase{Name: name, Files: files, Overrides: named}
	}
	found := func(name string, files map[string]string) kubeconfigCase { return over(name, files) }
	twoFiles := func(first, second string) map[string]string {
		return map[string]string{"first": first, "second": second, ".kube/config": plain("home")}
	}
	both := []string{"$DIR/first", "$DIR/second"}

	return []kubeconfigCase{
		// Which files.
		found("nothing at all", nil),
		found("the home directory's file", home(plain("home"))),
		found("an empty file", home("")),
		found("a file with nothing but its kind", home("apiVersion: v1\nkind: Config\n")),
		found("a file without its kind", home("current-context: x\n")),
		found("a file of another kind", home("apiVersion: v1\nkind: Pod\n")),
		found("a file that is no YAML", home("clusters: {")),
		found("a file that is a list", home("- a\n- b\n")),
		found("a file that is a directory", map[string]string{".kube/config": "unreadable"}),
		found("a file as JSON", home(`{"current-context":"a","contexts":[{"name":"a","context":{"cluster":"a","user":""}}],`+
			`"clusters":[{"name":"a","cluster":{"server":"https://j"}}]}`)),
		{Name: "the variable wins over the home directory", Files: twoFiles(plain("first"), ""), List: []string{"$DIR/first"}},
		{Name: "an empty variable counts as unset", Files: twoFiles("", ""), List: []string{""}},
		{Name: "a missing file of the list", Files: twoFiles(plain("first"), ""), List: []string{"$DIR/missing", "$DIR/first"}},
		{Name: "only missing files in the list", Files: twoFiles("", ""), List: []string{"$DIR/missing", "$DIR/gone"}},
		{Name: "a file twice and empty entries", Files: twoFiles(plain("first"), ""), List: []string{"", "$DIR/first", "", "$DIR/first"}},
		{Name: "a malformed file beside a good one", Files: twoFiles("clusters: {", plain("second")), List: both},
		{Name: "two malformed files", Files: twoFiles("clusters: {", "contexts: 3"), List: both},
		{Name: "an explicit path", Files: twoFiles(plain("first"), plain("second")), List: both, Path: "$DIR/second"},
		{Name: "an explicit path to nothing", Files: twoFiles(plain("first"), ""), List: both, Path: "$DIR/missing"},
		{Name: "an explicit path to an empty file", Files: twoFiles(plain("first"), ""), List: both, Path: "$DIR/second"},

		// Merging.
		{Name: "the first current context", Files: twoFiles("current-context: ''", plain("second")), List: both},
		{Name: "the first current context wins", Files: twoFiles(plain("first"), plain("second")), List: both},
		{Name: "an entry is not mixed", Files: twoFiles(
			"clusters: [{name: second, cluster: {server: 'https://other', tls-server-name: x}}]", plain("second")), List: both},
		{Name: "a context of one file, its cluster of another", Files: twoFiles(
			"current-context: c\ncontexts: [{name: c, context: {cluster: second, user: second}}]", plain("second")), List: both},
		{Name: "paths are those of their file", Files: map[string]string{
			"one/kube":     config("a", "server: 'https://h', certificate-authority: ../ca", "token: t"),
			"two/dir/kube": "users: [{name: a, user: {tokenFile: tok}}]", "ca": "CA", "two/dir/tok": "from-file",
		}, List: []string{"$DIR/two/dir/kube", "$DIR/one/kube"}},

		// Which context, cluster, user and namespace.
		found("two contexts", home(two)),
		over("another context", home(two), "context", "two"),
		over("a context that is not there", home(two), "context", "three"),
		over("another cluster", home(two), "cluster", "two"),
		over("a cluster that is not there", home(two), "cluster", "three"),
		over("another user", home(two), "user", "two"),
		over("a user that is not there", home(two), "user", "three"),
		over("another namespace", home(two), "namespace", "other"),
		over("context, cluster, user and namespace", home(two), "context", "two", "cluster", "one", "user", "one", "namespace", "n"),
		found("a current context that is not there", home(strings.Replace(two, "current-context: one", "current-context: gone", 1))),
		found("no current context", home(strings.Replace(two, "current-context: one", "", 1))),
		over("no current context and a cluster", home(strings.Replace(two, "current-context: one", "", 1)), "cluster", "one"),
		over("no current context, a cluster and a user", home(strings.Replace(two, "current-context: one", "", 1)),
			"cluster", "one", "user", "one"),
		found("a context without a user", home(strings.Replace(two, "user: one, ", "", 1))),
		found("a context of a cluster that is not there", home(strings.Replace(two, "{cluster: one,", "{cluster: gone,", 1))),
		found("a context of a user that is not there", home(strings.Replace(two, "user: one,", "user: gone,", 1))),
		found("a context without a namespace", home(strings.Replace(two, ", namespace: first", "", 1))),

		// The cluster.
		found("a server without a scheme", withCluster("server: 'h:8080'")),
		found("a server without a scheme, with an authority", withCluster("server: 'h:6443', certificate-authority-data: Q0E=")),
		found("a server without a scheme, insecure", withCluster("server: 'h:6443', insecure-skip-tls-verify: true")),
		found("a server without a scheme, with a path", withCluster("server: 'h:6443/path'")),
		found("a server in capital letters", withCluster("server: 'HTTPS://h'")),
		found("a server with a path and a query", withCluster("server: 'https://h/base/path/?a=b#c'")),
		found("a server in IPv6", withCluster("server: 'https://[fd00::1]:6443'")),
		found("no server", withCluster("tls-server-name: x")),
		found("an empty cluster", withCluster("")),
		found("a plain server gets no credentials", withCluster("server: 'http://h'")),
		found("an authority in a file", withCluster("server: 'https://h', certificate-authority: ../ca")),
		found("an authority in an absolute file", withCluster("server: 'https://h', certificate-authority: $DIR/ca")),
		found("an authority as data", withCluster("server: 'https://h', certificate-authority-data: Q0E=")),
		found("an authority in both forms", withCluster("server: 'https://h', certificate-authority: ../ca, certificate-authority-data: Q0E=")),
		found("an authority that is missing", withCluster("server: 'https://h', certificate-authority: gone")),
		found("an authority that is missing, at a plain server", withCluster("server: 'http://h', certificate-authority: gone")),
		found("an authority and insecure (and connected)", withCluster("server: 'https://h', certificate-authority: ../ca, insecure-skip-tls-verify: true")),
		found("a name for TLS", withCluster("server: 'https://h', tls-server-name: inner")),
		found("no compression", withCluster("server: 'https://h', disable-compression: true")),
		found("a proxy", withCluster("server: 'https://h', proxy-url: 'http://user:pw@proxy:3128'")),
		found("a proxy for a plain server", withCluster("server: 'http://h', proxy-url: 'socks5://proxy'")),
		found("a proxy over TLS", withCluster("server: 'https://h', proxy-url: 'https://proxy/'")),
		found("a proxy of a kind that is not known", withCluster("server: 'https://h', proxy-url: 'ftp://proxy'")),
		found("a proxy without a scheme", withCluster("server: 'https://h', proxy-url: 'proxy:3128'")),
		found("a proxy with a remote name lookup", withCluster("server: 'https://h', proxy-url: 'socks5h://proxy'")),
		found("a proxy that is no URL", withCluster("server: 'https://h', proxy-url: 'http://a b'")),

		// The user.
		found("a token", withUser("token: t")),
		found("a token's file", withUser("tokenFile: token")),
		found("a token and its file", withUser("token: inline, tokenFile: token")),
		found("a token and a file that is missing", withUser("token: inline, tokenFile: gone")),
		found("a token's file that is missing", withUser("tokenFile: gone")),
		found("a password", withUser("username: u, password: p")),
		found("a user name alone", withUser("username: u")),
		found("a password alone", withUser("password: p")),
		found("a token and a password", withUser("token: t, username: u, password: p")),
		found("a token's file and a password (and connected)", withUser("tokenFile: token, username: u, password: p")),
		found("a certificate in files", withUser("client-certificate: cert, client-key: key")),
		found("a certificate as data", withUser("client-certificate-data: Q0VSVA==, client-key-data: S0VZ")),
		found("a certificate in a file, its key as data", withUser("client-certificate: cert, client-key-data: S0VZ")),
		found("a certificate in both forms", withUser("client-certificate: cert, client-certificate-data: Q0VSVA==, client-key: key")),
		found("a key in both forms", withUser("client-certificate: cert, client-key: key, client-key-data: S0VZ")),
		found("a certificate without its key", withUser("client-certificate-data: Q0VSVA==")),
		found("a key without its certificate", withUser("client-key-data: S0VZ")),
		found("a certificate that is missing", withUser("client-certificate: gone, client-key: key")),
		found("a key that is missing", withUser("client-certificate: cert, client-key: gone")),
		found("a key that is missing, without its certificate", withUser("client-key: gone")),
		found("a certificate and a token", withUser("client-certificate-data: Q0VSVA==, client-key-data: S0VZ, token: t")),
		found("impersonation", withUser("token: t, as: someone, as-uid: '42', as-groups: [a, b], as-user-extra: {x: [1st, 2nd], y/z: ['3']}")),
		found("impersonated groups without a user", withUser("token: t, as-groups: [a]")),
		found("an impersonated uid without a user", withUser("token: t, as-uid: '42'")),
		found("impersonated extras without a user", withUser("token: t, as-user-extra: {a: [b]}")),
		{Name: "impersonation at a plain server", Files: home(config("a", "server: 'http://h'", "token: t, as: someone"))},
		found("a plugin", withUser(`exec: {command: aws, args: [eks, get-token], apiVersion: client.authentication.k8s.io/v1, `+
			`interactiveMode: Never, env: [{name: A, value: b}, {name: C, value: ''}], provideClusterInfo: true, installHint: install it}`)),
		found("a plugin of v1beta1", withUser("exec: {command: aws, apiVersion: client.authentication.k8s.io/v1beta1}")),
		found("a plugin of v1 without an interactive mode", withUser("exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}")),
		found("a plugin of v1alpha1 (and connected)", withUser("exec: {command: aws, apiVersion: client.authentication.k8s.io/v1alpha1}")),
		found("a plugin with an unknown interactive mode", withUser(
			"exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Sometimes}")),
		found("a plugin without a command", withUser("exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}")),
		found("a plugin without a version", withUser("exec: {command: aws, interactiveMode: Never}")),
		found("a plugin with a nameless variable", withUser(
			"exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, env: [{value: x}]}")),
		found("a plugin with a path", withUser(
			"exec: {command: bin/login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}")),
		found("a plugin with an absolute path", withUser(
			"exec: {command: /usr/bin/login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable}")),
		found("a plugin with a hint that controls the terminal", withUser(
			`exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, installHint: "a\e[31mb\u0007\u200b\n\tc"}`)),
		{Name: "a plugin with the cluster's configuration", Files: home(config("a",
			"server: 'https://h', extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x, count: 1}}, {name: other, extension: 1}]",
			"exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"))},
		found("a plugin and a provider", withUser(
			"exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}, auth-provider: {name: oidc}")),
		found("a plugin and a token", withUser(
			"exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}, token: t")),
		found("a provider", withUser("auth-provider: {name: oidc, config: {a: b}}")),
		found("no credentials", withUser("")),
		{Name: "everything is wrong", Files: home(config("a", "proxy-url: 'ftp://p', certificate-authority: gone",
			"token: t, username: u, client-certificate: gone, as-uid: x, exec: {env: [{}]}"))},

		// Overrides of fields.
		over("a server", home(two), "server", "https://other"),
		over("a server and a name for TLS", home(two), "server", "https://other", "tls-server-name", "x"),
		over("a name for TLS alone", home(two), "tls-server-name", "x"),
		over("a server without anything else", nil, "server", "https://other"),
		over("a plain server without anything else", nil, "server", "h:8080"),
		over("a default server", nil, "default-server", "https://fallback"),
		over("a default server that is not needed", home(two), "default-server", "https://fallback"),
		over("insecure", home(two), "insecure-skip-tls-verify", "true"),
		over("insecure for an authority in a file", withCluster("server: 'https://h', certificate-authority: ../ca"), "insecure-skip-tls-verify", "true"),
		over("an authority over an insecure cluster", withCluster("server: 'https://h', insecure-skip-tls-verify: true"),
			"certificate-authority", "$DIR/other/ca"),
		over("an authority's file over data", withCluster("server: 'https://h', certificate-authority-data: Q0E="),
			"certificate-authority", "$DIR/other/ca"),
		over("an authority's data over a file", withCluster("server: 'https://h', certificate-authority: ../ca"),
			"certificate-authority-data", "NEW"),
		over("an authority in both forms over another", withCluster("server: 'https://h', certificate-authority: ../ca"),
			"certificate-authority", "$DIR/other/ca", "certificate-authority-data", "NEW"),
		over("a proxy over another", withCluster("server: 'https://h', proxy-url: 'http://one'"), "proxy-url", "socks5://two:1080"),
		over("no compression, by an override", withCluster("server: 'https://h'"), "disable-compression", "true"),
		over("a certificate's file over data", withUser("client-certificate-data: Q0VSVA==, client-key-data: S0VZ"),
			"client-certificate", "$DIR/.kube/cert", "client-key", "$DIR/.kube/key"),
		over("a certificate's data over files", withUser("client-certificate: cert, client-key: key"),
			"client-certificate-data", "NEW CERT", "client-key-data", "NEW KEY"),
		over("a key's file over data", withUser("client-certificate-data: Q0VSVA==, client-key-data: S0VZ"), "client-key", "$DIR/.kube/key"),
		over("a token over another", withUser("token: t"), "token", "new"),
		over("a token over a file", withUser("tokenFile: token"), "token", "new"),
		over("a token's file over a token", withUser("token: t"), "token-file", "$DIR/.kube/token"),
		over("a token over a password", withUser("username: u, password: p"), "token", "new"),
		over("a password over another", withUser("username: u, password: p"), "username", "u2", "password", "p2"),
		over("a password over a token", withUser("token: t"), "username", "u", "password", "p"),
		over("impersonation over another", withUser("token: t, as: one, as-groups: [g], as-user-extra: {a: [b]}"),
			"as", "two", "as-uid", "7", "as-group", "x,y"),
		over("impersonated extras over others", withUser("token: t, as: one, as-user-extra: {a: [b], c: [d]}"),
			"as-user-extra", `{"a":["1"],"e":["2"]}`),
		over("a plugin over a token", withUser("token: t"), "exec", "login"),
		over("a time limit in seconds", home(plain("a")), "request-timeout", "90"),
		over("a time limit with units", home(plain("a")), "request-timeout", "1m30.5s"),
		over("no time limit", home(plain("a")), "request-timeout", "0"),
		over("a time limit that is none", home(plain("a")), "request-timeout", "soon"),
		over("a time limit of a negative number", home(plain("a")), "request-timeout", "-5"),
		over("empty overrides", home(two), "context", "", "cluster", "", "user", "", "namespace", "", "server", "", "request-timeout", ""),
		over("a namespace without anything else", nil, "namespace", "n"),
	}
}
