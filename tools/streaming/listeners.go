package main

import (
	"crypto/tls"
	"net"
	"net/http"
)

// listeners serve until the program ends; the first failure is the program's.
type listeners struct {
	failures chan error
}

// serve serves on any port of an address, with TLS if there is a configuration for it, and says on which.
func (l *listeners) serve(address string, handler http.Handler, config *tls.Config) (int, error) {
	return l.serveLate(address, config, func(int) (http.Handler, error) { return handler, nil })
}

// serveLate is serve for a handler that has to know the port.
func (l *listeners) serveLate(address string, config *tls.Config, handler func(port int) (http.Handler, error)) (int, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	server := &http.Server{TLSConfig: config}
	if server.Handler, err = handler(port); err != nil {
		return 0, err
	}
	go func() {
		if config != nil {
			l.failures <- server.ServeTLS(listener, "", "")
		} else {
			l.failures <- server.Serve(listener)
		}
	}()
	return port, nil
}
