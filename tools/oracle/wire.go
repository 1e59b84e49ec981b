package main

import (
	"encoding/hex"
	"encoding/json"
	"math/rand"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	cbor "k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A message is a value that protobuf carries.
type message interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// kinds are the values with a form of their own, by the names of their types here.
var kinds = []struct {
	name string
	new  func() message
}{
	{"Quantity", func() message { return new(resource.Quantity) }},
	{"Duration", func() message { return new(metav1.Duration) }},
	{"Time", func() message { return new(metav1.Time) }},
	{"MicroTime", func() message { return new(metav1.MicroTime) }},
	{"IntOrString", func() message { return new(intstr.IntOrString) }},
	{"FieldsV1", func() message { return new(metav1.FieldsV1) }},
	{"RawExtension", func() message { return new(runtime.RawExtension) }},
}

// wire is each value, read from JSON, in every format.
func wire(random *rand.Rand) []row {
	inputs := map[string][]string{
		"Quantity":     {`"0"`, `"1.5Gi"`, `"1.500"`, `"+1"`, `1`, `1.5`, `"500m"`, `" 1 "`, `"123456789012345678901234567890"`},
		"Duration":     {`"0"`, `"1h2m3.5s"`, `"-1ns"`, `"1us"`, `"-2562047h47m16.854775808s"`},
		"Time":         {`"2024-02-29T12:00:00Z"`, `"0001-01-01T00:00:00Z"`, `"1970-01-01T00:00:00Z"`, `"1969-12-31T23:59:59Z"`, `"2024-02-29T12:00:00.9Z"`, `"9999-12-31T23:59:59Z"`, `"0000-01-01T00:00:00Z"`},
		"MicroTime":    {`"2024-02-29T12:00:00.000000Z"`, `"2024-02-29T12:00:00.123456Z"`, `"0001-01-01T00:00:00.000000Z"`, `"0001-01-01T00:00:00.000001Z"`, `"1969-12-31T23:59:59.999999Z"`},
		"IntOrString":  {`0`, `1`, `-1`, `2147483647`, `-2147483648`, `""`, `"80"`, `"http"`, `"25%"`, `"é"`},
		"FieldsV1":     {`{}`, `{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}`, ` { "f:a" : {} }`, `{"f:b":{},"f:a":{}}`, `{"k:{\"a\":\"<b>\"}":{"v:1.50":{}}}`, `null`},
		"RawExtension": {`{}`, `{"kind":"Pod","apiVersion":"v1"}`, `[1,2.5,"x",null,true]`, `"text"`, `1`, `1e3`, `1.50`, `-0.0`, `true`, `{"b":1,"a":{"d":9007199254740993,"c":1e400}}`, ` {"a" : "<é>"} `, `null`},
	}
	for range 200 {
		inputs["Quantity"] = append(inputs["Quantity"], `"`+strings.TrimSpace(quantityText(random))+`"`)
		inputs["Time"] = append(inputs["Time"], spelled(time.Unix(random.Int63n(253402300800+62135596800)-62135596800, 0).UTC()))
		inputs["MicroTime"] = append(inputs["MicroTime"], spelled(metav1.NewMicroTime(time.Unix(random.Int63n(4102444800), random.Int63n(1e9)).UTC())))
		inputs["Duration"] = append(inputs["Duration"], spelled(metav1.Duration{Duration: time.Duration(random.Uint64() >> random.Intn(64))}))
		inputs["IntOrString"] = append(inputs["IntOrString"], spelled(int32(random.Uint32())>>random.Intn(32)))
	}
	var rows []row
	for _, kind := range kinds {
		for _, input := range inputs[kind.name] {
			value := kind.new()
			if err := json.Unmarshal([]byte(input), value); err != nil {
				continue
			}
			packed, err := value.Marshal()
			if err != nil {
				panic(err)
			}
			said := row{kind.name, input, output(json.Marshal(value)), hex.EncodeToString(packed)}
			binary, err := cbor.Marshal(value)
			if err != nil {
				rows = append(rows, append(said, nil))
				continue
			}
			back := kind.new()
			if err := cbor.Unmarshal(binary, back); err != nil {
				panic(err)
			}
			rows = append(rows, append(said, hex.EncodeToString(binary), output(json.Marshal(back))))
		}
	}
	return rows
}

// output is what was encoded, or nil if it could not be.
func output(encoded []byte, err error) any {
	if err != nil {
		return nil
	}
	return string(encoded)
}

// wireDecode is what Go makes of payloads, good and bad ones, in protobuf and in CBOR.
func wireDecode(random *rand.Rand) []row {
	text := func(field byte, content string) string {
		return string([]byte{field<<3 | 2, byte(len(content))}) + content
	}
	payloads := []string{
		"", "\x08\x00", "\x08\x01", "\x08\x05\x10\x07", "\x08\x80\x92\xb8\xc3\x98\xfe\xff\xff\xff\x01", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x10\xff\x93\xeb\xdc\x03",
		"\x08\x80\x96\xbd\xa6\x06\x10\x95\x9a\xef\x3a", "\x10\x05", "\x10\xe8\x07", "\x08\x01\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x08\x01\x1a\x01x", "\x08\x00\x10\x05\x1a\x00",
		"\x08\x01\x10\x00\x1a\x04http", "\x1a\x01x", "\x08\x02", "\x08", "\x0a", "\x0a\x05a", "\x0a\x00", "\xff", "\x00", "\x07", "\x0c", "\x0b\x0c", "\x09\x01\x02\x03\x04\x05\x06\x07\x08",
		"\x0d\x01\x02\x03\x04", "\x18\x01", "\x20\x01", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		text(1, "1.5Gi"), text(1, "1.500"), text(1, " 1"), text(1, "x"), text(1, "\xff"), text(1, "1") + text(1, "2"), text(1, "1") + "\x10\x01", text(2, "1"), text(1, "{}"),
		text(1, ` {"a":1}`), text(1, "null"), text(1, "{"), text(1, "\xa1\x41a\x01"), text(1, "\xd9\xd9\xf7\xa1\x41a\x01"), text(1, "k8s\x00\x0a"), text(1, "[1]"), text(3, "\xff"),
	}
	var rows []row
	for _, kind := range kinds {
		for _, payload := range payloads {
			value := kind.new()
			said := row{kind.name, "protobuf", hex.EncodeToString([]byte(payload))}
			if err := value.Unmarshal([]byte(payload)); err != nil {
				rows = append(rows, append(said, nil))
				continue
			}
			// Go keeps what does not count beside what does.
			if either, ok := value.(*intstr.IntOrString); ok && either.Type == intstr.Int {
				either.StrVal = ""
			} else if ok {
				either.IntVal = 0
			}
			packed, err := value.Marshal()
			if err != nil {
				panic(err)
			}
			rows = append(rows, append(said, hex.EncodeToString(packed), output(json.Marshal(value))))
		}
	}
	items := []any{
		nil, true, 0, 1, -1, int64(1) << 40, -(int64(1) << 40), 1.5, "", "1", "1.5Gi", " 1\n", "x", "1h2m", "2024-02-29T12:00:00Z",
		"2024-02-29T12:00:00.123456Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z", "25%", []any{}, []any{1, "a"}, map[string]any{}, map[string]any{"f:a": map[string]any{}, "b": []any{1.5}},
	}
	var binaries []string
	for _, item := range items {
		binary, err := cbor.Marshal(item)
		if err != nil {
			panic(err)
		}
		binaries = append(binaries, string(binary))
	}
	binaries = append(binaries,
		"\x611", "\x64500m", "\xd9\xd9\xf7\x411", "\xd9\xd9\xf7\xa0", "\x1a\x7f\xff\xff\xff", "\x1a\x80\x00\x00\x00", "\x3a\x7f\xff\xff\xff", "\x3a\x80\x00\x00\x00", "\xc0\x742024-02-29T12:00:00Z",
		"\xf7", "\xf9\x3c\x00", "\xfa\x40\x00\x00\x00", "\x5f\x411\x412\xff", "\x7f\x611\x612\xff", "\xbf\x41a\x01\xff", "\x9f\x01\xff", "\xd6\x43abc", "\xa1\x61a\xf7", "\x18\x05", "\x19\x00\x05",
	)
	for _, kind := range kinds {
		for _, binary := range binaries {
			value := kind.new()
			said := row{kind.name, "cbor", hex.EncodeToString([]byte(binary))}
			if err := cbor.Unmarshal([]byte(binary), value); err != nil {
				rows = append(rows, append(said, nil))
				continue
			}
			back, err := cbor.Marshal(value)
			var again any
			if err == nil {
				again = hex.EncodeToString(back)
			}
			rows = append(rows, append(said, again, output(json.Marshal(value))))
		}
	}
	return rows
}
