package main

import (
	"bytes"
	"encoding/hex"
	"math/rand"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/runtime/serializer/streaming"
	"k8s.io/apimachinery/pkg/types"
)

// A wireFormat is what servers use to write answers, and to write watches.
type wireFormat struct {
	name     string
	encoder  runtime.Encoder
	streamed runtime.Encoder
	framer   runtime.Framer
}

func wireFormats() []wireFormat {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		panic(err)
	}
	text := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{StreamingCollectionsEncoding: true})
	proto := protobuf.NewSerializerWithOptions(scheme, scheme, protobuf.SerializerOptions{StreamingCollectionsEncoding: true})
	binary := cbor.NewSerializer(scheme, scheme)
	return []wireFormat{
		{"JSON", text, text, json.Framer},
		{"protobuf", proto, protobuf.NewRawSerializer(scheme, scheme), protobuf.LengthDelimitedFramer},
		{"CBOR", binary, cbor.NewSerializer(scheme, scheme, cbor.Transcode(false)), cbor.NewFramer()},
	}
}

// partial is the metadata of some object.
func partial(random *rand.Rand) metav1.PartialObjectMetadata {
	object := metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{Kind: "PartialObjectMetadata", APIVersion: "meta.k8s.io/v1"}}
	word := func() string {
		return pick(random, "", "a", "web-0", "é{}[]\"\\\n<&>", "\u2028", strings.Repeat("long ", 27))
	}
	object.Name, object.Namespace, object.UID, object.ResourceVersion = "object-"+word(), word(), types.UID(word()), pick(random, "", "7", "48239172")
	object.Generation = int64(random.Intn(300))
	for range random.Intn(4) {
		metav1.SetMetaDataLabel(&object.ObjectMeta, pick(random, "app", "tier", word()), word())
		metav1.SetMetaDataAnnotation(&object.ObjectMeta, pick(random, "note", word()), word())
	}
	if random.Intn(3) == 0 {
		object.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: word(), FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:spec":{"f:replicas":{}}}`)}}}
	}
	return object
}

// described is what tests compare of metadata: the name, the namespace, the uid, the resource version, the generation,
// the labels, the annotations.
func described(object metav1.ObjectMeta) row {
	return row{object.Name, object.Namespace, string(object.UID), object.ResourceVersion, object.Generation, texts(object.Labels), texts(object.Annotations)}
}

// lists asks for lists as servers write them: a format, the bytes, the resource version, where to continue, how many
// items remain, and the items.
func lists(random *rand.Rand) []row {
	var rows []row
	for range 12 {
		list := metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{Kind: "PartialObjectMetadataList", APIVersion: "meta.k8s.io/v1"}}
		list.ResourceVersion, list.Continue = pick(random, "", "7"), pick(random, "", "more}]")
		if random.Intn(2) == 0 {
			remaining := random.Int63n(1000)
			list.RemainingItemCount = &remaining
		}
		items := row{}
		list.Items = []metav1.PartialObjectMetadata{}
		for range random.Intn(7) {
			list.Items = append(list.Items, partial(random))
			items = append(items, described(list.Items[len(list.Items)-1].ObjectMeta))
		}
		for _, format := range wireFormats() {
			var written bytes.Buffer
			if err := format.encoder.Encode(&list, &written); err != nil {
				panic(err)
			}
			rows = append(rows, row{format.name, hex.EncodeToString(written.Bytes()), list.ResourceVersion, list.Continue, list.RemainingItemCount, items})
		}
	}
	return rows
}

// watches asks for watches as servers write them: a format, the bytes, and the events, each a type and what is compared
// of its object.
func watches(random *rand.Rand) []row {
	var rows []row
	for range 12 {
		type event struct {
			name   string
			object runtime.Object
		}
		var events []event
		expected := row{}
		for range random.Intn(6) {
			object := partial(random)
			name := pick(random, "ADDED", "MODIFIED", "DELETED")
			events = append(events, event{name, &object})
			expected = append(expected, row{name, described(object.ObjectMeta)})
		}
		if random.Intn(2) == 0 {
			bookmark := partial(random)
			bookmark.ObjectMeta = metav1.ObjectMeta{ResourceVersion: "12"}
			end := random.Intn(2) == 0
			if end {
				bookmark.Annotations = map[string]string{metav1.InitialEventsAnnotationKey: "true"}
			}
			events = append(events, event{"BOOKMARK", &bookmark})
			expected = append(expected, row{"BOOKMARK", row{"12", end}})
		}
		if random.Intn(3) == 0 {
			status := &metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Reason: metav1.StatusReasonExpired, Message: "too old resource version: 1 (9)", Code: 410}
			events = append(events, event{"ERROR", status})
			expected = append(expected, row{"ERROR", row{410, "Expired", "too old resource version: 1 (9)"}})
		}
		for _, format := range wireFormats() {
			var stream bytes.Buffer
			frames := streaming.NewEncoder(format.framer.NewFrameWriter(&stream), format.streamed)
			for _, event := range events {
				var object bytes.Buffer
				if err := format.encoder.Encode(event.object, &object); err != nil {
					panic(err)
				}
				// As the server does: the object is encoded by itself.
				if err := frames.Encode(&metav1.WatchEvent{Type: event.name, Object: runtime.RawExtension{Raw: object.Bytes()}}); err != nil {
					panic(err)
				}
			}
			rows = append(rows, row{format.name, hex.EncodeToString(stream.Bytes()), expected})
		}
	}
	return rows
}
