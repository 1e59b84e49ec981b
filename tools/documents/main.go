// Documents says in short what an API server says of itself: discovery, and OpenAPI in both versions.
//
// It prints a line for each resource, schema and path: where it stands, its name, and a digest of what is
// said of it. Descriptions are left out of it, and so is what two documents may say in two ways. It fails
// if a document in protobuf is not the one in JSON.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the server's kubeconfig")
	flag.Parse()
	if *kubeconfig == "" {
		fmt.Fprintln(os.Stderr, "usage: documents -kubeconfig FILE")
		os.Exit(2)
	}
	if err := run(context.Background(), *kubeconfig); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	s := &server{ctx: ctx, host: config.Host, client: client}
	if err := s.discovery(); err != nil {
		return err
	}
	if err := s.openAPI(); err != nil {
		return err
	}
	slices.Sort(s.lines)
	out := bufio.NewWriter(os.Stdout)
	for _, line := range slices.Compact(s.lines) {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

// A server is asked for its documents; what was found is in lines.
type server struct {
	ctx    context.Context
	host   string
	client *http.Client
	lines  []string
}

// add notes what a document says under a name.
func (s *server) add(document, name string, said any) {
	s.lines = append(s.lines, fmt.Sprintf("%s %s %s", document, name, digest(said)))
}

func (s *server) get(path, accept string) ([]byte, error) {
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.host+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", accept)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s: %s", path, response.Status, body)
	}
	return body, nil
}
