package main

import (
	"reflect"
	"strings"
)

// A normalizer gives objects the form that pintle's types hold. In Go a slice or a map is nil, empty or filled;
// in Rust it is empty or filled, and what an empty one is written as depends on where it stands:
//
//   - in a field that is left out when empty, it is left out: nil in Go;
//   - in any other field, a list is written as [] and so is an empty slice in Go, but a map and binary data are
//     written as null and so are nil in Go;
//   - within a list or a map, it is empty.
//
// Nothing else is changed, and nothing that Kubernetes' semantic equality can see.
type normalizer map[reflect.Type]*plan

// A plan normalizes values of one type.
type plan struct {
	apply func(reflect.Value) // nil if there is nothing to do
	made  bool
}

func (p *plan) run(value reflect.Value) {
	if p.apply != nil {
		p.apply(value)
	}
}

// idle holds for a plan that is known to have nothing to do; one that is still being made may contain itself.
func (p *plan) idle() bool {
	return p.made && p.apply == nil
}

// newNormalizer returns one for these types, which goroutines may share.
func newNormalizer(kinds []kind) normalizer {
	n := normalizer{}
	for _, k := range kinds {
		n.planFor(k.goType)
	}
	return n
}

// normalize changes the object that a pointer points to, which must be of a type that the normalizer was made for.
func (n normalizer) normalize(object any) {
	value := reflect.ValueOf(object).Elem()
	n[value.Type()].run(value)
}

func (n normalizer) planFor(t reflect.Type) *plan {
	if known, ok := n[t]; ok {
		return known
	}
	p := &plan{}
	n[t] = p
	switch t.Kind() {
	case reflect.Struct:
		p.apply = n.structPlan(t)
	case reflect.Pointer:
		if element := n.planFor(t.Elem()); !element.idle() {
			p.apply = func(value reflect.Value) {
				if !value.IsNil() {
					element.run(value.Elem())
				}
			}
		}
	case reflect.Slice:
		if element := n.elementPlan(t.Elem()); !element.idle() {
			p.apply = func(value reflect.Value) {
				for i := range value.Len() {
					element.run(value.Index(i))
				}
			}
		}
	case reflect.Map:
		if element := n.elementPlan(t.Elem()); !element.idle() {
			p.apply = func(value reflect.Value) {
				for entries := value.MapRange(); entries.Next(); {
					// What is in a map cannot be changed in its place.
					changed := reflect.New(t.Elem()).Elem()
					changed.Set(entries.Value())
					element.run(changed)
					value.SetMapIndex(entries.Key(), changed)
				}
			}
		}
	}
	p.made = true
	return p
}

func (n normalizer) structPlan(t reflect.Type) func(reflect.Value) {
	type step struct {
		field int
		plan  *plan
	}
	var steps []step
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		var p *plan
		if tag, ok := field.Tag.Lookup("json"); ok {
			p = n.fieldPlan(field.Type, strings.Contains(tag, ",omit"))
		} else {
			// Without a tag it is of a type that marshals itself, and written as that type pleases.
			p = n.planFor(field.Type)
		}
		if !p.idle() {
			steps = append(steps, step{i, p})
		}
	}
	if steps == nil {
		return nil
	}
	return func(value reflect.Value) {
		for _, step := range steps {
			step.plan.run(value.Field(step.field))
		}
	}
}

func (n normalizer) fieldPlan(t reflect.Type, omitted bool) *plan {
	isList := t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8
	if isList && !omitted {
		return emptyAs(reflect.MakeSlice(t, 0, 0), n.planFor(t))
	}
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		return emptyAs(reflect.Zero(t), n.planFor(t))
	}
	return n.planFor(t)
}

func (n normalizer) elementPlan(t reflect.Type) *plan {
	switch t.Kind() {
	case reflect.Slice:
		return emptyAs(reflect.MakeSlice(t, 0, 0), n.planFor(t))
	case reflect.Map:
		return emptyAs(reflect.MakeMap(t), n.planFor(t))
	}
	return n.planFor(t)
}

// emptyAs replaces an empty slice or map, and lets a plan change any other.
func emptyAs(empty reflect.Value, filled *plan) *plan {
	return &plan{made: true, apply: func(value reflect.Value) {
		if value.Len() == 0 {
			value.Set(empty)
		} else {
			filled.run(value)
		}
	}}
}
