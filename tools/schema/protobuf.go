package main

import (
	"fmt"
	"reflect"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// checkProtobuf compares every struct's numbers and wire kinds with the bytes that its marshaller writes.
//
// Upstream's struct tags are written by hand, and a few name a wire kind that is not the one on the wire
// (ListMeta.remainingItemCount says bytes and is a varint). The wire decides: such a kind is corrected. A
// field that is tagged and not written, or written and not tagged, is an error.
func checkProtobuf(set *typeSet) error {
	for goType, facts := range set.facts {
		if !facts.Struct || !slices.ContainsFunc(facts.Fields, func(f *fieldFacts) bool { return f.PB != nil }) {
			continue
		}
		value := reflect.New(goType)
		marshaller, ok := value.Interface().(interface{ Marshal() ([]byte, error) })
		if !ok {
			return fmt.Errorf("%s has protobuf tags and no marshaller", goType)
		}
		fill(value.Elem())
		data, err := marshaller.Marshal()
		if err != nil {
			return fmt.Errorf("marshal %s: %w", goType, err)
		}
		written, err := wireKinds(data)
		if err != nil {
			return fmt.Errorf("read what %s wrote: %w", goType, err)
		}
		for _, field := range facts.Fields {
			if field.PB == nil {
				continue
			}
			number := field.PB[0].(int)
			kind, ok := written[number]
			if !ok {
				return fmt.Errorf("%s.%s is tagged with number %d, which the marshaller does not write", goType, field.Go, number)
			}
			field.PB[1] = kind
			delete(written, number)
		}
		if len(written) > 0 {
			return fmt.Errorf("%s writes protobuf fields that no tag names: %v", goType, written)
		}
	}
	return nil
}

// fill makes each field of a struct one that a marshaller writes: set, and not zero.
// Structs behind pointers and in lists stay empty, since only the outer message is read.
func fill(value reflect.Value) {
	for i := range value.NumField() {
		if field := value.Field(i); field.CanSet() {
			fillField(field)
		}
	}
}

func fillField(value reflect.Value) {
	switch value.Kind() {
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		value.SetInt(1)
	case reflect.Uint8:
		value.SetUint(1)
	case reflect.Float64:
		value.SetFloat(1)
	case reflect.String:
		value.SetString("x")
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
	case reflect.Map:
		value.Set(reflect.MakeMap(value.Type()))
		value.SetMapIndex(reflect.Zero(value.Type().Key()), reflect.Zero(value.Type().Elem()))
	}
}

// wireKinds reads the wire kind of every field in a message.
func wireKinds(message []byte) (map[int]string, error) {
	kinds := map[int]string{}
	for len(message) > 0 {
		number, wire, size := protowire.ConsumeField(message)
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		name, ok := map[protowire.Type]string{
			protowire.VarintType: "varint", protowire.BytesType: "bytes", protowire.Fixed64Type: "fixed64",
		}[wire]
		if !ok {
			return nil, fmt.Errorf("field %d has wire type %d, which the facts have no name for", number, wire)
		}
		kinds[int(number)] = name
		message = message[size:]
	}
	return kinds, nil
}
