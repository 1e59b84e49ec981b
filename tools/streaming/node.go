package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/retry"
)

// websocketFeature is what a kubelet declares that can do what kube-apiserver else does for it.
const websocketFeature = "ExtendWebSocketsToKubelet"

// A node is the Node of a kubelet, and the pods that are bound to it.
type node struct {
	client     kubernetes.Interface
	name       string
	podAddress string
}

// register makes a Node say where the kubelet is.
func (n *node) register(ctx context.Context, name, address string, port int, features []string) error {
	nodes := n.client.CoreV1().Nodes()
	object := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name}}
	if _, err := nodes.Create(ctx, object, meta.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("register the node: %w", err)
	}
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		object, err := nodes.Get(ctx, name, meta.GetOptions{})
		if err != nil {
			return err
		}
		object.Status.Addresses = []core.NodeAddress{{Type: core.NodeInternalIP, Address: address}}
		object.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(port)
		object.Status.DeclaredFeatures = features
		object.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady, Status: core.ConditionTrue, Reason: "Streaming"}}
		_, err = nodes.UpdateStatus(ctx, object, meta.UpdateOptions{})
		return err
	})
}

// runPods binds pods that are bound to no node to this one, and says of those that are bound to it that they run.
func (n *node) runPods(ctx context.Context) {
	everywhere := cache.NewListWatchFromClient(n.client.CoreV1().RESTClient(), "pods", "", fields.Everything())
	changed := func(object any) {
		pod := object.(*core.Pod)
		if err := n.run(ctx, pod); err != nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			fmt.Fprintf(os.Stderr, "streaming: run %s/%s: %v\n", pod.Namespace, pod.Name, err)
		}
	}
	_, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: everywhere,
		ObjectType:    &core.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    changed,
			UpdateFunc: func(_, object any) { changed(object) },
		},
	})
	controller.RunWithContext(ctx)
}

func (n *node) run(ctx context.Context, pod *core.Pod) error {
	pods := n.client.CoreV1().Pods(pod.Namespace)
	if pod.Spec.NodeName == "" && pod.Spec.SchedulerName != unscheduled {
		binding := &core.Binding{
			ObjectMeta: meta.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
			Target:     core.ObjectReference{Kind: "Node", Name: n.name},
		}
		return pods.Bind(ctx, binding, meta.CreateOptions{})
	}
	if !n.has(pod) || pod.Status.Phase == core.PodRunning {
		return nil
	}
	pod = pod.DeepCopy()
	n.started(pod)
	_, err := pods.UpdateStatus(ctx, pod, meta.UpdateOptions{})
	return err
}

// started gives a pod the status of one that runs.
func (n *node) started(pod *core.Pod) {
	start := meta.NewTime(firstLine)
	status := core.PodStatus{
		Phase:      core.PodRunning,
		PodIP:      n.podAddress,
		PodIPs:     []core.PodIP{{IP: n.podAddress}},
		HostIP:     n.podAddress,
		HostIPs:    []core.HostIP{{IP: n.podAddress}},
		StartTime:  &start,
		Conditions: []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}},
	}
	for _, container := range pod.Spec.Containers {
		entry := core.ContainerStatus{Name: container.Name, Image: container.Image}
		if container.Name == waiting {
			entry.State.Waiting = &core.ContainerStateWaiting{Reason: "ContainerCreating"}
		} else {
			running := true
			entry.Ready, entry.Started = true, &running
			entry.State.Running = &core.ContainerStateRunning{StartedAt: start}
		}
		status.ContainerStatuses = append(status.ContainerStatuses, entry)
	}
	pod.Status = status
}

// find returns a pod of this node; nil if there is none of this name.
func (n *node) find(ctx context.Context, namespace, name string) *core.Pod {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	pod, err := n.client.CoreV1().Pods(namespace).Get(ctx, name, meta.GetOptions{})
	if err != nil || !n.has(pod) {
		return nil
	}
	return pod
}

// has says whether a pod is on this node, or on it as the older one.
func (n *node) has(pod *core.Pod) bool {
	return pod.Spec.NodeName == n.name || pod.Spec.NodeName == n.name+oldSuffix
}

// hasContainer says whether a pod has a container of this name, of whatever sort.
func hasContainer(pod *core.Pod, name string) bool {
	named := func(container core.Container) bool { return container.Name == name }
	ephemeral := func(container core.EphemeralContainer) bool { return container.Name == name }
	return slices.ContainsFunc(pod.Spec.Containers, named) || slices.ContainsFunc(pod.Spec.InitContainers, named) ||
		slices.ContainsFunc(pod.Spec.EphemeralContainers, ephemeral)
}

// reachableAddress is an address of this machine that an API server proxies to: no loopback nor link-local one.
// There need not be any.
func reachableAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return loopback
	}
	for _, address := range addresses {
		text, _, _ := strings.Cut(address.String(), "/")
		if ip := net.ParseIP(text); ip != nil && ip.To4() != nil && ip.IsGlobalUnicast() {
			return text
		}
	}
	return loopback
}

const (
	loopback = "127.0.0.1"
	// oldSuffix is behind the name of the node with the older kubelet.
	oldSuffix = "-old"
	// unscheduled is the scheduler of pods that are to stay without a node.
	unscheduled = "nobody"
)
