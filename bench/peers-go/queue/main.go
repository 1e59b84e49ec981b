// queue is client-go's work queue in the queue benchmark: one goroutine adds keys, another takes them and is done with
// them.
//
// `queue LANE ITEMS` prints how long that took, as JSON. Strings are shared in Go, so that the lanes "shared" and
// "string" of the peer in Rust are the same here. `queue weigh ITEMS` prints the bytes that delayed keys take.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"k8s.io/client-go/util/workqueue"
)

func main() {
	lane := os.Args[1]
	items, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	switch lane {
	case "shared", "string":
		run(keys(items), int64(items)+1)
	case "window":
		run(keys(items), 1000)
	case "weigh":
		weigh(items)
	default:
		panic("there is no lane " + lane)
	}
}

func keys(items int) []string {
	keys := make([]string, items)
	for n := range keys {
		keys[n] = fmt.Sprintf("%-40s", fmt.Sprintf("namespace-%d/website-%d", n%100, n))
	}
	return keys
}

// run adds every key, at most window ahead of the worker.
func run(keys []string, window int64) {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	var done atomic.Int64
	runtime.GC()
	start, cpuBefore := time.Now(), cpu()
	go func() {
		known := int64(0)
		for added, key := range keys {
			// What is known is enough most of the time, and to look again would keep the worker waiting.
			for int64(added)-known >= window {
				known = done.Load()
				if int64(added)-known >= window {
					runtime.Gosched()
				}
			}
			queue.Add(key)
		}
	}()
	finished := make(chan struct{})
	go func() {
		for range keys {
			key, _ := queue.Get()
			queue.Done(key)
			done.Add(1)
		}
		close(finished)
	}()
	<-finished
	wall, used := time.Since(start), cpu()-cpuBefore
	print(map[string]int64{"items": int64(len(keys)), "wall_ns": wall.Nanoseconds(), "cpu_ns": used})
	runtime.KeepAlive(keys)
}

// weigh adds keys for later, and looks at what the heap holds beside what it held before.
func weigh(items int) {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	before := live()
	for n, key := range keys(items) {
		queue.AddAfter(key, time.Hour+time.Duration(1+n*7919%100_000)*time.Second)
	}
	// The last ones are still on their way through a channel.
	time.Sleep(time.Second)
	print(map[string]int64{"items": int64(items), "string": live() - before})
	runtime.KeepAlive(queue)
}

func live() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// cpu returns the nanoseconds of CPU that this process has used.
func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func print(found map[string]int64) {
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}
