package main

import (
	"math"
	"math/rand"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/randfill"
)

// oddFuncs fill one value in four with one that codecs are likely to get wrong, and what Kubernetes' own functions
// leave empty.
func oddFuncs(serializer.CodecFactory) []any {
	return []any{
		func(text *string, c randfill.Continue) {
			switch {
			case c.Intn(1000) == 0:
				*text = longStrings[c.Intn(len(longStrings))]
			case !choose(text, oddStrings, c.Rand):
				*text = c.String(0)
			}
		},
		func(bytes *[]byte, c randfill.Continue) {
			*bytes = make([]byte, c.Intn(40))
			c.Read(*bytes)
		},
		func(number *int32, c randfill.Continue) {
			if !choose(number, oddInt32s, c.Rand) {
				*number = int32(c.Uint32())
			}
		},
		func(number *int64, c randfill.Continue) {
			if !choose(number, oddInt64s, c.Rand) {
				*number = int64(c.Uint64())
			}
		},
		func(number *float64, c randfill.Continue) {
			if !choose(number, oddFloats, c.Rand) {
				*number = c.NormFloat64()
			}
		},
		func(at *metav1.Time, c randfill.Continue) {
			if !choose(&at.Time, oddTimes, c.Rand) {
				at.RandFill(c.Rand)
			}
		},
		func(at *metav1.MicroTime, c randfill.Continue) {
			if !choose(&at.Time, oddTimes, c.Rand) {
				at.RandFill(c.Rand)
			}
		},
		func(length *metav1.Duration, c randfill.Continue) {
			if !choose(&length.Duration, oddDurations, c.Rand) {
				length.Duration = time.Duration(c.Uint64())
			}
		},
		func(quantity *resource.Quantity, c randfill.Continue) {
			*quantity = resource.MustParse(quantities[c.Intn(len(quantities))])
		},
		func(raw *runtime.RawExtension, c randfill.Continue) {
			raw.Raw = []byte(rawObjects[c.Intn(len(rawObjects))])
		},
		func(entry *metav1.ManagedFieldsEntry, c randfill.Continue) {
			c.FillNoCustom(entry)
		},
		func(fields *metav1.FieldsV1, c randfill.Continue) {
			fields.SetRawString(managedFields[c.Intn(len(managedFields))])
		},
	}
}

// choose sets one value in four to one of a list.
func choose[T any](value *T, from []T, random *rand.Rand) bool {
	if random.Intn(4) > 0 {
		return false
	}
	*value = from[random.Intn(len(from))]
	return true
}

var (
	oddStrings = []string{
		"", "\x00\x01\x1f\x7f", "\b\f\n\r\t\"\\/", "<b>&amp;</b>", "\u2028\u2029", "\ufffd", "\u00ff\u0100\u07ff\u0800",
		"\uffff\U00010000\U0010ffff", "e\u0301", "true", "null", "~", "0x1F", "1e3", " ", "- a: b",
		strings.Repeat("x", 15), strings.Repeat("x", 16), strings.Repeat("x", 23), strings.Repeat("x", 24),
		strings.Repeat("x", 25), strings.Repeat("é", 64), strings.Repeat("x", 255), strings.Repeat("x", 256),
	}
	// Where a length takes a byte more in protobuf or CBOR. They are rare: they make documents large.
	longStrings = []string{strings.Repeat("x", 16384), strings.Repeat("語", 22000), strings.Repeat("\"", 1000)}
	oddInt32s   = []int32{0, 1, -1, 23, 24, 127, 128, 255, 256, 16383, 16384, 65535, 65536, math.MaxInt32, math.MinInt32}
	oddInt64s   = []int64{
		0, 1, -1, -24, -25, 1<<21 - 1, 1 << 28, math.MaxUint32, math.MaxUint32 + 1, 1<<53 + 1, math.MaxInt64, math.MinInt64,
	}
	oddFloats = []float64{
		0, math.Copysign(0, -1), 1, -1, .1, 1.5, 1e3, 65504, 65505, 1e-6, 9.99e-7, 1e20, 1e21, 1 << 53, 1<<53 + 2,
		math.MaxFloat32, math.SmallestNonzeroFloat32, math.MaxFloat64, math.SmallestNonzeroFloat64, 5.960464477539063e-8,
	}
	oddTimes = []time.Time{
		{},
		time.Unix(0, 0),
		time.Unix(-1, 0),
		time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC),
		time.Date(1582, 10, 15, 12, 0, 0, 0, time.UTC),
		time.Date(1900, 2, 28, 23, 59, 59, 0, time.UTC),
		time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 12, 31, 23, 59, 59, 123456000, time.UTC),
		time.Date(2026, 1, 1, 0, 0, 0, 1000, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
	}
	oddDurations = []time.Duration{
		0, 1, -1, 999, time.Microsecond, time.Millisecond + 1, time.Second, 90 * time.Second, time.Hour,
		100*time.Hour + 500*time.Millisecond, math.MaxInt64, math.MinInt64, math.MinInt64 + 1,
	}
	quantities = []string{
		"0", "1", "-1", "100m", "0.1", "1.5", "1500m", "1k", "1000", "1024", "1Ki", "1.5Gi", "2Ti", "1e3", "12e6", "1E", "4Ei",
		"1n", "123u", "-0.001", "999999999999", "9223372036854775807", "9223372036854775808", "0.000000001", "1.25e-3",
		"1e-9", "100000000000000000000", ".5", "5.", "+7", "-1.5Mi",
	}
	rawObjects = []string{
		`{}`,
		`{"apiVersion":"example.com/v1","kind":"Example","spec":{"z":1,"a":[true,null,"x"]}}`,
		`{"kind":"Example","apiVersion":"v1","number":[0,-1,1.5,1e3,1e-7,9007199254740993,1E+2]}`,
		`{"text":"\u003cb\u003e<b>&\u2028é\ud83d\ude00\/","":{"aa":1,"b":2}}`,
		` { "kind" : "Spaced" , "list" : [ 1 , 2 ] } `,
		`{"deep":{"deep":{"deep":{"deep":[[[[]]]]}}}}`,
	}
	// The keys are in the order in which Go writes them after it has read them from CBOR.
	managedFields = []string{
		`{}`,
		`{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{}}}`,
		`{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:status":{}}}}}`,
	}
)
