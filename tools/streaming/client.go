package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// A client asks an API server for streams to pods.
type client struct {
	config    *rest.Config
	kube      kubernetes.Interface
	namespace string
	pod       string
}

// webPorts are where pods serve HTTP and HTTPS.
type webPorts struct{ plain, secure int }

// A check is something that a client does, and what must come of it.
type check struct {
	name string
	want string
	run  func(context.Context) (string, error)
}

// runClient does what clients do, over each protocol, and compares what came of it with what the pods are made to
// answer.
func runClient(ctx context.Context, kubeconfig, namespace, pod string, ports webPorts) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// How fast it asks is not the point.
	config.QPS = -1
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	c := &client{config: config, kube: kube, namespace: namespace, pod: pod}
	passed, failed := 0, 0
	for _, check := range slices.Concat(c.commands(), c.forwards(), c.proxied(ports)) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		within, cancel := context.WithTimeout(ctx, 2*patience)
		got, err := check.run(within)
		cancel()
		if err != nil {
			got += "error: " + err.Error()
		}
		if got == check.want {
			passed++
			continue
		}
		failed++
		fmt.Printf("FAILED %s\n--- must be\n%s\n--- is\n%s\n", check.name, abridged(check.want), abridged(got))
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return fmt.Errorf("%d checks failed", failed)
	}
	return nil
}

// url is where a subresource of a pod is asked for.
func (c *client) url(pod, subresource string, options runtime.Object) *url.URL {
	request := c.kube.CoreV1().RESTClient().Post().Resource("pods").Namespace(c.namespace).Name(pod).SubResource(subresource)
	return request.VersionedParams(options, scheme.ParameterCodec).URL()
}

// id is what the runtime calls the only container of the pod.
func (c *client) id() string {
	return strings.Join([]string{c.namespace, c.pod, "main"}, "/")
}

// made is as many bytes as asked for, the same every time, that no protocol can mistake for its own.
func made(length int) []byte {
	data := make([]byte, length)
	state := uint32(1)
	for i := range data {
		state = state*1664525 + 1013904223
		data[i] = byte(state >> 24)
	}
	return data
}

// numbered is what the command `lines` prints.
func numbered(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "line %d\n", i+1)
	}
	return text.String()
}

func abridged(text string) string {
	const most = 2000
	if len(text) > most {
		return fmt.Sprintf("%s… (%d bytes)", text[:most], len(text))
	}
	return text
}
