package main

import (
	"math"
	"math/rand"
	"strconv"
	"time"
)

var pickedDurations = []string{
	"", "0", "-0", "+0", "00", "0s", "1s", "1", "s", "-", "+", ".s", "-.s", "1.s", ".5s", "1.5s", "1h2m3.5s", "1h2m3s",
	"1m1h", "1s1s", "100ms", "100us", "100µs", "100μs", "100ns", "1.5ns", "0.5ns", "1.9999999999s", "0.1h",
	"0.333333333333333333333h", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns",
	"-9223372036854775809ns", "2562047h47m16.854775807s", "2562048h", "-2562047h47m16.854775808s", "1d", "1w", "1 s",
	" 1s", "1s ", "1S", "1sec", "--1s", "+-1s", "1.2.3s", "1e3s", "0x1s", "1s-1s", "3000000h", "1h ", "1hm", "1µ", "µs",
	"1.0000000000000000000000000000000000001s", "9223372036854775807.9ns", "1h1m1s1ms1us1ns", "720h", "1h0m0s", "1m30",
	"9223372036854775808s", "99999999999999999999999999999h", "-1h-1m",
}

var units = []string{"ns", "us", "µs", "μs", "ms", "s", "s", "m", "m", "h", "h"}

func durations(random *rand.Rand) []row {
	inputs := append([]string{}, pickedDurations...)
	for range 800 {
		out := pick(random, "", "", "", "-", "+")
		for range 1 + random.Intn(3) {
			out += text(random, "0123456789", pick(random, 2, 3, 6, 20))
			if random.Intn(3) == 0 {
				out += "." + text(random, "0123456789", pick(random, 2, 9, 25))
			}
			if random.Intn(30) == 0 {
				out += pick(random, "", "d", "S", " ", "hs", "n", "u")
			} else {
				out += pick(random, units...)
			}
		}
		inputs = append(inputs, out)
	}
	for range 800 {
		nanos := random.Int63() >> random.Intn(63)
		if random.Intn(4) == 0 {
			nanos = nanos / int64(time.Second) * int64(time.Second)
		}
		inputs = append(inputs, strconv.FormatInt(pick(random, nanos, nanos, -nanos), 10)+"ns")
	}
	for _, nanos := range []int64{0, 1, -1, 999, 1000, 1001, 999999, 1000000, 999999999, 1000000000, math.MaxInt64} {
		inputs = append(inputs, strconv.FormatInt(nanos, 10)+"ns")
	}
	var rows []row
	for _, input := range inputs {
		duration, err := time.ParseDuration(input)
		if err != nil {
			rows = append(rows, row{input, err.Error()})
		} else {
			rows = append(rows, row{input, nil, int64(duration), duration.String()})
		}
	}
	return rows
}
