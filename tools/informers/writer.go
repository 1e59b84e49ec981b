package main

import (
	"context"
	"fmt"
	"math/rand"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// A writer creates, updates and deletes objects, the same ones in every run.
type writer struct {
	client  kubernetes.Interface
	random  *rand.Rand
	objects []*core.ConfigMap
	made    int
}

// change makes one change.
func (w *writer) change(ctx context.Context) error {
	if w.random == nil {
		w.random = rand.New(rand.NewSource(1))
	}
	maps := w.client.CoreV1().ConfigMaps(namespace)
	// A quarter each is created and deleted, so that there are always some.
	choice := w.random.Intn(4)
	switch at := w.random.Intn(max(len(w.objects), 1)); {
	case choice == 0 || len(w.objects) < 20:
		w.made++
		object := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: fmt.Sprintf("followed-%d", w.made), Labels: w.labels()}}
		object, err := maps.Create(ctx, object, meta.CreateOptions{})
		if err != nil {
			return err
		}
		w.objects = append(w.objects, object)
	case choice == 1:
		name := w.objects[at].Name
		w.objects[at] = w.objects[len(w.objects)-1]
		w.objects = w.objects[:len(w.objects)-1]
		return maps.Delete(ctx, name, meta.DeleteOptions{})
	default:
		object := w.objects[at].DeepCopy()
		// It may enter or leave a selection.
		object.Labels = w.labels()
		object.Data = map[string]string{"number": fmt.Sprint(w.random.Int63())}
		object, err := maps.Update(ctx, object, meta.UpdateOptions{})
		if err != nil {
			return err
		}
		w.objects[at] = object
	}
	return nil
}

func (w *writer) labels() map[string]string {
	return map[string]string{"side": []string{"left", "right"}[w.random.Intn(2)]}
}
