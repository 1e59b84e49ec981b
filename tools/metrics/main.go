// Metrics asks Kubernetes' components what they tell of their clients in numbers: it gives each of client-go's hooks a
// value, scrapes the registry of k8s.io/component-base, and records names, kinds, labels and bounds.
//
// Each metric is a line of JSON, which the tests of pintle-transport compare with their own.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"k8s.io/client-go/tools/metrics"
	k8smetrics "k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/legacyregistry"
	_ "k8s.io/component-base/metrics/prometheus/restclient"
)

// A metric is what a scrape shows of one.
type metric struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	Labels []string  `json:"labels"`
	Bounds []float64 `json:"bounds,omitempty"`
}

func main() {
	out := flag.String("out", "", "the directory to write to")
	flag.Parse()
	if *out == "" {
		fmt.Fprintln(os.Stderr, "usage: metrics -out DIRECTORY")
		os.Exit(2)
	}
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	if err := registerResolver(); err != nil {
		return err
	}
	tell()
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "rest_client_") {
			continue
		}
		line, err := json.Marshal(shown(family))
		if err != nil {
			return err
		}
		text.Write(line)
		text.WriteByte('\n')
	}
	return os.WriteFile(filepath.Join(out, "metrics.jsonl"), []byte(text.String()), 0o644)
}

// registerResolver registers the histogram of name lookups, which the package fills and forgets to register.
func registerResolver() error {
	adapter := reflect.ValueOf(metrics.ResolverLatency).Elem()
	if adapter.NumField() != 1 || adapter.Field(0).Type() != reflect.TypeFor[*k8smetrics.HistogramVec]() {
		return errors.New("the histogram of name lookups is not where it was")
	}
	return legacyregistry.Register((*k8smetrics.HistogramVec)(adapter.Field(0).UnsafePointer()))
}

// tell gives every hook a value. Decisions about exec plugins have none: client-go does not wire them, and the counter
// that is meant for them takes their verdicts for the names of its labels.
func tell() {
	ctx := context.Background()
	server := url.URL{Scheme: "https", Host: "host"}
	expiry := time.Unix(0, 0)
	metrics.ClientCertExpiry.Set(&expiry)
	metrics.ClientCertRotationAge.Observe(time.Second)
	metrics.RequestLatency.Observe(ctx, "verb", server, time.Second)
	metrics.ResolverLatency.Observe(ctx, "host", time.Second)
	metrics.RequestSize.Observe(ctx, "verb", "host", 1)
	metrics.ResponseSize.Observe(ctx, "verb", "host", 1)
	metrics.RateLimiterLatency.Observe(ctx, "verb", server, time.Second)
	metrics.RequestResult.Increment(ctx, "code", "method", "host")
	metrics.ExecPluginCalls.Increment(0, "status")
	metrics.RequestRetry.IncrementRetry(ctx, "code", "method", "host")
	metrics.TransportCacheEntries.Observe(1)
	metrics.TransportCreateCalls.Increment("result")
	metrics.TransportCAReloads.Increment("result", "reason")
	metrics.TransportCertRotationGCCalls.Increment()
	metrics.TransportCacheGCCalls.Increment("result")
}

func shown(family *dto.MetricFamily) metric {
	series := family.GetMetric()[0]
	labels := []string{}
	for _, label := range series.GetLabel() {
		labels = append(labels, label.GetName())
	}
	sort.Strings(labels)
	var bounds []float64
	for _, bucket := range series.GetHistogram().GetBucket() {
		bounds = append(bounds, bucket.GetUpperBound())
	}
	return metric{
		Name:   family.GetName(),
		Kind:   strings.ToLower(family.GetType().String()),
		Labels: labels,
		Bounds: bounds,
	}
}
