package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
	core "k8s.io/api/core/v1"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// A tunnel is a way to forward ports.
type tunnel struct {
	name string
	dial func(*client, string) (httpstream.Dialer, error)
}

var tunnels = []tunnel{
	{"spdy in a websocket", func(c *client, pod string) (httpstream.Dialer, error) {
		return portforward.NewSPDYOverWebsocketDialerForStreaming(c.url(pod, "portforward", &core.PodPortForwardOptions{}), c.config)
	}},
	{"spdy", func(c *client, pod string) (httpstream.Dialer, error) {
		transport, upgrader, err := spdy.RoundTripperFor(c.config)
		if err != nil {
			return nil, err
		}
		url := c.url(pod, "portforward", &core.PodPortForwardOptions{})
		return spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, "POST", url), nil
	}},
}

// forwards are the checks of port forwarding.
func (c *client) forwards() []check {
	var checks []check
	data := made(1 << 20)
	sum := fmt.Sprintf("%x\n", sha256.Sum256(data))
	for _, t := range tunnels {
		add := func(name, want string, port int, use func(context.Context, string) (string, error)) {
			checks = append(checks, check{t.name + ": " + name, want, func(ctx context.Context) (string, error) {
				return c.forward(ctx, t, port, use)
			}})
		}
		greeting := fmt.Sprintf("this is port %d of %s/%s\n", greetingPort, c.namespace, c.pod)
		add("a port that speaks first", greeting, greetingPort, converse(nil))
		add("several connections at a time", strings.Repeat(sum, 8), echoPort, func(ctx context.Context, address string) (string, error) {
			return c.together(ctx, 8, func(ctx context.Context) (string, error) {
				back, err := converse(data)(ctx, address)
				return fmt.Sprintf("%x\n", sha256.Sum256([]byte(back))), err
			})
		})
		refused := fmt.Sprintf("error forwarding port 9 to pod %s/%s, uid : port 9: connection refused\n", c.namespace, c.pod)
		add("a port where nobody listens", refused, 9, converse(nil))
	}
	checks = append(checks, check{"websocket v4: a port", "7 7 hello", c.plainForward})
	return checks
}

// forward listens, forwards to a port of the pod, and uses it. What was said of errors is added to the outcome.
func (c *client) forward(ctx context.Context, t tunnel, port int, use func(context.Context, string) (string, error)) (string, error) {
	dialer, err := t.dial(c, c.pod)
	if err != nil {
		return "", err
	}
	stop, ready, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	problems := listen()
	forwarder, err := portforward.NewOnAddressesForStreaming(dialer, []string{loopback}, []string{fmt.Sprintf("0:%d", port)}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return "", err
	}
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		return "", errors.Join(errors.New("not forwarded"), err)
	case <-ctx.Done():
		return "", ctx.Err()
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return "", err
	}
	got, err := use(ctx, fmt.Sprintf("%s:%d", loopback, ports[0].Local))
	close(stop)
	if ended := <-ended; ended != nil && !errors.Is(ended, portforward.ErrLostConnectionToPod) {
		err = errors.Join(err, ended)
	}
	return got + problems(), err
}

// listen hears what client-go says of errors that it cannot return, and tells it once asked.
func listen() func() string {
	var mutex sync.Mutex
	var heard strings.Builder
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{
		func(_ context.Context, err error, _ string, _ ...any) {
			mutex.Lock()
			defer mutex.Unlock()
			// In front of it are ports of this machine.
			text := err.Error()
			if _, reason, ok := strings.Cut(text, "-> 9: "); ok {
				text = reason
			}
			heard.WriteString(text + "\n")
		},
	}
	return func() string {
		mutex.Lock()
		defer mutex.Unlock()
		return heard.String()
	}
}

// converse sends something while it reads, closes its half once all is sent, and returns all that came.
func converse(data []byte) func(context.Context, string) (string, error) {
	return func(ctx context.Context, address string) (string, error) {
		var dialer net.Dialer
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return "", err
		}
		defer connection.Close()
		if deadline, ok := ctx.Deadline(); ok {
			if err := connection.SetDeadline(deadline); err != nil {
				return "", err
			}
		}
		if len(data) > 0 {
			go func() {
				// The reader finds out if it fails.
				_, _ = connection.Write(data)
				_ = connection.(*net.TCPConn).CloseWrite()
			}()
		}
		back, err := io.ReadAll(connection)
		return string(back), err
	}
}

// plainForward is how browsers do it: a WebSocket with two channels a port, each of which first says which port.
func (c *client) plainForward(ctx context.Context) (string, error) {
	config, err := rest.TLSConfigFor(c.config)
	if err != nil {
		return "", err
	}
	dialer := websocket.Dialer{TLSClientConfig: config, Subprotocols: []string{"v4.channel.k8s.io"}}
	url := c.url(c.pod, "portforward", &core.PodPortForwardOptions{Ports: []int32{echoPort}})
	url.Scheme = "wss"
	connection, _, err := dialer.DialContext(ctx, url.String(), nil)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	var got []string
	for range 2 {
		_, message, err := connection.ReadMessage()
		if err != nil || len(message) != 3 {
			return "", fmt.Errorf("no port was said: %q, %w", message, err)
		}
		got = append(got, fmt.Sprint(binary.LittleEndian.Uint16(message[1:])))
	}
	if err := connection.WriteMessage(websocket.BinaryMessage, []byte("\x00hello")); err != nil {
		return "", err
	}
	_, message, err := connection.ReadMessage()
	if err != nil {
		return "", err
	}
	return strings.Join(append(got, strings.TrimPrefix(string(message), "\x00")), " "), nil
}
