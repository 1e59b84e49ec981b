package main

import (
	"math"
	"math/bits"
	"time"
)

// latencies is how often something took how long, in buckets that are a sixteenth of what they hold, as in the peers
// in Rust.
type latencies struct {
	buckets [64 << precision]int64
	count   int64
	max     uint64
}

const precision = 4

func (l *latencies) add(took time.Duration) {
	value := uint64(took)
	l.max = max(l.max, value)
	value = max(value, 1<<precision)
	shift := 63 - bits.LeadingZeros64(value) - precision
	l.buckets[(shift+1)<<precision+int(value>>shift&(1<<precision-1))]++
	l.count++
}

func (l *latencies) merge(other *latencies) {
	for at, count := range other.buckets {
		l.buckets[at] += count
	}
	l.count += other.count
	l.max = max(l.max, other.max)
}

// quantile is the most nanoseconds in this part of the cases.
func (l *latencies) quantile(part float64) uint64 {
	rank, passed := int64(math.Ceil(float64(l.count)*part)), int64(0)
	for at, count := range l.buckets {
		if passed += count; passed >= rank {
			shift, first := at>>precision-1, uint64(at&(1<<precision-1))
			return min((first|1<<precision+1)<<shift-1, l.max)
		}
	}
	return l.max
}

func (l *latencies) found() map[string]any {
	return map[string]any{
		"count":    l.count,
		"p50_ns":   l.quantile(0.5),
		"p99_ns":   l.quantile(0.99),
		"p999_ns":  l.quantile(0.999),
		"p9999_ns": l.quantile(0.9999),
		"max_ns":   l.max,
	}
}
