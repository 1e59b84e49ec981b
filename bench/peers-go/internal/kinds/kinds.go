// Package kinds makes objects of the kinds that the codec benchmark reads, and edits them.
package kinds

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Object is what every kind here can do.
type Object interface {
	metav1.Object
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// Kind is one of the kinds.
type Kind struct {
	// New makes an empty object.
	New func() Object
	// message returns the message of the first condition, if there is one.
	message func(Object) *string
}

// Edit is a change made before an object is encoded.
type Edit struct{ Label, Message string }

// Label is the label that an edit sets.
const Label = "bench.example.com/edit"

// Edits take turns. They are the same in every peer.
var Edits = []Edit{
	{"first", "the first message of an edit"},
	{"second", "a second message, of another length"},
	{"a-third-label-too-long-for-some-strings", "a third"},
	{"4", "a fourth message, longer than those before it, as messages of conditions often are"},
}

// Named returns a kind by its name.
func Named(name string) (Kind, error) {
	kind, known := all[name]
	if !known {
		return Kind{}, fmt.Errorf("%s: unknown kind", name)
	}
	return kind, nil
}

// Edit sets a label and, where the object's status has conditions, the message of the first.
func (k Kind) Edit(object Object, edit Edit) {
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
		object.SetLabels(labels)
	}
	labels[Label] = edit.Label
	if k.message == nil {
		return
	}
	if message := k.message(object); message != nil {
		*message = edit.Message
	}
}

var all = map[string]Kind{
	"ClusterRole": {New: func() Object { return new(rbacv1.ClusterRole) }},
	"ConfigMap":   {New: func() Object { return new(corev1.ConfigMap) }},
	"CronJob":     {New: func() Object { return new(batchv1.CronJob) }},
	"CustomResourceDefinition": {
		New: func() Object { return new(apiextensionsv1.CustomResourceDefinition) },
		message: first(func(o Object) []apiextensionsv1.CustomResourceDefinitionCondition {
			return o.(*apiextensionsv1.CustomResourceDefinition).Status.Conditions
		}, func(c *apiextensionsv1.CustomResourceDefinitionCondition) *string { return &c.Message }),
	},
	"DaemonSet": {
		New: func() Object { return new(appsv1.DaemonSet) },
		message: first(func(o Object) []appsv1.DaemonSetCondition {
			return o.(*appsv1.DaemonSet).Status.Conditions
		}, func(c *appsv1.DaemonSetCondition) *string { return &c.Message }),
	},
	"Deployment": {
		New: func() Object { return new(appsv1.Deployment) },
		message: first(func(o Object) []appsv1.DeploymentCondition {
			return o.(*appsv1.Deployment).Status.Conditions
		}, func(c *appsv1.DeploymentCondition) *string { return &c.Message }),
	},
	"EndpointSlice": {New: func() Object { return new(discoveryv1.EndpointSlice) }},
	"Event":         {New: func() Object { return new(corev1.Event) }},
	"HorizontalPodAutoscaler": {
		New: func() Object { return new(autoscalingv2.HorizontalPodAutoscaler) },
		message: first(func(o Object) []autoscalingv2.HorizontalPodAutoscalerCondition {
			return o.(*autoscalingv2.HorizontalPodAutoscaler).Status.Conditions
		}, func(c *autoscalingv2.HorizontalPodAutoscalerCondition) *string { return &c.Message }),
	},
	"Ingress": {New: func() Object { return new(networkingv1.Ingress) }},
	"Job": {
		New: func() Object { return new(batchv1.Job) },
		message: first(func(o Object) []batchv1.JobCondition {
			return o.(*batchv1.Job).Status.Conditions
		}, func(c *batchv1.JobCondition) *string { return &c.Message }),
	},
	"Lease":         {New: func() Object { return new(coordinationv1.Lease) }},
	"NetworkPolicy": {New: func() Object { return new(networkingv1.NetworkPolicy) }},
	"Node": {
		New: func() Object { return new(corev1.Node) },
		message: first(func(o Object) []corev1.NodeCondition {
			return o.(*corev1.Node).Status.Conditions
		}, func(c *corev1.NodeCondition) *string { return &c.Message }),
	},
	"PersistentVolume": {New: func() Object { return new(corev1.PersistentVolume) }},
	"PersistentVolumeClaim": {
		New: func() Object { return new(corev1.PersistentVolumeClaim) },
		message: first(func(o Object) []corev1.PersistentVolumeClaimCondition {
			return o.(*corev1.PersistentVolumeClaim).Status.Conditions
		}, func(c *corev1.PersistentVolumeClaimCondition) *string { return &c.Message }),
	},
	"Pod": {
		New: func() Object { return new(corev1.Pod) },
		message: first(func(o Object) []corev1.PodCondition {
			return o.(*corev1.Pod).Status.Conditions
		}, func(c *corev1.PodCondition) *string { return &c.Message }),
	},
	"Secret": {New: func() Object { return new(corev1.Secret) }},
	"Service": {
		New: func() Object { return new(corev1.Service) },
		message: first(func(o Object) []metav1.Condition {
			return o.(*corev1.Service).Status.Conditions
		}, func(c *metav1.Condition) *string { return &c.Message }),
	},
	"StatefulSet": {
		New: func() Object { return new(appsv1.StatefulSet) },
		message: first(func(o Object) []appsv1.StatefulSetCondition {
			return o.(*appsv1.StatefulSet).Status.Conditions
		}, func(c *appsv1.StatefulSetCondition) *string { return &c.Message }),
	},
	"StorageClass": {New: func() Object { return new(storagev1.StorageClass) }},
}

func first[C any](conditions func(Object) []C, message func(*C) *string) func(Object) *string {
	return func(object Object) *string {
		if all := conditions(object); len(all) > 0 {
			return message(&all[0])
		}
		return nil
	}
}
