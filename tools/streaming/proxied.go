package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"k8s.io/client-go/rest"
)

// proxied are the checks of connections that leave HTTP through the proxy of a pod.
func (c *client) proxied(ports webPorts) []check {
	if ports.plain == 0 {
		return nil
	}
	var checks []check
	for scheme, target := range map[string]string{
		"HTTP":  fmt.Sprintf("%s:%d", c.pod, ports.plain),
		"HTTPS": fmt.Sprintf("https:%s:%d", c.pod, ports.secure),
	} {
		name := "an upgrade through the proxy of a pod, over " + scheme
		checks = append(checks, check{name, "HELLO, WORLD", func(ctx context.Context) (string, error) {
			return c.shout(ctx, target)
		}})
	}
	return checks
}

// shout says something in lower case to a pod that repeats it in upper case, and then that it was all.
func (c *client) shout(ctx context.Context, target string) (string, error) {
	config, err := rest.TLSConfigFor(c.config)
	if err != nil {
		return "", err
	}
	server, err := url.Parse(c.config.Host)
	if err != nil {
		return "", err
	}
	dialer := tls.Dialer{Config: config}
	connection, err := dialer.DialContext(ctx, "tcp", server.Host)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := connection.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	path := fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/proxy/upgrade", c.namespace, target)
	fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n", path, server.Host)
	answers := bufio.NewReader(connection)
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(response.Body)
		return "", fmt.Errorf("%s: %s", response.Status, body)
	}
	heard := make([]byte, len("hello, world"))
	for half := range 2 {
		part := heard[half*6 : half*6+6]
		if _, err := connection.Write([]byte("hello, world"[half*6 : half*6+6])); err != nil {
			return "", err
		}
		if _, err := io.ReadFull(answers, part); err != nil {
			return "", err
		}
	}
	return string(heard), nil
}
