package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// settings are how a kubelet is started.
type settings struct {
	kubeconfig, node, address, podAddress, record, certificate, key string
}

// runKubelet serves until its context ends. Once it can be reached it prints where, in a line: the ports of the
// kubelet, of the pods' HTTP and of their HTTPS, and the pods' address.
//
// Two more Nodes are made of it: `NODE-old` is a kubelet that does not understand the newer WebSocket protocols,
// and, if the pods' address is not a loopback one, `NODE-outside` is on it: API servers proxy to no other.
func runKubelet(ctx context.Context, s settings) error {
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	if err != nil {
		return err
	}
	// What every server speaks.
	config.ContentType = "application/json"
	clients, err := authority(config)
	if err != nil {
		return err
	}
	certificate, err := servingCertificate(s.certificate, s.key, s.address)
	if err != nil {
		return err
	}
	record, err := openRecord(s.record)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if s.podAddress == "" {
		s.podAddress = reachableAddress()
	}
	node := &node{client: client, name: s.node, podAddress: s.podAddress}

	listeners := &listeners{failures: make(chan error)}
	// The streaming server is one of its own, as a container runtime's is; only the kubelet asks it.
	streams, err := startStreaming(listeners, record)
	if err != nil {
		return err
	}
	newer := (&kubelet{node: node, streaming: streams, record: record, websockets: true}).handler()
	older := (&kubelet{node: node, streaming: streams, record: nobody}).handler()
	// Whoever has no certificate of the API server's authority gets nowhere.
	known := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientCAs:    clients,
		ClientAuth:   tls.RequireAndVerifyClientCert,
	}
	register := func(name, address string, handler http.Handler, features ...string) (int, error) {
		port, err := listeners.serve(address, handler, known)
		if err != nil {
			return 0, err
		}
		return port, node.register(ctx, name, address, port, features)
	}
	pods := web(record)
	plain, err := listeners.serve(s.podAddress, pods, nil)
	if err != nil {
		return err
	}
	// HTTP/1.1 only, since a connection of HTTP/2 cannot be upgraded.
	open := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	secure, err := listeners.serve(s.podAddress, pods, open)
	if err != nil {
		return err
	}
	port, err := register(s.node, s.address, newer, websocketFeature)
	if err != nil {
		return err
	}
	if _, err := register(s.node+oldSuffix, s.address, older); err != nil {
		return err
	}
	if net.ParseIP(s.podAddress).IsGlobalUnicast() {
		if _, err := register(s.node+"-outside", s.podAddress, newer, websocketFeature); err != nil {
			return err
		}
	}
	go node.runPods(ctx)
	fmt.Printf("%d %d %d %s\n", port, plain, secure, s.podAddress)
	select {
	case <-ctx.Done():
		return nil
	case err := <-listeners.failures:
		return err
	}
}
