// Command streaming stands on both sides of an API server's connect subresources.
//
//	streaming kubelet -kubeconfig FILE [-record FILE] …
//	streaming client -kubeconfig FILE
//	streaming ask -kubeconfig FILE
//
// As a kubelet it registers a Node, runs whatever pods are bound to it, and binds those that are bound to none.
// Nothing is really run: commands, logs and ports are made up, and the same every time. What is real is the way to
// them, which is Kubernetes' own: the streaming server of k8s.io/cri-streaming, and in front of it the translation
// of WebSockets in k8s.io/apiserver, as in a kubelet.
//
// As a client it uses client-go to run commands, attach and forward ports in such pods, over each protocol that
// there is. Its last line is `N passed, N failed`. And it makes plain requests and shows the answers.
//
// Run behind a real kube-apiserver and behind another one, whatever differs is the other's doing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

func main() {
	// What goes wrong on purpose is not worth a line.
	klog.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if len(os.Args) < 2 {
		usage()
	}
	var err error
	switch os.Args[1] {
	case "kubelet":
		err = kubeletMain(ctx, os.Args[2:])
	case "client":
		err = clientMain(ctx, os.Args[2:])
	case "ask":
		err = askMain(ctx, os.Args[2:])
	default:
		usage()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "streaming:", err)
		os.Exit(1)
	}
}

func kubeletMain(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("kubelet", flag.ExitOnError)
	var s settings
	flags.StringVar(&s.kubeconfig, "kubeconfig", "", "whom to register with; its authority must have signed the API server's client certificate")
	flags.StringVar(&s.node, "node", "streaming", "the name of the Node")
	flags.StringVar(&s.address, "address", "127.0.0.1", "where the API server finds the kubelet")
	flags.StringVar(&s.podAddress, "pod-address", "", "where the API server finds the pods (default: an address of this machine that is not a loopback one)")
	flags.StringVar(&s.record, "record", "", "a file for what was asked of the kubelet and how it ended, a line each")
	flags.StringVar(&s.certificate, "tls-cert-file", "", "the serving certificate, PEM (default: a self-made one)")
	flags.StringVar(&s.key, "tls-private-key-file", "", "its key, PEM")
	parse(flags, arguments, &s.kubeconfig)
	return runKubelet(ctx, s)
}

func clientMain(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "the API server, with pods of a kubelet of this program")
	namespace := flags.String("namespace", "default", "the namespace of the pods")
	pod := flags.String("pod", "one", "a pod with one container")
	var ports webPorts
	flags.IntVar(&ports.plain, "web", 0, "the port of the pods' HTTP, as the kubelet has printed it (default: it is left alone)")
	flags.IntVar(&ports.secure, "web-tls", 0, "the port of the pods' HTTPS")
	parse(flags, arguments, kubeconfig)
	return runClient(ctx, *kubeconfig, *namespace, *pod, ports)
}

func askMain(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("ask", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "the API server that is asked")
	parse(flags, arguments, kubeconfig)
	return runAsk(ctx, *kubeconfig)
}

func parse(flags *flag.FlagSet, arguments []string, kubeconfig *string) {
	// The flag set exits by itself.
	_ = flags.Parse(arguments)
	if *kubeconfig == "" || flags.NArg() > 0 {
		flags.Usage()
		os.Exit(2)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: streaming kubelet|client|ask -kubeconfig FILE (-help for more)")
	os.Exit(2)
}
