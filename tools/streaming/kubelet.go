package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/proxy"
	translator "k8s.io/apiserver/pkg/util/proxy"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	"k8s.io/streaming/pkg/httpstream/wsstream"
)

// A kubelet answers an API server, and hands on to the streaming server what needs streams.
type kubelet struct {
	node      *node
	streaming streaming.Server
	record    *record
	// websockets says whether the newer protocols of WebSocket are understood.
	websockets bool
}

// startStreaming starts Kubernetes' own streaming server over the runtime that is none.
func startStreaming(listeners *listeners, record *record) (server streaming.Server, err error) {
	_, err = listeners.serveLate(loopback, nil, func(port int) (http.Handler, error) {
		config := streaming.DefaultConfig
		config.BaseURL = &url.URL{Scheme: "http", Host: fmt.Sprintf("%s:%d", loopback, port), Path: "/"}
		server, err = streaming.NewServer(config, &fakeRuntime{files: newFiles(), record: record})
		return server, err
	})
	return server, err
}

func (k *kubelet) handler() http.Handler {
	mux := http.NewServeMux()
	for path, handler := range map[string]http.HandlerFunc{
		"/exec/{namespace}/{pod}/{container}":              k.exec,
		"/attach/{namespace}/{pod}/{container}":            k.attach,
		"/portForward/{namespace}/{pod}":                   k.portForward,
		"GET /containerLogs/{namespace}/{pod}/{container}": k.logs,
		"GET /healthz": func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") },
		"/":            describe,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			k.record.add("%s", asked(r))
			handler(w, r)
		})
	}
	return mux
}

// asked is a request as far as an API server decides what is in it.
func asked(r *http.Request) string {
	line := r.Method + " " + r.URL.RequestURI()
	if user := r.TLS.PeerCertificates[0].Subject; user.CommonName != "" {
		line += fmt.Sprintf(" by %s of %s", user.CommonName, strings.Join(user.Organization, ","))
	}
	for _, name := range []string{"Upgrade", "X-Stream-Protocol-Version", "Sec-Websocket-Protocol"} {
		if values := r.Header[name]; len(values) > 0 {
			line += fmt.Sprintf(" %s: %s", name, strings.Join(values, ","))
		}
	}
	for _, secret := range []string{"Authorization", "X-Remote-User"} {
		if r.Header.Get(secret) != "" {
			line += " with " + secret
		}
	}
	return line
}

func (k *kubelet) exec(w http.ResponseWriter, r *http.Request) {
	options, err := remotecommand.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, container, ok := k.find(w, r)
	if !ok {
		return
	}
	answer, err := k.streaming.GetExec(&runtimeapi.ExecRequest{
		ContainerId: container,
		Cmd:         r.URL.Query()["command"],
		Stdin:       options.Stdin,
		Stdout:      options.Stdout,
		Stderr:      options.Stderr,
		Tty:         options.TTY,
	})
	k.handOn(w, r, answer.GetUrl(), err, options)
}

func (k *kubelet) attach(w http.ResponseWriter, r *http.Request) {
	options, err := remotecommand.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, container, ok := k.find(w, r)
	if !ok {
		return
	}
	answer, err := k.streaming.GetAttach(&runtimeapi.AttachRequest{
		ContainerId: container,
		Stdin:       options.Stdin,
		Stdout:      options.Stdout,
		Stderr:      options.Stderr,
		Tty:         options.TTY,
	})
	k.handOn(w, r, answer.GetUrl(), err, options)
}

func (k *kubelet) portForward(w http.ResponseWriter, r *http.Request) {
	tunnelled := k.websockets && wsstream.IsWebSocketRequestWithTunnelingProtocol(r)
	options := &portforward.V4Options{}
	if !tunnelled {
		var err error
		if options, err = portforward.NewV4Options(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	pod, _, ok := k.find(w, r)
	if !ok {
		return
	}
	answer, err := k.streaming.GetPortForward(&runtimeapi.PortForwardRequest{
		PodSandboxId: pod.Namespace + "/" + pod.Name,
		Port:         options.Ports,
	})
	k.handOn(w, r, answer.GetUrl(), err, nil)
}

func (k *kubelet) logs(w http.ResponseWriter, r *http.Request) {
	options, err := parseLogOptions(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	pod, id, ok := k.find(w, r)
	if !ok {
		return
	}
	container := r.PathValue("container")
	if err := available(pod, container, options.previous); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	end := writeLog(r.Context(), w, container, options)
	k.record.add("log of %s: %s", id, end)
}

// find is the pod of a request, and what the runtime calls the container. If there is none, the answer says so.
func (k *kubelet) find(w http.ResponseWriter, r *http.Request) (*core.Pod, string, bool) {
	namespace, name, container := r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")
	pod := k.node.find(r.Context(), namespace, name)
	if pod == nil {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "pod does not exist")
		return nil, "", false
	}
	if container != "" && !hasContainer(pod, container) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "container %q not found in pod %q", container, name)
		return nil, "", false
	}
	return pod, strings.Join([]string{namespace, name, container}, "/"), true
}

// handOn connects the client with the streaming server, which speaks SPDY and older WebSocket protocols. The newer
// ones are translated on the way, if there are options for streams, or are a tunnel for SPDY.
func (k *kubelet) handOn(w http.ResponseWriter, r *http.Request, location string, refused error, options *remotecommand.Options) {
	if refused != nil {
		code := http.StatusInternalServerError
		if status.Code(refused) == codes.InvalidArgument {
			code = http.StatusBadRequest
		}
		http.Error(w, refused.Error(), code)
		return
	}
	target, err := url.Parse(location)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var handler http.Handler = proxy.NewUpgradeAwareHandler(target, nil, false, true, &responder{})
	switch {
	case !k.websockets:
	case options != nil && wsstream.IsWebSocketRequestWithStreamCloseProtocol(r):
		handler = translator.NewStreamTranslatorHandler(target, nil, 0, translator.Options{
			Stdin:  options.Stdin,
			Stdout: options.Stdout,
			Stderr: options.Stderr,
			Tty:    options.TTY,
		})
	case options == nil && wsstream.IsWebSocketRequestWithTunnelingProtocol(r):
		handler = translator.NewTunnelingHandler(handler)
	}
	handler.ServeHTTP(w, r)
}

type responder struct{}

func (*responder) Error(w http.ResponseWriter, r *http.Request, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
