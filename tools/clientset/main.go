// Command clientset records which requests client-go's Clientset sends: for every method of every resource of every
// group version, with options that all say something.
//
//	clientset -out DIRECTORY
//
// It writes one line a call to verbs.jsonl. Nothing is sent: a transport writes down what it is given, and answers that
// there is nothing. The calls are made by reflection over kubernetes.Interface, so that none is forgotten.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	core "k8s.io/api/core/v1"
	extensions "k8s.io/api/extensions/v1beta1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

func main() {
	out := flag.String("out", "", "where to write what was recorded")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := record(*out); err != nil {
		fmt.Fprintln(os.Stderr, "clientset:", err)
		os.Exit(1)
	}
}

// A call is what one method sends.
type call struct {
	// Group is the accessor of the group version, Resource that of the resource.
	Group    string `json:"group"`
	Resource string `json:"resource"`
	Method   string `json:"method"`
	// Line is the same whatever format is spoken.
	Line string `json:"line"`
	// Default is what a client sends that was not told what to speak, JSON one that is to speak JSON.
	Default headers `json:"default"`
	JSON    headers `json:"json"`
}

type headers struct {
	Accept      string `json:"accept"`
	ContentType string `json:"contentType,omitempty"`
}

func record(directory string) error {
	calls, err := callAll("")
	if err != nil {
		return err
	}
	inJSON, err := callAll(runtime.ContentTypeJSON)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for i, call := range calls {
		if inJSON[i].Line != call.Line {
			return fmt.Errorf("%s is not %s", inJSON[i].Line, call.Line)
		}
		call.JSON = inJSON[i].Default
		if err := encoder.Encode(call); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, "verbs.jsonl"), text.Bytes(), 0o644)
}

// callAll calls everything of a clientset that is to speak a format.
func callAll(contentType string) ([]call, error) {
	recorder := &recorder{}
	config := &rest.Config{Host: "http://localhost", QPS: -1, Transport: recorder}
	config.ContentType = contentType
	var clientset kubernetes.Interface
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	var calls []call
	for _, group := range accessors(reflect.ValueOf(&clientset).Elem()) {
		for _, resource := range accessors(group.client) {
			for _, made := range methods(resource.client, recorder) {
				made.Group, made.Resource = group.name, resource.name
				calls = append(calls, made)
			}
		}
	}
	return calls, nil
}

// A recorder answers every request with 404, and keeps the last one.
type recorder struct{ last *http.Request }

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.last = request
	return &http.Response{
		StatusCode: http.StatusNotFound,
		Header:     http.Header{},
		Body:       io.NopCloser(strings.NewReader("")),
		Request:    request,
	}, nil
}

type accessor struct {
	name   string
	client reflect.Value
}

// accessors are the clients that the methods of a client give: those without parameters, or with a namespace.
func accessors(client reflect.Value) []accessor {
	var found []accessor
	for i := range client.NumMethod() {
		name, method := client.Type().Method(i).Name, client.Method(i)
		shape := method.Type()
		if name == "Discovery" || name == "RESTClient" || shape.NumOut() != 1 || shape.Out(0).Kind() != reflect.Interface {
			continue
		}
		switch {
		case shape.NumIn() == 0:
			found = append(found, accessor{name, method.Call(nil)[0]})
		case shape.NumIn() == 1 && shape.In(0).Kind() == reflect.String:
			found = append(found, accessor{name, method.Call([]reflect.Value{reflect.ValueOf("ns")})[0]})
		}
	}
	return found
}

// methods calls every method of a resource's client.
func methods(client reflect.Value, recorder *recorder) []call {
	var calls []call
	for i := range client.NumMethod() {
		name, method := client.Type().Method(i).Name, client.Method(i)
		if name == "GetFieldSelector" || deprecated(client, name) {
			continue
		}
		recorder.last = nil
		results := method.Call(arguments(name, method.Type()))
		if recorder.last == nil {
			// What is returned is a request that is still to be sent.
			if wrapper, ok := results[0].Interface().(rest.ResponseWrapper); ok {
				_, _ = wrapper.DoRaw(context.Background())
			}
		}
		if recorder.last == nil {
			panic(fmt.Sprintf("%v.%s sent nothing", client.Type(), name))
		}
		request := recorder.last
		sortTerms(request.URL)
		calls = append(calls, call{
			Method:  name,
			Line:    request.Method + " " + request.URL.RequestURI(),
			Default: headers{request.Header.Get("Accept"), request.Header.Get("Content-Type")},
		})
	}
	sort.Slice(calls, func(a, b int) bool { return calls[a].Method < calls[b].Method })
	return calls
}

