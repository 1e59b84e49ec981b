// Command answers records what client-go makes of a server's answers: whether they are errors, and which.
//
//	answers -out DIRECTORY
//
// It writes one line an answer to answers.jsonl: Statuses in JSON and protobuf, plain text, pages of proxies, nothing at
// all, and bodies that end too soon; to requests of several verbs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
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
		fmt.Fprintln(os.Stderr, "answers:", err)
		os.Exit(1)
	}
}

// An answer, and what becomes of it.
type answer struct {
	// Verb is get, list, post, put, patch or delete.
	Verb        string `json:"verb"`
	Status      int    `json:"status"`
	ContentType string `json:"contentType,omitempty"`
	RetryAfter  string `json:"retryAfter,omitempty"`
	// Body is in base 64.
	Body []byte `json:"body,omitempty"`
	// Cut says that the connection ends in the middle of the body.
	Cut bool `json:"cut,omitempty"`

	// Failed says whether it is an error, and the rest which, if it is one of the server's.
	Failed            bool   `json:"failed"`
	Reason            string `json:"reason,omitempty"`
	Code              int32  `json:"code,omitempty"`
	RetryAfterSeconds int32  `json:"retryAfterSeconds,omitempty"`
	Is                string `json:"is,omitempty"`
}

const (
	inJSON     = "application/json"
	inProtobuf = "application/vnd.kubernetes.protobuf"
	text       = "text/plain; charset=utf-8"
	html       = "text/html"
)

const page = "<html>\r\n<head><title>%d</title></head>\r\n<body><center>nginx</center></body>\r\n</html>\r\n"

func cases() ([]answer, error) {
	var all []answer
	codes := []int{
		400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422, 423, 425, 428, 429, 431, 451,
		500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599, 300, 301, 304, 307,
	}
	for _, code := range codes {
		all = append(all,
			answer{Verb: "get", Status: code},
			answer{Verb: "get", Status: code, ContentType: text, Body: []byte("something went wrong\n")},
			answer{Verb: "get", Status: code, ContentType: html, Body: fmt.Appendf(nil, page, code)},
		)
	}
	for _, verb := range []string{"list", "post", "put", "patch", "delete"} {
		for _, code := range []int{404, 405, 409, 422, 500, 504} {
			all = append(all, answer{Verb: verb, Status: code}, answer{Verb: verb, Status: code, ContentType: html, Body: fmt.Appendf(nil, page, code)})
		}
	}
	reasons := []struct {
		code   int32
		reason meta.StatusReason
	}{
		{401, meta.StatusReasonUnauthorized}, {403, meta.StatusReasonForbidden}, {404, meta.StatusReasonNotFound},
		{409, meta.StatusReasonAlreadyExists}, {409, meta.StatusReasonConflict}, {410, meta.StatusReasonGone},
		{410, meta.StatusReasonExpired}, {422, meta.StatusReasonInvalid}, {504, meta.StatusReasonTimeout},
		{500, meta.StatusReasonServerTimeout}, {429, meta.StatusReasonTooManyRequests}, {400, meta.StatusReasonBadRequest},
		{405, meta.StatusReasonMethodNotAllowed}, {406, meta.StatusReasonNotAcceptable}, {415, meta.StatusReasonUnsupportedMediaType},
		{500, meta.StatusReasonInternalError}, {503, meta.StatusReasonServiceUnavailable}, {413, meta.StatusReasonRequestEntityTooLarge},
		{404, "SomethingElse"}, {409, ""}, {404, ""}, {0, meta.StatusReasonNotFound}, {418, "Teapot"},
	}
	for _, reason := range reasons {
		status := meta.Status{Status: meta.StatusFailure, Message: "because", Reason: reason.reason, Code: reason.code}
		status.Kind, status.APIVersion = "Status", "v1"
		body, err := json.Marshal(status)
		if err != nil {
			return nil, err
		}
		code := int(reason.code)
		if code == 0 {
			code = 404
		}
		var encoded bytes.Buffer
		if err := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Encode(&status, &encoded); err != nil {
			return nil, err
		}
		all = append(all,
			answer{Verb: "get", Status: code, ContentType: inJSON, Body: body},
			answer{Verb: "get", Status: code, ContentType: inProtobuf, Body: encoded.Bytes()},
			answer{Verb: "get", Status: 200, ContentType: inJSON, Body: body},
			answer{Verb: "get", Status: code, ContentType: text, Body: body},
			answer{Verb: "get", Status: code, ContentType: inJSON, Body: body[:len(body)/2]},
			answer{Verb: "get", Status: code, ContentType: inJSON, Body: body[:len(body)/2], Cut: true},
		)
	}
	pod := []byte(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"name"}}`)
	details := []byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"TooManyRequests","code":429,"details":{"retryAfterSeconds":9}}`)
	all = append(all,
		answer{Verb: "get", Status: 200, ContentType: inJSON, Body: pod},
		answer{Verb: "get", Status: 200, Body: pod},
		answer{Verb: "get", Status: 201, ContentType: inJSON, Body: pod},
		answer{Verb: "get", Status: 206, ContentType: inJSON, Body: pod},
		answer{Verb: "get", Status: 207, ContentType: inJSON, Body: pod},
		answer{Verb: "get", Status: 200, ContentType: inJSON},
		answer{Verb: "get", Status: 204},
		answer{Verb: "get", Status: 200, ContentType: html, Body: fmt.Appendf(nil, page, 200)},
		answer{Verb: "get", Status: 200, ContentType: inJSON, Body: pod[:20]},
		answer{Verb: "get", Status: 200, ContentType: inJSON, Body: pod[:20], Cut: true},
		answer{Verb: "get", Status: 200, ContentType: inJSON, Body: []byte(`{"kind":"Status","apiVersion":"v1","status":"Success"}`)},
		answer{Verb: "get", Status: 404, ContentType: inJSON, Body: pod},
		answer{Verb: "get", Status: 404, ContentType: inJSON, Body: []byte(`{"kind":"Status","apiVersion":"v1","status":"Success"}`)},
		answer{Verb: "get", Status: 404, ContentType: inJSON, Body: []byte(`{"error":"no such backend"}`)},
		answer{Verb: "get", Status: 404, ContentType: inJSON, Body: []byte(`null`)},
		answer{Verb: "get", Status: 429, ContentType: inJSON, Body: details},
		answer{Verb: "get", Status: 429, ContentType: text, RetryAfter: "7", Body: []byte("slow down")},
		answer{Verb: "get", Status: 429, RetryAfter: "Wed, 21 Oct 2015 07:28:00 GMT"},
		answer{Verb: "get", Status: 503, ContentType: html, RetryAfter: "3", Body: fmt.Appendf(nil, page, 503)},
		answer{Verb: "get", Status: 503, ContentType: inJSON, RetryAfter: "5", Body: bytes.Replace(details, []byte("429"), []byte("503"), 1)},
	)
	return all, nil
}

