// Command schema writes the facts about the Kubernetes API that pintle is generated from.
//
// It reflects over the Go types registered in client-go's, apiextensions', kube-aggregator's and
// metrics' schemes, and asks two running kube-apiservers (one that serves every API version, one with
// default flags) for their discovery documents and OpenAPI v3. It writes names, numbers and flags, and
// never prose: upstream's descriptions stay upstream.
//
//	schema -all KUBECONFIG -default KUBECONFIG -out DIR
//
// The output depends on the modules in go.mod and on the servers' version only; two runs write the same bytes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

func main() {
	all := flag.String("all", "", "kubeconfig of a kube-apiserver started with --runtime-config=api/all=true")
	standard := flag.String("default", "", "kubeconfig of a kube-apiserver started with default flags")
	out := flag.String("out", "", "directory to write to; types/*.json and resources.json in it are replaced")
	flag.Parse()
	if *all == "" || *standard == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(context.Background(), *all, *standard, *out); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, allConfig, standardConfig, out string) error {
	registry, err := newRegistry()
	if err != nil {
		return err
	}
	types, err := reflectTypes(registry)
	if err != nil {
		return err
	}
	if err := checkProtobuf(types); err != nil {
		return err
	}
	if err := addConstants(types); err != nil {
		return err
	}
	all, err := connect(ctx, allConfig)
	if err != nil {
		return err
	}
	standard, err := connect(ctx, standardConfig)
	if err != nil {
		return err
	}
	if err := all.markDefault(standard); err != nil {
		return err
	}
	if err := addOpenAPI(ctx, types, all); err != nil {
		return err
	}
	unserved, err := unserved(registry, all)
	if err != nil {
		return err
	}
	if err := writeTypes(out, types); err != nil {
		return err
	}
	return writeResources(out, all, unserved)
}
