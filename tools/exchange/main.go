// Command exchange proves that pintle's codecs are Kubernetes' own: it fills objects of every kind with Kubernetes'
// round-trip fuzzers and exchanges them with a program that uses pintle's types.
//
//	exchange -codec PROGRAM -per-kind N [-seed S] [-only KIND] -out DIR
//
// Each object is written by Go as JSON, protobuf and CBOR. The other program reads each of the three documents and
// writes what it read in all three formats again. What it writes must be, byte for byte, what Go writes after it has
// read the same document. Go tells slices and maps that are nil from empty ones and pintle does not, so Go's objects
// are given pintle's choice first; [normalizer] says what that is. Nothing else is forgiven.
//
// For the first difference of each kind the program prints where it is, and writes the documents to DIR. Its last
// line is `N passed, N failed`, a case being a document that pintle has written.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
)

func main() {
	var s settings
	flag.StringVar(&s.codec, "codec", "", "the program with pintle's types")
	flag.IntVar(&s.perKind, "per-kind", 0, "objects of each kind")
	flag.Uint64Var(&s.seed, "seed", 1, "decides what is in the objects")
	flag.StringVar(&s.only, "only", "", "exchange this kind only, by its name: v1/Pod, apps/v1/Deployment")
	flag.StringVar(&s.out, "out", "", "directory for the documents that differ")
	flag.Parse()
	// Most of what is allocated is thrown away at once; there is memory for it.
	debug.SetGCPercent(400)
	if s.codec == "" || s.perKind <= 0 || s.out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	passed, failed, err := run(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "exchange:", err)
		os.Exit(1)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