func record(directory string) error {
	all, err := cases()
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, answer := range all {
		if err := ask(&answer); err != nil {
			return err
		}
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, "answers.jsonl"), lines.Bytes(), 0o644)
}

// RoundTrip gives the answer.
func (a *answer) RoundTrip(request *http.Request) (*http.Response, error) {
	header := http.Header{}
	if a.ContentType != "" {
		header.Set("Content-Type", a.ContentType)
	}
	if a.RetryAfter != "" {
		header.Set("Retry-After", a.RetryAfter)
	}
	body := io.Reader(bytes.NewReader(a.Body))
	if a.Cut {
		body = io.MultiReader(body, broken{})
	}
	return &http.Response{StatusCode: a.Status, Header: header, Body: io.NopCloser(body), Request: request}, nil
}

// broken is a connection that ended.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// ask sends a request that is answered so, and notes what comes of it.
func ask(a *answer) error {
	config := &rest.Config{Host: "http://localhost", APIPath: "/api", QPS: -1, Transport: a}
	config.GroupVersion = &schema.GroupVersion{Version: "v1"}
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return err
	}
	verb := map[string]string{"list": "GET"}[a.Verb]
	if verb == "" {
		verb = strings.ToUpper(a.Verb)
	}
	request := client.Verb(verb).Namespace("ns").Resource("pods").MaxRetries(0)
	if a.Verb != "list" && a.Verb != "post" {
		request = request.Name("name")
	}
	var object runtime.Object = &core.Pod{}
	if a.Verb == "list" {
		object = &core.PodList{}
	}
	outcome := request.Do(context.Background()).Into(object)
	a.Failed = outcome != nil
	var status apierrors.APIStatus
	if errors.As(outcome, &status) {
		a.Reason, a.Code = string(status.Status().Reason), status.Status().Code
		if details := status.Status().Details; details != nil {
			a.RetryAfterSeconds = details.RetryAfterSeconds
		}
	}
	a.Is = predicates(outcome)
	return nil
}

// predicates are the names of those of client-go's that hold.
func predicates(err error) string {
	var hold []string
	for _, predicate := range []struct {
		name  string
		holds func(error) bool
	}{
		{"already_exists", apierrors.IsAlreadyExists},
		{"conflict", apierrors.IsConflict},
		{"forbidden", apierrors.IsForbidden},
		{"gone", func(err error) bool { return apierrors.IsGone(err) || apierrors.IsResourceExpired(err) }},
		{"invalid", apierrors.IsInvalid},
		{"not_found", apierrors.IsNotFound},
		{"timeout", apierrors.IsTimeout},
		{"too_many_requests", apierrors.IsTooManyRequests},
		{"unauthorized", apierrors.IsUnauthorized},
	} {
		if predicate.holds(err) {
			hold = append(hold, predicate.name)
		}
	}
	return strings.Join(hold, " ")
}
