package main

import (
	"math"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
)

// pairs is a map in the order in which it is written.
type pairs []any

// written is CBOR that is written already.
type written []byte

// encode writes values as Kubernetes does, but pairs and written in them as they are.
func encode(value any) []byte {
	switch value := value.(type) {
	case written:
		return value
	case pairs:
		document := head(5, len(value)/2)
		for _, part := range value {
			document = append(document, encode(part)...)
		}
		return document
	case []any:
		document := head(4, len(value))
		for _, part := range value {
			document = append(document, encode(part)...)
		}
		return document
	}
	document, err := direct.Marshal(value)
	if err != nil {
		panic(err)
	}
	return document
}

func head(major byte, argument int) []byte {
	if argument < 24 {
		return []byte{major<<5 | byte(argument)}
	}
	return []byte{major<<5 | 24, byte(argument)}
}

// text is a text string, which Kubernetes reads but does not write.
func text(value string) written {
	return append(head(3, len(value)), value...)
}

func tagged(tag byte, value any) written {
	return append(head(6, int(tag)), encode(value)...)
}

// anyDocuments are the examples of RFC 8949, appendix A, and what is at the edges of what Kubernetes reads.
func anyDocuments() [][]byte {
	var documents [][]byte
	for _, example := range strings.Fields(`
		00 01 0a 17 1818 1819 1864 1903e8 1a000f4240 1b000000e8d4a51000 1bffffffffffffffff c249010000000000000000
		3bffffffffffffffff c349010000000000000000 20 29 3863 3903e7 f90000 f98000 f93c00 fb3ff199999999999a f93e00 f97bff
		fa47c35000 fa7f7fffff fb7e37e43c8800759c f90001 f90400 f9c400 fbc010666666666666 f97c00 f97e00 f9fc00 fa7f800000
		fa7fc00000 faff800000 fb7ff0000000000000 fb7ff8000000000000 fbfff0000000000000 f4 f5 f6 f7 f0 f8ff
		c074323031332d30332d32315432303a30343a30305a c11a514b67b0 c1fb41d452d9ec200000 d74401020304 d818456449455446
		d82076687474703a2f2f7777772e6578616d706c652e636f6d 40 4401020304 60 6161 6449455446 62225c 62c3bc 63e6b0b4
		64f0908591 80 83010203 8301820203820405 98190102030405060708090a0b0c0d0e0f101112131415161718181819 a0 a201020304
		a26161016162820203 826161a161626163 a56161614161626142616361436164614461656145 5f42010243030405ff
		7f657374726561646d696e67ff 9fff 9f018202039f0405ffff 9f01820203820405ff 83018202039f0405ff 83019f0203ff820405
		9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff bf61610161629f0203ffff 826161bf61626163ff
		bf6346756ef563416d7421ff
		1b7fffffffffffffff 1b8000000000000000 3b7fffffffffffffff 3b8000000000000000 1800 190000 1a00000000
		1b0000000000000000 f818 f814 f81f f820 1c 1d 1e 1f 3f df ff fc fd fe 5f 5fff 7fff 5f6161ff 7f4161ff 5f5fffff
		41ff 61ff 7f61c361bcff 9f 9b7fffffffffffffff bb7fffffffffffffff 5b7fffffffffffffff 9bffffffffffffffff
		a2416101416102 a1f701 a1d6416101 a2416101614102 bf4161ff a1a000 d9d9f7d9d9f7f6 d9d9f701 d6d7420102
		d682420102d7420304 d681a1416141ff c0c06161 c06161 c04161 c16161 c1f6 c2f6 c24101 81c24101 d5420102 d64100 d64101
		c1f97c00 c1fbc1e0000000000000 c13a7fffffff c11b0000003afff44180 c11b0000003afff4417f c13b0000000e79747c00
		c1fb7fefffffffffffff fb36a0000000000000 fa33800000 f903ff fa387fc000 fa477fe000 fa47800000 c1fb3fb999999999999a`) {
		documents = append(documents, unhex(example))
	}
	for _, time := range []string{
		"2013-03-21T20:04:00Z", "2013-03-21T20:04:00.500Z", "2013-03-21T20:04:00,25Z", "2013-03-21T20:04:00.1234567891Z",
		"2013-03-21T20:04:00.Z", "2013-03-21T20:04:00+02:00", "2013-03-21T20:04:00-00:00", "2013-03-21T20:04:00-23:59",
		"2013-03-21T20:04:00+24:00", "2013-03-21T20:04:00+01:60", "2013-03-21T20:04:00+01:61", "2013-03-21t20:04:00z",
		"2013-03-21 20:04:00Z", "2013-02-29T00:00:00Z", "2012-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z",
		"2013-03-21T2:04:00Z", "2013-03-21T20:4:00Z", "2013-03-21T24:00:00Z", "2013-03-21T20:60:00Z", "2013-03-21T20:04:60Z",
		"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z", "2013-03-21T20:04:00", "2013-13-01T00:00:00Z",
		"2013-00-01T00:00:00Z", "2013-01-00T00:00:00Z", "2013-03-21T20:04:00ZZ", "2013-03-21T20:04:00+0200", "",
	} {
		documents = append(documents, tagged(0, text(time)))
	}
	for _, number := range []float64{
		65504, 65505, 65520, 1 << 24, 1<<24 + 1, math.MaxFloat32, math.SmallestNonzeroFloat32, math.MaxFloat64,
		math.SmallestNonzeroFloat64, 5.960464477539063e-8, 5.960464477539063e-8 * 1.5, 6.103515625e-5 * (1 + 1.0/2048), .1, 1e21, 1e-7,
	} {
		documents = append(documents, encode(number), encode(-number))
	}
	long := strings.Repeat("x", 300)
	documents = append(documents,
		encode(pairs{"bb", 1, "a", 2, "ccc", 3, "", 4, "b", 5, strings.Repeat("k", 24), 6, strings.Repeat("j", 23), 7}),
		encode(pairs{"é", 1, "zz", 2, "z", []any{}, long[:30], pairs{}, "<&>", "<&>\u2028\"\\\x00"}),
		encode([]any{long[:23], long[:24], long[:255], long[:256]}),
		encode([]any{[]byte("binary\x00\xff"), "text", []any{nil, true, false}}),
	)
	return documents
}

