// cache is client-go in the cache benchmark.
//
//	follow ADDRESS FORMAT HOW STORAGE LOOK EVENTS    to synced, then events to a handler
//	weigh ADDRESS STORAGE whole|pruned               what pods weigh once they are held
//	reads ADDRESS READERS SECONDS writing|resting    gets beside a writer at full speed
//	index ADDRESS PASSES                             pods of each node, by an index
//
// Arguments that it has no choice about are passed over; HOW is decided by the environment, as client-go has it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"pintle/bench/peers/internal/kinds"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "cache %s: %v\n", strings.Join(os.Args[1:], " "), err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	argument := func(at int) string {
		if at < len(arguments) {
			return arguments[at]
		}
		return ""
	}
	var found map[string]any
	var err error
	switch argument(0) {
	case "follow":
		var events int
		if events, err = strconv.Atoi(argument(6)); err == nil {
			found, err = follow(argument(1), argument(2), events)
		}
	case "weigh":
		found, err = weigh(argument(1), argument(3) == "pruned")
	case "reads":
		var readers int
		var seconds float64
		readers, err = strconv.Atoi(argument(2))
		if err == nil {
			seconds, err = strconv.ParseFloat(argument(3), 64)
		}
		if err == nil {
			found, err = reads(argument(1), readers, time.Duration(seconds*float64(time.Second)), argument(4) == "writing")
		}
	case "index":
		var passes int
		if passes, err = strconv.Atoi(argument(2)); err == nil {
			found, err = index(argument(1), passes)
		}
	default:
		err = errors.New("there is no such thing to do")
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// follow ends both times when the handler has been called with everything.
func follow(address, format string, events int) (map[string]any, error) {
	pods, err := count(address)
	if err != nil {
		return nil, err
	}
	synced, changed := make(chan struct{}), make(chan struct{})
	added, updated := 0, 0
	watch := start()
	factory, err := newFactory(address, format)
	if err != nil {
		return nil, err
	}
	informer := factory.Core().V1().Pods().Informer()
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) {
			if added++; added == pods {
				close(synced)
			}
		},
		UpdateFunc: func(_, _ any) {
			if updated++; updated == events {
				close(changed)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	factory.Start(ctx.Done())
	<-synced
	stage := watch.stop()
	found := map[string]any{"synced": digest(informer.GetStore(), stage)}
	if events == 0 {
		return found, nil
	}
	watch = start()
	if _, err := ask(address, fmt.Sprintf("/events?count=%d", events)); err != nil {
		return nil, err
	}
	<-changed
	found["watched"] = digest(informer.GetStore(), watch.stop())
	return found, nil
}

func weigh(address string, prunes bool) (map[string]any, error) {
	before := live()
	informer, cancel, err := synced(address, prunes, cache.Indexers{})
	if err != nil {
		return nil, err
	}
	defer cancel()
	held := resident("VmRSS:")
	found := map[string]any{
		"objects":    len(informer.GetStore().ListKeys()),
		"live_bytes": live() - before,
		"resident":   held,
	}
	runtime.KeepAlive(informer)
	return found, nil
}

// synced returns an informer that holds everything, under its keys and in these indexes.
func synced(address string, prunes bool, indexers cache.Indexers) (cache.SharedIndexInformer, func(), error) {
	factory, err := newFactory(address, "protobuf")
	if err != nil {
		return nil, nil, err
	}
	informer := factory.Core().V1().Pods().Informer()
	if prunes {
		if err := informer.SetTransform(withoutManagedFields); err != nil {
			return nil, nil, err
		}
	}
	if err := informer.AddIndexers(indexers); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return nil, cancel, errors.New("not synced")
	}
	return informer, cancel, nil
}

func withoutManagedFields(object any) (any, error) {
	if pod, is := object.(*corev1.Pod); is {
		pod.ManagedFields = nil
	}
	return object, nil
}

func byNode(object any) ([]string, error) {
	return []string{object.(*corev1.Pod).Spec.NodeName}, nil
}

// index asks for the pods of every node, so many times, and looks at the name of each.
func index(address string, passes int) (map[string]any, error) {
	informer, cancel, err := synced(address, false, cache.Indexers{"nodeName": byNode})
	if err != nil {
		return nil, err
	}
	defer cancel()
	indexer := informer.GetIndexer()
	nodes := indexer.ListIndexFuncValues("nodeName")
	runtime.GC()
	found, letters, count := 0, 0, passes*len(nodes)
	watch := start()
	for at := range count {
		pods, err := indexer.ByIndex("nodeName", nodes[at*7919%len(nodes)])
		if err != nil {
			return nil, err
		}
		for _, object := range pods {
			found++
			letters += len(object.(*corev1.Pod).Name)
		}
	}
	stage := watch.stop()
	stage["objects"] = len(indexer.ListKeys())
	stage["lookups"] = count
	stage["found"] = found
	stage["letters"] = letters
	return stage, nil
}

// reads gets pods from several threads, for a while, in which a writer puts pods into the store as fast as it can, or
// none. The writer's pods are decoded beforehand: what it does is all store.
func reads(address string, readers int, duration time.Duration, writes bool) (map[string]any, error) {
	informer, cancel, err := synced(address, false, cache.Indexers{})
	if err != nil {
		return nil, err
	}
	cancel()
	store := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	keys := informer.GetStore().ListKeys()
	var pods []*corev1.Pod
	for _, object := range informer.GetStore().List() {
		pod := object.(*corev1.Pod)
		pods = append(pods, pod)
		if err := store.Add(pod); err != nil {
			return nil, err
		}
	}
	runtime.GC()
	var changes atomic.Int64
	var over atomic.Bool
	if writes {
		go func() {
			for at := 0; !over.Load(); at++ {
				_ = store.Update(pods[at*7919%len(pods)])
				changes.Add(1)
			}
		}()
	}
	begin := time.Now()
	results := make(chan *latencies)
	for reader := range readers {
		go func() {
			of := &latencies{}
			now := time.Now()
			for at := reader * 1009; now.Sub(begin) < duration; at++ {
				_, exists, err := store.GetByKey(keys[at*7919%len(keys)])
				if err != nil || !exists {
					panic("a pod is missing")
				}
				done := time.Now()
				of.add(done.Sub(now))
				now = done
			}
			results <- of
		}()
	}
	all := &latencies{}
	for range readers {
		all.merge(<-results)
	}
	seconds := time.Since(begin).Seconds()
	over.Store(true)
	found := all.found()
	found["gets_a_second"] = float64(all.count) / seconds
	found["changes_a_second"] = float64(changes.Load()) / seconds
	return found, nil
}

func newFactory(address, format string) (informers.SharedInformerFactory, error) {
	config := &rest.Config{Host: "http://" + address, QPS: -1}
	config.ContentType = "application/json"
	config.AcceptContentTypes = "application/json"
	if format == "protobuf" {
		config.ContentType = "application/vnd.kubernetes.protobuf"
		config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return informers.NewSharedInformerFactory(client, 0), nil
}

// digest adds to what was measured what a store holds.
func digest(store cache.Store, stage map[string]any) map[string]any {
	var sum uint64
	objects := store.List()
	for _, object := range objects {
		pod := object.(*corev1.Pod)
		message := ""
		if len(pod.Status.Conditions) > 0 {
			message = pod.Status.Conditions[0].Message
		}
		hash := uint64(0xcbf29ce484222325)
		for _, text := range []string{
			pod.Namespace, pod.Name, string(pod.UID), pod.ResourceVersion, pod.Labels[kinds.Label], pod.Spec.NodeName, message,
		} {
			for at := range len(text) + 1 {
				var letter byte
				if at < len(text) {
					letter = text[at]
				}
				hash = (hash ^ uint64(letter)) * 0x100000001b3
			}
		}
		sum += hash
	}
	stage["objects"] = len(objects)
	stage["digest"] = fmt.Sprintf("%016x", sum)
	return stage
}

// count returns how many pods the server has.
func count(address string) (int, error) {
	text, err := ask(address, "/state")
	if err != nil {
		return 0, err
	}
	var state struct{ Objects int }
	return state.Objects, json.Unmarshal(text, &state)
}

func ask(address, path string) ([]byte, error) {
	answer, err := http.Get("http://" + address + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

// A stopwatch measures from its making.
type stopwatch struct {
	start time.Time
	cpu   int64
}

func start() stopwatch {
	return stopwatch{start: time.Now(), cpu: cpu()}
}

func (s stopwatch) stop() map[string]any {
	wall := time.Since(s.start).Nanoseconds()
	return map[string]any{
		"wall_ns":       wall,
		"cpu_ns":        cpu() - s.cpu,
		"resident":      resident("VmRSS:"),
		"peak_resident": resident("VmHWM:"),
	}
}

func live() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func resident(field string) int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, field); found {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				panic(err)
			}
			return kib * 1024
		}
	}
	panic("the kernel knows it")
}

// cpu returns the nanoseconds of CPU that this process has used.
func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
