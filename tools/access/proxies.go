package main

import (
	"net/url"

	"golang.org/x/net/http/httpproxy"
)

// A proxyCase is a server that is to be reached, the variables of the environment, and what Go makes of them.
type proxyCase struct {
	Server string            `json:"server"`
	Env    map[string]string `json:"env"`
	// Proxy is empty if the server is reached without one.
	Proxy string `json:"proxy"`
	// Refused is whether Go refuses to choose.
	Refused bool `json:"refused,omitempty"`
}

// proxies asks for every list of exceptions about every server that it is interesting for, and then for the other
// variables.
func proxies() []proxyCase {
	var cases []proxyCase
	for _, group := range noProxy {
		for _, list := range group.lists {
			for _, server := range group.servers {
				cases = append(cases, ask(server, map[string]string{
					"HTTPS_PROXY": "http://secure.proxy:3128",
					"HTTP_PROXY":  "http://plain.proxy:3128",
					"NO_PROXY":    list,
				}))
			}
		}
	}
	for _, env := range environments {
		for _, server := range []string{"https://api.example.org:6443", "http://api.example.org"} {
			cases = append(cases, ask(server, env))
		}
	}
	return cases
}

func ask(server string, env map[string]string) proxyCase {
	any := func(upper, lower string) string {
		if value := env[upper]; value != "" {
			return value
		}
		return env[lower]
	}
	config := httpproxy.Config{
		HTTPProxy:  any("HTTP_PROXY", "http_proxy"),
		HTTPSProxy: any("HTTPS_PROXY", "https_proxy"),
		NoProxy:    any("NO_PROXY", "no_proxy"),
		CGI:        env["REQUEST_METHOD"] != "",
	}
	target, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	answer := proxyCase{Server: server, Env: env}
	proxy, err := config.ProxyFunc()(target)
	switch {
	case err != nil:
		answer.Refused = true
	case proxy != nil:
		answer.Proxy = proxy.String()
	}
	return answer
}

// noProxy are lists of exceptions, and the servers to ask about them.
var noProxy = []struct {
	lists   []string
	servers []string
}{
	// Domains, with and without a leading dot or an asterisk, with and without a port.
	{
		lists: []string{
			"", "example.org", ".example.org", "*.example.org", "Example.ORG", " example.org , other.org", "example.org:6443",
			".example.org:6443", "*.example.org:443", "example.org:443", "example.org:", "org", ".org", "ample.org", "api.example",
			"example.org.", "other.org,,example.org", ":6443", "api.example.org:6443:1", "[api.example.org]:6443",
			"[api.example.org]", "https://example.org", "example.org/", "e*ample.org", "*example.org", "..example.org", ".",
			"*.", "-", "api.example.org;other.org", "api.example.org other.org",
		},
		servers: []string{
			"https://api.example.org:6443", "https://api.example.org", "https://example.org", "http://example.org:6443",
			"https://API.Example.Org:6443", "https://badexample.org",
		},
	},
	// Addresses of both families, alone, with a port, and as ranges.
	{
		lists: []string{
			"10.0.0.1", "10.0.0.1:6443", "10.0.0.1:443", "10.0.0.0/8", "10.0.0.1/32", "10.0.0.0/31", "0.0.0.0/0", "10.0.0.0/33",
			"10.0.0/8", "10.0.0", ".0.0.1", "0.1", "010.0.0.1", "10.0.0.1/", "::/0", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104",
			"::ffff:10.0.0.0/64", "*.0.0.1", "[10.0.0.1]:6443", "10.0.0.2,10.0.0.1", "10.0.0.0/8:6443",
		},
		servers: []string{"https://10.0.0.1:6443", "https://10.0.0.1", "https://10.0.0.2", "http://11.0.0.1"},
	},
	{
		lists: []string{
			"fd00::1", "[fd00::1]", "[fd00::1]:6443", "[fd00::1]:443", "fd00::/8", "fd00::/64", "fd00:0::1", "FD00::1", "::/0",
			"0.0.0.0/0", "fd00::1:6443", "fe80::/10",
		},
		servers: []string{"https://[fd00::1]:6443", "https://[fd00::1]", "https://[fd00:0:0:1::2]"},
	},
	{
		lists:   []string{"10.0.0.1", "10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "::/0"},
		servers: []string{"https://[::ffff:10.0.0.1]:6443"},
	},
	// Everything, and what is never reached through a proxy.
	{
		lists:   []string{"*", "example.org,*", "10.0.0.0/8, * ,x"},
		servers: []string{"https://api.example.org:6443", "https://10.0.0.1", "https://[fd00::1]", "http://example.org"},
	},
	{
		lists: []string{"", "example.org"},
		servers: []string{
			"https://localhost:6443", "http://localhost", "https://LOCALHOST", "https://localhost.:6443", "https://a.localhost",
			"https://127.0.0.1:6443", "https://127.1.2.3", "https://[::1]:6443", "https://[::ffff:127.0.0.1]:6443",
			"https://0.0.0.0", "https://[::]", "https://128.0.0.1",
		},
	},
}

// environments are forms of the other variables.
var environments = []map[string]string{
	{},
	{"HTTPS_PROXY": "http://proxy:3128"},
	{"HTTP_PROXY": "http://proxy:3128"},
	{"https_proxy": "http://lower:3128", "http_proxy": "http://lower-plain:3128"},
	{"HTTPS_PROXY": "http://upper:3128", "https_proxy": "http://lower:3128"},
	{"HTTPS_PROXY": "", "https_proxy": "http://lower:3128"},
	{"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "example.org"},
	{"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "other.org", "no_proxy": "example.org"},
	{"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "", "no_proxy": "example.org"},
	{"ALL_PROXY": "http://proxy:3128"},
	{"HTTPS_PROXY": "https://proxy"},
	{"HTTPS_PROXY": "socks5://proxy:1080"},
	{"HTTPS_PROXY": "socks5h://proxy"},
	{"HTTPS_PROXY": "proxy"},
	{"HTTPS_PROXY": "proxy:3128"},
	{"HTTPS_PROXY": "10.1.2.3:3128"},
	{"HTTPS_PROXY": "[fd00::9]:3128"},
	{"HTTPS_PROXY": "http://user:secret@proxy:3128"},
	{"HTTPS_PROXY": "http://user:s%40cret@proxy:3128/"},
	{"HTTPS_PROXY": "http://user@proxy:3128"},
	{"HTTPS_PROXY": "http://proxy:3128", "HTTP_PROXY": "http://plain:3128", "REQUEST_METHOD": "GET"},
}
