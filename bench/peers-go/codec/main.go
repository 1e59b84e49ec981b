// Codec is client-go in the codec benchmark: the types of k8s.io/api, read and written as client-go's
// serializers do, without what they do around it.
//
// It answers requests, a line each, as the peers in Rust do; bench/codec/harness says which.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"syscall"
	"time"

	kjson "sigs.k8s.io/json"

	"pintle/bench/peers/internal/inputs"
	"pintle/bench/peers/internal/kinds"
)

type lane struct {
	Format  string `json:"format"`
	Variant string `json:"variant"`
}

type request struct {
	lane
	Input  string `json:"input"`
	Pruned bool   `json:"pruned"`
	Task   string `json:"task"`
	Millis int64  `json:"millis"`
	To     string `json:"to"`
}

type timing struct {
	Objects int64 `json:"objects"`
	Thread  int64 `json:"thread_ns"`
	Wall    int64 `json:"wall_ns"`
	CPU     int64 `json:"cpu_ns"`
	mallocs uint64
}

func main() {
	log.SetFlags(0)
	// The time of the thread is that of everything measured.
	runtime.LockOSThread()
	if err := serve(os.Args[1]); err != nil {
		log.Fatalf("client-go: %v", err)
	}
}

func serve(directory string) error {
	catalogue, err := inputs.ReadCatalogue(directory)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	lanes := []lane{{Format: "json"}, {Format: "protobuf"}}
	if err := out.Encode(map[string]any{"peer": "client-go", "lanes": lanes, "walks": false}); err != nil {
		return err
	}
	// The driver goes through an input from end to end before it turns to the next.
	var path string
	var objects [][]byte
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		suffix := map[string]string{"json": inputs.JSON, "protobuf": inputs.Protobuf}[asked.Format]
		wanted := inputs.Path(directory, asked.Input, suffix)
		if wanted != path {
			if objects, err = inputs.Read(wanted); err != nil {
				return err
			}
			path = wanted
		}
		answer := any("unsupported")
		for _, input := range catalogue {
			if input.Name == asked.Input && asked.Variant == "" {
				if answer, err = respond(asked, input, objects); err != nil {
					answer = map[string]string{"failed": err.Error()}
				}
			}
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

func respond(asked request, input inputs.Input, objects [][]byte) (any, error) {
	kind, err := kinds.Named(input.Kind)
	if err != nil {
		return nil, err
	}
	c := codec{kind: kind, json: asked.Format == "json"}
	copies := 1
	if len(objects) == 1 {
		copies = 1000
	}
	switch asked.Task {
	case "decode":
		timed, err := atLeast(asked.Millis, objects, c.decodeAll)
		return map[string]timing{"time": timed}, err
	case "encode":
		timed, err := atLeast(asked.Millis, objects, c.encodeAll)
		return map[string]timing{"time": timed}, err
	case "count-decode":
		return count(objects, copies, c.decodeAll)
	case "count-encode":
		return count(objects, copies, c.encodeAll)
	case "live":
		bytes, err := c.live(objects, copies, asked.Pruned)
		answer := map[string]int64{"objects": int64(len(objects) * copies), "bytes": bytes}
		return map[string]any{"live": answer}, err
	case "write":
		written, err := c.rewrite(objects)
		if err != nil {
			return nil, err
		}
		return "written", inputs.Write(asked.To, written)
	}
	return nil, fmt.Errorf("%s: no such task", asked.Task)
}

type codec struct {
	kind kinds.Kind
	json bool
}

func (c codec) decode(bytes []byte) (kinds.Object, error) {
	object := c.kind.New()
	if c.json {
		return object, kjson.UnmarshalCaseSensitivePreserveInts(bytes, object)
	}
	return object, object.Unmarshal(bytes)
}

func (c codec) encode(object kinds.Object) ([]byte, error) {
	if c.json {
		return json.Marshal(object)
	}
	return object.Marshal()
}

func (c codec) decodeAll(objects [][]byte, passes int64) (timing, error) {
	watch := start()
	for range passes {
		for _, bytes := range objects {
			object, err := c.decode(bytes)
			if err != nil {
				return timing{}, err
			}
			kept = object
		}
	}
	return watch.stop(int64(len(objects)) * passes), nil
}

// encodeAll edits and encodes. Objects are decoded beforehand, as many as are in use at a time.
func (c codec) encodeAll(objects [][]byte, passes int64) (timing, error) {
	var total timing
	for len(objects) > 0 {
		chunk := objects[:min(len(objects), 250)]
		objects = objects[len(chunk):]
		decoded := make([]kinds.Object, len(chunk))
		for index, bytes := range chunk {
			object, err := c.decode(bytes)
			if err != nil {
				return timing{}, err
			}
			decoded[index] = object
		}
		watch := start()
		for pass := range passes {
			edit := kinds.Edits[int(pass)%len(kinds.Edits)]
			for _, object := range decoded {
				c.kind.Edit(object, edit)
				bytes, err := c.encode(object)
				if err != nil {
					return timing{}, err
				}
				keptBytes = bytes
			}
		}
		timed := watch.stop(int64(len(decoded)) * passes)
		total.Objects += timed.Objects
		total.Thread += timed.Thread
		total.Wall += timed.Wall
		total.CPU += timed.CPU
		total.mallocs += timed.mallocs
	}
	return total, nil
}

func (c codec) live(objects [][]byte, copies int, pruned bool) (int64, error) {
	held := make([]kinds.Object, 0, len(objects)*copies)
	before := heap()
	for range copies {
		for _, bytes := range objects {
			object, err := c.decode(bytes)
			if err != nil {
				return 0, err
			}
			if pruned {
				object.SetManagedFields(nil)
			}
			held = append(held, object)
		}
	}
	after := heap()
	runtime.KeepAlive(held)
	return after - before, nil
}

func (c codec) rewrite(objects [][]byte) ([][]byte, error) {
	written := make([][]byte, len(objects))
	for index, bytes := range objects {
		object, err := c.decode(bytes)
		if err != nil {
			return nil, err
		}
		c.kind.Edit(object, kinds.Edits[0])
		if written[index], err = c.encode(object); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// atLeast warms up, and repeats a measurement with more passes until it takes so long.
func atLeast(millis int64, objects [][]byte, run func([][]byte, int64) (timing, error)) (timing, error) {
	if _, err := run(objects[:min(len(objects), 500)], 1); err != nil {
		return timing{}, err
	}
	wanted := millis * 1_000_000
	for passes := int64(1); ; {
		timed, err := run(objects, passes)
		if err != nil || timed.Thread >= wanted {
			return timed, err
		}
		factor := min(float64(wanted)*1.1/float64(max(timed.Thread, 1)), 10)
		passes = int64(float64(passes)*factor) + 1
	}
}

// count says how much is allocated: many times over, so that what the runtime does meanwhile weighs nothing.
func count(objects [][]byte, passes int, run func([][]byte, int64) (timing, error)) (any, error) {
	if _, err := run(objects[:1], 1); err != nil {
		return nil, err
	}
	timed, err := run(objects, int64(passes))
	answer := map[string]int64{"objects": timed.Objects, "allocations": int64(timed.mallocs), "reallocations": 0}
	return map[string]any{"count": answer}, err
}

type stopwatch struct {
	mallocs uint64
	process int64
	wall    time.Time
	thread  int64
}

func start() stopwatch {
	mallocs := mallocs()
	return stopwatch{mallocs, cpu(syscall.RUSAGE_SELF), time.Now(), cpu(rusageThread)}
}

// stop reads the clock, and what the scheduler counts for the thread and for the process, the garbage
// collector's own threads included.
func (s stopwatch) stop(objects int64) timing {
	thread := cpu(rusageThread) - s.thread
	wall := time.Since(s.wall)
	process := cpu(syscall.RUSAGE_SELF) - s.process
	return timing{objects, thread, wall.Nanoseconds(), process, mallocs() - s.mallocs}
}

func cpu(of int) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(of, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// rusageThread is RUSAGE_THREAD of getrusage(2), which package syscall does not name.
const rusageThread = 1

func mallocs() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Mallocs
}

// heap is what is live, in whole size classes, as the runtime allocates.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// What was made last is kept, so that nothing is optimised away.
var (
	kept      kinds.Object
	keptBytes []byte
)
