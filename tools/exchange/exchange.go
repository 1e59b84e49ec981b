package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

type settings struct {
	codec   string
	perKind int
	seed    uint64
	only    string
	out     string
}

// run exchanges all objects and prints what was found. It returns the numbers of documents that were and were not as
// they must be.
func run(s settings) (passed, failed int, err error) {
	started := time.Now()
	scheme, err := newScheme()
	if err != nil {
		return 0, 0, err
	}
	x := &exchange{settings: s, serializers: newSerializers(scheme), formats: map[kind][]format{}, first: map[kind]difference{}}
	if err := x.choose(kindsOf(scheme)); err != nil {
		return 0, 0, err
	}
	x.normalizer = newNormalizer(x.kinds)
	if err := x.exchangeAll(); err != nil {
		return 0, 0, err
	}
	for _, k := range x.kinds {
		if d, ok := x.first[k]; ok {
			if err := x.report(d); err != nil {
				return 0, 0, err
			}
		}
	}
	fmt.Printf("%d kinds, %d objects of each, seed %d, in %.1f s\n", len(x.kinds), s.perKind, s.seed, time.Since(started).Seconds())
	return x.passed, x.failed, nil
}

// An exchange is one run of the program.
type exchange struct {
	settings
	*serializers
	normalizer normalizer
	kinds      []kind
	formats    map[kind][]format

	lock   sync.Mutex
	passed int
	failed int
	first  map[kind]difference // of each kind, the one with the lowest index
}

// choose decides what is exchanged, and says what is not and why. It fails unless both programs know the same kinds.
func (x *exchange) choose(kinds []kind) error {
	known, err := knownKinds(x.codec)
	if err != nil {
		return err
	}
	var faults []string
	for _, k := range kinds {
		if x.only != "" && x.only != k.String() {
			continue
		}
		if !known[k.String()] {
			faults = append(faults, fmt.Sprintf("pintle does not know %s", k))
			continue
		}
		delete(known, k.String())
		formats, err := x.encodable(k)
		if err != nil {
			return err
		}
		for f := range formatCount {
			if !slices.Contains(formats, f) {
				fmt.Printf("%s is not exchanged in %s: Go's type cannot be written in it\n", k, f)
			}
		}
		x.kinds = append(x.kinds, k)
		x.formats[k] = formats
	}
	if x.only == "" {
		for name := range known {
			faults = append(faults, fmt.Sprintf("Go does not know %s", name))
		}
	} else if len(x.kinds) == 0 && faults == nil {
		return fmt.Errorf("there is no kind %s", x.only)
	}
	slices.Sort(faults)
	if faults != nil {
		return errors.New(strings.Join(faults, "; "))
	}
	return nil
}

// A batch is some objects of one kind: enough to keep two processes at work, and few enough to forget soon.
type batch struct {
	kind     kind
	from, to int
}

const batchSize = 25

const progressInterval = 30 * time.Second

// exchangeAll shares the batches among as many workers as there are processors.
func (x *exchange) exchangeAll() error {
	batches := make(chan batch)
	stop := make(chan struct{})
	errs := make(chan error)
	workers := runtime.GOMAXPROCS(0)
	for range workers {
		go func() { errs <- x.work(batches) }()
	}
	go func() {
		defer close(batches)
		said := time.Now()
		for i, k := range x.kinds {
			if time.Since(said) > progressInterval {
				said = time.Now()
				fmt.Fprintf(os.Stderr, "%d of %d kinds exchanged\n", i, len(x.kinds))
			}
			for from := 0; from < x.perKind; from += batchSize {
				select {
				case batches <- batch{k, from, min(from+batchSize, x.perKind)}:
				case <-stop:
					return
				}
			}
		}
	}()
	var first error
	for range workers {
		if err := <-errs; err != nil && first == nil {
			first = err
			close(stop)
		}
	}
	return first
}

// work exchanges batches with a peer of its own until there are no more.
func (x *exchange) work(batches <-chan batch) error {
	w := worker{exchange: x, filler: newFiller(x.scheme, x.seed)}
	defer w.stop()
	for b := range batches {
		if err := w.exchangeBatch(b); err != nil {
			return err
		}
	}
	return w.stop()
}

