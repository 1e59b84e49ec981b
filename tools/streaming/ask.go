package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// runAsk makes requests and shows the answers, so that those of two servers can be compared. A request is a line of
// standard input: the method and the path, headers behind `|` if there are any, and a body behind `<` if there is one.
//
//	GET /api/v1/nodes/n/proxy/ | Accept: text/html | Te: trailers
//	POST /api/v1/namespaces/default/pods/p/proxy/ | Content-Type: text/plain < a body
func runAsk(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	tls, err := rest.TLSConfigFor(config)
	if err != nil {
		return err
	}
	client := &http.Client{
		// What is asked for is shown as it comes: no redirect is followed, nothing is decompressed.
		Transport:     &http.Transport{TLSClientConfig: tls, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		request, err := parseRequest(ctx, config.Host, line)
		if err != nil {
			return err
		}
		fmt.Printf("### %s\n", line)
		response, err := client.Do(request)
		if err != nil {
			fmt.Println("no answer")
			continue
		}
		show(response)
	}
	return nil
}

func parseRequest(ctx context.Context, host, line string) (*http.Request, error) {
	line, body, _ := strings.Cut(line, " < ")
	words := strings.Split(line, " | ")
	method, path, ok := strings.Cut(words[0], " ")
	if !ok {
		return nil, fmt.Errorf("%q is no request", line)
	}
	request, err := http.NewRequestWithContext(ctx, method, host, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	// Sent as it is, whatever is odd about it.
	request.URL.Opaque = strings.SplitN(path, "?", 2)[0]
	if _, query, ok := strings.Cut(path, "?"); ok {
		request.URL.RawQuery = query
	}
	request.Header.Set("User-Agent", "streaming")
	for _, header := range words[1:] {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	return request, nil
}

// show prints an answer without what differs from run to run, and without what a server says of its own flow
// control.
func show(response *http.Response) {
	defer response.Body.Close()
	fmt.Println(response.StatusCode)
	var headers []string
	for name, values := range response.Header {
		if name == "Date" || name == "Audit-Id" || name == "Content-Length" || strings.HasPrefix(name, "X-Kubernetes-Pf-") {
			continue
		}
		headers = append(headers, fmt.Sprintf("%s: %s\n", name, strings.Join(values, " and ")))
	}
	sort.Strings(headers)
	fmt.Print(strings.Join(headers, ""))
	body, err := io.ReadAll(response.Body)
	fmt.Printf("\n%s\n", strings.TrimSuffix(string(body), "\n"))
	if err != nil && errors.Is(err, io.ErrUnexpectedEOF) {
		fmt.Println("(broken off)")
	} else if err != nil {
		fmt.Println("(broken off by the server)")
	}
}