// wholeDocuments are documents of a Whole, and of what is nearly one.
func wholeDocuments() [][]byte {
	var documents [][]byte
	for _, value := range []any{
		pairs{},
		pairs{"apiVersion", "test/v1", "kind", "Whole", "name", "n"},
		pairs{text("name"), text("n"), text("labels"), pairs{text("a"), text("b")}},
		pairs{"name", "n", "hostPath", pairs{"number", -7, "ratio", 1.5}, "secret", "s", "replicas", 0},
		pairs{"labels", pairs{"bb", "1", "a", "2", "", "3"}, "groups", pairs{"z", []any{"b", "a"}, "y", nil, "x", []any{}}},
		pairs{"data", pairs{"k", []byte{0, 1, 2}, "e", []byte{}, "n", nil, "b", "AAEC", "l", "AA\nE\r=", "a", []any{1, 2, nil}}},
		pairs{"blob", []byte("data"), "leaves", []any{pairs{"number", 1}, nil, pairs{}}, "required", []any{"a", nil, "b"}},
		pairs{"blob", "ZGF0YQ==", "enabled", true, "big", math.MaxInt64, "status", pairs{"ratio", 3}, "zero", pairs{"number", 0}},
		pairs{"big", math.MinInt64, "enabled", false, "zero", pairs{"number", math.MinInt32}, "status", pairs{"number", math.MaxInt32}},
		pairs{"future", pairs{"deep", []any{1, nil}}, "name", "n", 1, 2, -1, 3},
		pairs{"name", nil, "replicas", nil, "labels", nil, "leaves", nil, "hostPath", nil, "status", nil, "enabled", nil, "big", nil, "blob", nil},
		pairs{"replicas", written{0xf7}, "hostPath", written{0xf7}},
		pairs{"name", written{0xf7}},
		pairs{"labels", written{0xf7}},
		pairs{"replicas", tagged(100, nil), "name", tagged(100, nil)},
		pairs{"name", "a", "name", "b"},
		pairs{"secret", "a", "secret", "b"},
		pairs{"kind", "Whole", "kind", "Whole"},
		pairs{"future", 1, "future", 2},
		pairs{1, 1, 1, 2},
		pairs{"1", 1, 1, 2, "future", 3},
		pairs{"labels", pairs{"a", "1", "b", "2", "a", "3"}},
		pairs{"labels", pairs{1, "1"}},
		pairs{"labels", pairs{"a", 1}},
		pairs{"labels", pairs{"a", []byte("x")}},
		pairs{"labels", tagged(22, pairs{"a", "b", "c", tagged(23, "d")})},
		pairs{"name", tagged(21, "\xff\xfe"), "secret", tagged(23, "\xff\xfe")},
		tagged(22, pairs{"name", "n", "blob", "n", "leaves", []any{}, "required", []any{"a", text("b")}}),
		pairs{"blob", text("ZGF0YQ==")},
		pairs{"blob", "ZGF0YQ="},
		pairs{"blob", []any{256}},
		pairs{"blob", []any{-1}},
		pairs{"blob", []any{1.0}},
		pairs{"name", 1},
		pairs{"name", []any{}},
		pairs{"name", "\xff"},
		pairs{"name", text("\xff")},
		pairs{text("\xff"), 1},
		pairs{"\xff", 1},
		pairs{"replicas", 1.5},
		pairs{"replicas", 1 << 31},
		pairs{"replicas", -1 << 31},
		pairs{"replicas", "1"},
		pairs{"big", written(unhex("1b8000000000000000"))},
		pairs{"big", written(unhex("3b8000000000000000"))},
		pairs{"status", pairs{"ratio", written(unhex("1bffffffffffffffff"))}},
		pairs{"status", pairs{"ratio", written(unhex("3b7fffffffffffffff"))}},
		pairs{"status", pairs{"ratio", written(unhex("3b8000000000000000"))}},
		pairs{"status", pairs{"ratio", math.MaxFloat64}},
		pairs{"enabled", 1},
		pairs{"leaves", pairs{}},
		pairs{"leaves", "x"},
		pairs{"status", []any{}},
		pairs{tagged(100, "name"), "n"},
		pairs{nil, 1},
		pairs{"future", tagged(2, "\x01")},
		pairs{"future", written(unhex("f97e00"))},
		pairs{"future", written(unhex("f814"))},
		pairs{"future", written(unhex("f81f"))},
		pairs{"future", written(unhex("f820")), "more", written(unhex("e0"))},
		pairs{"future", tagged(0, 1), "more", text("\xff")},
		pairs{"name", tagged(0, text("no time"))},
		pairs{"name", tagged(0, "no text")},
		pairs{"name", tagged(1, 0)},
		pairs{"replicas", tagged(1, 5)},
		pairs{"kind", 1},
		pairs{"kind", nil, "apiVersion", nil},
		pairs{"apiVersion", []byte{1}},
		[]any{},
		nil,
		"x",
		tagged(100, tagged(101, pairs{"name", tagged(102, "n")})),
		written(unhex("bf446e616d655f41614262635fffff")),
		written(unhex("bf446e616d655f4161426263ff466c6162656c73bf5f4161ff7f61786179ffff487265717569726564" + "9f4161f6ffff")),
		written(unhex("a1" + "48" + "7265706c69636173" + "1a00000007")),
	} {
		document := encode(value)
		documents = append(documents, document)
	}
	whole := encode(pairs{"kind", "Whole", "name", "n", "labels", pairs{"a", "b"}})
	documents = append(documents,
		append([]byte{0xd9, 0xd9, 0xf7}, whole...),
		append([]byte{0xd9, 0xd9, 0xf7, 0xd9, 0xd9, 0xf7}, whole...),
		append(whole[:len(whole):len(whole)], 0),
	)
	return documents
}

