// Command informers follows an API server with client-go's shared informers while objects change, and compares what
// they have come to know with what the server says.
//
//	informers -kubeconfig FILE [-changes N] [-content-type TYPE]
//
// There is an informer for everything and one with a selector of labels, which objects enter and leave. Each must hear
// of every object's last state, and in the end hold exactly what a list returns. Its last line is `N passed, N failed`,
// a case being a change that was followed or a comparison that held.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the API server")
	changes := flag.Int("changes", 10_000, "how often objects are created, updated or deleted")
	contentType := flag.String("content-type", "application/json", "what is sent, and asked for first")
	flag.Parse()
	if *kubeconfig == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	passed, failed, err := follow(ctx, *kubeconfig, *contentType, *changes)
	if err != nil {
		fmt.Fprintln(os.Stderr, "informers:", err)
		os.Exit(1)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// A follower is an informer, and how often it has heard of something.
type follower struct {
	name     string
	selector string
	informer cache.SharedIndexInformer
	heard    atomic.Int64
}

func follow(ctx context.Context, kubeconfig, contentType string, changes int) (passed, failed int, err error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return 0, 0, err
	}
	config.QPS = -1
	config.ContentType = contentType
	config.AcceptContentTypes = contentType + ",application/json"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return 0, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// Some objects are there before anybody looks.
	w := &writer{client: client}
	for range 100 {
		if err := w.change(ctx); err != nil {
			return 0, 0, err
		}
	}
	followers := []*follower{{name: "everything"}, {name: "a selector", selector: "side=left"}}
	for _, f := range followers {
		factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace),
			informers.WithTweakListOptions(func(options *meta.ListOptions) { options.LabelSelector = f.selector }))
		f.informer = factory.Core().V1().ConfigMaps().Informer()
		if _, err := f.informer.AddEventHandler(f); err != nil {
			return 0, 0, err
		}
		factory.Start(ctx.Done())
		if !cache.WaitForCacheSync(ctx.Done(), f.informer.HasSynced) {
			return 0, 0, fmt.Errorf("%s did not sync", f.name)
		}
	}
	for range changes {
		if err := w.change(ctx); err != nil {
			return passed, failed, err
		}
	}
	for _, f := range followers {
		if err := f.agrees(ctx, client); err != nil {
			failed++
			fmt.Printf("FAILED %s: %v\n", f.name, err)
			continue
		}
		passed++
	}
	// Whoever follows everything hears of each change once, unless the watch was given up for a list.
	if err := followers[0].hears(ctx, changes); err != nil {
		failed++
		fmt.Printf("FAILED %v\n", err)
	} else {
		passed += changes
	}
	return passed, failed, nil
}

func (f *follower) OnAdd(_ any, initial bool) {
	if !initial {
		f.heard.Add(1)
	}
}
func (f *follower) OnUpdate(_, _ any) { f.heard.Add(1) }
func (f *follower) OnDelete(any)      { f.heard.Add(1) }

// hears waits until as many changes were heard of as there were.
func (f *follower) hears(ctx context.Context, changes int) error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		heard := f.heard.Load()
		if heard == int64(changes) {
			return nil
		}
		if heard > int64(changes) || ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("%d changes were heard of, where there were %d", heard, changes)
		}
	}
}

// agrees waits until the informer holds what the server lists, to the version; it says what is different if that does
// not come about.
func (f *follower) agrees(ctx context.Context, client kubernetes.Interface) error {
	list, err := client.CoreV1().ConfigMaps(namespace).List(ctx, meta.ListOptions{LabelSelector: f.selector})
	if err != nil {
		return err
	}
	for {
		why := f.difference(list.Items)
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return why
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (f *follower) difference(listed []core.ConfigMap) error {
	store := f.informer.GetStore()
	if held := len(store.ListKeys()); held != len(listed) {
		return fmt.Errorf("%d objects are held and %d listed", held, len(listed))
	}
	for _, object := range listed {
		held, exists, err := store.GetByKey(namespace + "/" + object.Name)
		if err != nil || !exists {
			return fmt.Errorf("%s is not held", object.Name)
		}
		if version := held.(*core.ConfigMap).ResourceVersion; version != object.ResourceVersion {
			return fmt.Errorf("%s is held at %s and listed at %s", object.Name, version, object.ResourceVersion)
		}
	}
	return nil
}

const (
	namespace = "default"
	patience  = 3 * time.Minute
)