// sortTerms puts the terms of a field selector, which Go makes of a map, in an order.
func sortTerms(url *url.URL) {
	query := url.Query()
	if selector := query.Get("fieldSelector"); selector != "" {
		terms := strings.Split(selector, ",")
		sort.Strings(terms)
		query.Set("fieldSelector", strings.Join(terms, ","))
		url.RawQuery = query.Encode()
	}
}

// deprecated says whether a method has a twin that takes a context.
func deprecated(client reflect.Value, name string) bool {
	_, twin := client.Type().MethodByName(name + "WithContext")
	return twin
}

func arguments(name string, shape reflect.Type) []reflect.Value {
	var values []reflect.Value
	strings := []string{"name"}
	if name == "ProxyGet" {
		strings = []string{"https", "name", "8443", "some/path"}
	}
	for i := range shape.NumIn() {
		if shape.IsVariadic() && i == shape.NumIn()-1 {
			break
		}
		in := shape.In(i)
		switch {
		case in == reflect.TypeFor[context.Context]():
			values = append(values, reflect.ValueOf(context.Background()))
		case in == reflect.TypeFor[*runtime.Scheme]():
			values = append(values, reflect.ValueOf(scheme.Scheme))
		case in == reflect.TypeFor[runtime.Object]():
			values = append(values, reflect.ValueOf(reference()))
		case in == reflect.TypeFor[types.PatchType]():
			values = append(values, reflect.ValueOf(types.MergePatchType))
		case in.Kind() == reflect.String:
			values = append(values, reflect.ValueOf(strings[0]).Convert(in))
			if len(strings) > 1 {
				strings = strings[1:]
			}
		case in.Kind() == reflect.Slice && in.Elem().Kind() == reflect.Uint8:
			values = append(values, reflect.ValueOf([]byte("{}")))
		case in.Kind() == reflect.Map:
			values = append(values, reflect.ValueOf(map[string]string{"q": "a b"}))
		default:
			values = append(values, filled(in))
		}
	}
	return values
}

func reference() runtime.Object {
	return &core.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: "ns", Name: "web-0", UID: "u-1"}
}

// filled is an object with a name, or options that all say something.
func filled(in reflect.Type) reflect.Value {
	if options, ok := options()[in]; ok {
		return reflect.ValueOf(options)
	}
	if in.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("there is no argument of type %v", in))
	}
	value := reflect.New(in.Elem())
	if object, ok := value.Interface().(meta.Object); ok {
		object.SetName("name")
		object.SetNamespace("ns")
		return value
	}
	if rollback, ok := value.Interface().(*extensions.DeploymentRollback); ok {
		rollback.Name = "name"
		return value
	}
	// A configuration: its name is set by a method that returns it.
	for name, text := range map[string]string{"WithName": "name", "WithNamespace": "ns"} {
		if method := value.MethodByName(name); method.IsValid() {
			method.Call([]reflect.Value{reflect.ValueOf(text)})
		}
	}
	return value
}

func options() map[reflect.Type]any {
	seconds, policy, uid, yes := int64(7), meta.DeletePropagationForeground, types.UID("u-1"), true
	all := []string{meta.DryRunAll}
	list := meta.ListOptions{
		LabelSelector:        "app in (web,db)",
		FieldSelector:        "metadata.name!=a&b",
		ResourceVersion:      "12",
		ResourceVersionMatch: meta.ResourceVersionMatchNotOlderThan,
		AllowWatchBookmarks:  true,
		Limit:                5,
		Continue:             "a+b/c=",
		SendInitialEvents:    &yes,
	}
	return map[reflect.Type]any{
		reflect.TypeFor[meta.CreateOptions](): meta.CreateOptions{DryRun: all, FieldManager: "us", FieldValidation: "Strict"},
		reflect.TypeFor[meta.UpdateOptions](): meta.UpdateOptions{DryRun: all, FieldManager: "us", FieldValidation: "Warn"},
		reflect.TypeFor[meta.PatchOptions]():  meta.PatchOptions{DryRun: all, FieldManager: "us", Force: &yes},
		reflect.TypeFor[meta.ApplyOptions]():  meta.ApplyOptions{DryRun: all, FieldManager: "us", Force: true},
		reflect.TypeFor[meta.GetOptions]():    meta.GetOptions{ResourceVersion: "0"},
		reflect.TypeFor[meta.ListOptions]():   list,
		reflect.TypeFor[meta.DeleteOptions](): meta.DeleteOptions{
			GracePeriodSeconds: &seconds, PropagationPolicy: &policy, DryRun: all, Preconditions: &meta.Preconditions{UID: &uid},
		},
		reflect.TypeFor[*core.PodLogOptions](): &core.PodLogOptions{
			Container: "web", Follow: true, Previous: true, SinceSeconds: &seconds, Timestamps: true, TailLines: &seconds, LimitBytes: &seconds,
		},
	}
}