// scalarDocuments are documents of a Scalars, one field each.
func scalarDocuments() [][]byte {
	times := []any{
		"2024-02-29T12:00:00Z", text("2024-02-29T12:00:00Z"), "2024-02-29T12:00:00.123456Z", "2024-02-29T12:00:00.123456789Z",
		"2024-02-29T14:00:00+02:00", "2024-02-29T14:00:00.000001+02:00", tagged(0, text("2024-02-29T12:00:00Z")),
		tagged(0, text("2024-02-29T12:00:00.500000Z")), tagged(0, "2024-02-29T12:00:00Z"), tagged(1, 0), tagged(100, "2024-02-29T12:00:00Z"),
		tagged(22, "2024-02-29T12:00:00Z"), "", "x", 0, 1.5, true, nil, []any{}, written{0xf7},
		written(unhex("5f4a323032342d30322d32394a5431323a30303a30305aff")),
	}
	fields := map[string][]any{
		"time":      times,
		"maybeTime": times,
		"micro":     times,
		"quantity": {
			"1", "100m", "1.5Gi", "1e3", text("1Ki"), " 1 ", "0.1", "1500m", "", "x", 1, 1.5, true, nil, []any{}, tagged(22, "1"),
			tagged(100, "1"), tagged(0, text("1")), written{0xf7}, "1234567890123456789012345678901234567890",
		},
		"quantities": {pairs{"cpu", "1", "memory", "1Gi"}, pairs{"cpu", 1}, pairs{"a", "1", "a", "2"}, pairs{}},
		"port": {
			0, 1, -1, "http", text("25%"), "", 1 << 31, math.MinInt32, 1.5, true, nil, []any{}, tagged(22, "x"), tagged(100, 7), tagged(1, 7),
			tagged(0, text("x")),
		},
		"length": {"1h30m0s", text("5s"), "90s", "", "x", 0, nil, "1.5h", tagged(22, "5s"), tagged(0, text("5s"))},
		"fields": {
			pairs{}, pairs{"f:b", pairs{}, "f:a", pairs{".", pairs{}}, "k:{\"a\":\"<b>\"}", pairs{}}, pairs{text("f:x"), pairs{}},
			tagged(100, pairs{"f:b", pairs{}}), nil,
		},
		"raw": {
			pairs{"kind", "Example", "apiVersion", "v1", "spec", pairs{"z", 1, "a", []any{true, nil, "x", 1.5, -7, []byte{1, 2}}}},
			pairs{}, []any{1}, "text", 7, true, nil, written(append([]byte{0xd9, 0xd9, 0xf7}, encode(pairs{"b", 1, "a", 2})...)),
			pairs{"time", tagged(0, text("2024-02-29T12:00:00.500Z")), "epoch", tagged(1, 1)}, tagged(22, pairs{"a", "b"}), pairs{"a", 1, "a", 2},
			pairs{1, 2}, pairs{"big", uint64(math.MaxUint64)}, pairs{"a", written{0xf7}},
		},
		"raws": {[]any{pairs{"b", 1}, nil, pairs{"a", 2}}},
		"any": {
			pairs{"bb", 1, "a", pairs{"d", nil, "c", 1e300}}, []any{1, "x"}, "x", []byte{1}, 7, 1.5, true, false, nil, tagged(1, 0),
			tagged(0, text("2024-02-29T12:00:00Z")), pairs{"a", 1, "a", 2}, tagged(100, "x"), pairs{},
		},
	}
	var documents [][]byte
	for _, name := range []string{
		"time", "maybeTime", "micro", "quantity", "quantities", "port", "length", "fields", "raw", "raws", "any",
	} {
		for _, value := range fields[name] {
			documents = append(documents, encode(pairs{name, value}), tagged(22, pairs{name, value}))
		}
	}
	return documents
}
