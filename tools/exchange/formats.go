package main

import (
	"bytes"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// A format is one of the API's encodings; its value is its number in frames.
type format byte

const (
	formatJSON format = iota
	formatProtobuf
	formatCBOR
	formatCount
)

func (f format) String() string {
	return [formatCount]string{"json", "protobuf", "cbor"}[f]
}

// extension is that of files in this format.
func (f format) extension() string {
	return [formatCount]string{"json", "pb", "cbor"}[f]
}

// serializers are apimachinery's own, as the API server uses them.
type serializers struct {
	scheme *runtime.Scheme
	of     [formatCount]runtime.Serializer
}

func newSerializers(scheme *runtime.Scheme) *serializers {
	return &serializers{scheme, [formatCount]runtime.Serializer{
		formatJSON:     json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{}),
		formatProtobuf: protobuf.NewSerializer(scheme, scheme),
		formatCBOR:     cbor.NewSerializer(scheme, scheme),
	}}
}

// encode returns a document without the line end that Go's JSON has.
func (s *serializers) encode(f format, object runtime.Object) ([]byte, error) {
	var document bytes.Buffer
	if err := s.of[f].Encode(object, &document); err != nil {
		return nil, err
	}
	if f == formatJSON {
		return bytes.TrimSuffix(document.Bytes(), []byte("\n")), nil
	}
	return document.Bytes(), nil
}

// decode reads a document into a new object of that kind.
func (s *serializers) decode(f format, k kind, document []byte) (runtime.Object, error) {
	into, err := s.scheme.New(k.GroupVersionKind)
	if err != nil {
		return nil, err
	}
	object, found, err := s.of[f].Decode(document, &k.GroupVersionKind, into)
	if err != nil {
		return nil, err
	}
	if *found != k.GroupVersionKind {
		return nil, fmt.Errorf("the document says that it is of %s", found)
	}
	return object, nil
}

// encodable says which formats Go writes a kind in: the types that protobuf leaves out (Table) have no other.
func (s *serializers) encodable(k kind) ([]format, error) {
	object, err := s.scheme.New(k.GroupVersionKind)
	if err != nil {
		return nil, err
	}
	var formats []format
	for f := range formatCount {
		_, err := s.encode(f, object)
		switch {
		case err == nil:
			formats = append(formats, f)
		case !protobuf.IsNotMarshalable(err):
			return nil, fmt.Errorf("encode an empty %s in %s: %w", k, f, err)
		}
	}
	return formats, nil
}