type worker struct {
	*exchange
	filler *filler
	peer   *peer
	ended  int // how often a peer ended before its time
}

// A sample is a document of Go's, and what must become of it.
type sample struct {
	kind     kind
	index    int
	format   format
	document []byte
	want     [formatCount][]byte
}

func (w *worker) exchangeBatch(b batch) error {
	var samples []sample
	for index := b.from; index < b.to; index++ {
		made, err := w.samples(b.kind, index)
		if err != nil {
			return fmt.Errorf("%s, object %d of seed %d: %w", b.kind, index, w.seed, err)
		}
		samples = append(samples, made...)
	}
	for len(samples) > 0 {
		if w.peer == nil {
			peer, err := startPeer(w.codec)
			if err != nil {
				return err
			}
			w.peer = peer
		}
		requests := make([]request, len(samples))
		for i, s := range samples {
			requests[i] = request{s.format, s.kind, s.document}
		}
		answered, err := w.peer.exchange(requests, func(i int, a answer) { w.judge(samples[i], a) })
		if err == nil {
			return nil
		}
		// What it ended on is a finding; the others go to a new one.
		cause := w.stop()
		if answered == len(samples) {
			return fmt.Errorf("%s: %w", w.codec, errors.Join(err, cause))
		}
		reason := fmt.Sprintf("pintle ended instead of an answer: %v", errors.Join(err, cause))
		w.fail(len(w.formats[b.kind]), difference{sample: samples[answered], reason: reason})
		samples = samples[answered+1:]
		if w.ended++; w.ended > patienceWithPeers {
			return fmt.Errorf("%s ended before its time, again and again", w.codec)
		}
	}
	return nil
}

// samples returns the documents of one object: one in each format that its kind has.
func (w *worker) samples(k kind, index int) ([]sample, error) {
	object, err := w.filler.fill(k, index)
	if err != nil {
		return nil, err
	}
	var samples []sample
	for _, f := range w.formats[k] {
		document, err := w.encode(f, object)
		if err != nil {
			return nil, fmt.Errorf("Go writes %s: %w", f, err)
		}
		read, err := w.decode(f, k, document)
		if err != nil {
			return nil, fmt.Errorf("Go reads its own %s: %w", f, err)
		}
		read.GetObjectKind().SetGroupVersionKind(k.GroupVersionKind)
		w.normalizer.normalize(read)
		s := sample{kind: k, index: index, format: f, document: document}
		for _, to := range w.formats[k] {
			if s.want[to], err = w.encode(to, read); err != nil {
				return nil, fmt.Errorf("Go reads its own %s and writes %s: %w", f, to, err)
			}
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// judge compares what pintle made of a sample with what Go makes of it.
func (w *worker) judge(s sample, a answer) {
	formats := w.formats[s.kind]
	if a.unread != "" {
		w.fail(len(formats), difference{sample: s, reason: "pintle cannot read it: " + a.unread})
		return
	}
	equal := 0
	for _, f := range formats {
		switch got := a.written[f]; {
		case got.unable != "":
			w.fail(1, difference{sample: s, reason: fmt.Sprintf("pintle cannot write it as %s: %s", f, got.unable)})
		case !bytes.Equal(got.document, s.want[f]):
			w.fail(1, difference{sample: s, to: f, got: got.document})
		default:
			equal++
		}
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.passed += equal
}

// fail counts documents that are not as they must be, and keeps the first difference of each kind.
func (w *worker) fail(documents int, d difference) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.failed += documents
	if first, ok := w.first[d.sample.kind]; !ok || d.sample.index < first.sample.index {
		w.first[d.sample.kind] = d
	}
}

// stop ends the worker's peer, if there is one.
func (w *worker) stop() error {
	if w.peer == nil {
		return nil
	}
	peer := w.peer
	w.peer = nil
	return peer.stop()
}

// patienceWithPeers is how often a worker starts a peer anew.
const patienceWithPeers = 20
