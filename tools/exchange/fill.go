package main

import (
	"fmt"
	"hash/fnv"
	"math/rand"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsfuzzer "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/fuzzer"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/randfill"
)

// A filler fills objects at random. An object depends on its kind, the seed and its index alone, so that one can
// be had again without those before it.
//
// Objects with an even index are what Kubernetes' own round-trip tests are run on. These leave most lists empty and
// have few odd values, so objects with an odd index are fuller, and filled by the functions in odd.go too.
type filler struct {
	scheme *runtime.Scheme
	seed   uint64
	// generic is what the tests of k8s.io/api and k8s.io/metrics fill every external type with.
	generic [2]*randfill.Filler
	// definitions is what the tests of apiextensions fill its internal types with. Its external ones are
	// converted from them: a schema contains itself so often that filling it blindly would not end.
	definitions [2]*randfill.Filler
}

func newFiller(scheme *runtime.Scheme, seed uint64) *filler {
	codecs := serializer.NewCodecFactory(scheme)
	fillerOf := func(funcs ...fuzzer.FuzzerFuncs) *randfill.Filler {
		return fuzzer.FuzzerFor(fuzzer.MergeFuzzerFuncs(funcs...), nil, codecs)
	}
	return &filler{
		scheme: scheme,
		seed:   seed,
		generic: [2]*randfill.Filler{
			fillerOf(metafuzzer.Funcs),
			fillerOf(metafuzzer.Funcs, oddFuncs).NilChance(.3).NumElements(0, 3),
		},
		definitions: [2]*randfill.Filler{
			fillerOf(metafuzzer.Funcs, apiextensionsfuzzer.Funcs),
			fillerOf(metafuzzer.Funcs, apiextensionsfuzzer.Funcs, oddFuncs),
		},
	}
}

// fill returns the object of that kind with that index.
func (f *filler) fill(k kind, index int) (runtime.Object, error) {
	object, err := f.scheme.New(k.GroupVersionKind)
	if err != nil {
		return nil, err
	}
	source := newSource(f.seed, k, index)
	generic, definitions := f.generic[index%2].RandSource(source), f.definitions[index%2].RandSource(source)
	switch object.(type) {
	case *apiextensionsv1.CustomResourceDefinition:
		err = f.convert(definitions, &apiextensions.CustomResourceDefinition{}, object)
	case *apiextensionsv1.CustomResourceDefinitionList:
		err = f.convert(definitions, &apiextensions.CustomResourceDefinitionList{}, object)
	default:
		generic.Fill(object)
	}
	object.GetObjectKind().SetGroupVersionKind(k.GroupVersionKind)
	return object, err
}

// convert fills an internal object and converts it.
func (f *filler) convert(with *randfill.Filler, internal, external runtime.Object) error {
	with.Fill(internal)
	if err := f.scheme.Convert(internal, external, nil); err != nil {
		return fmt.Errorf("convert %T to %T: %w", internal, external, err)
	}
	return nil
}

// splitMix is Steele, Lea and Flood's generator: good enough here, and free to seed, unlike math/rand's own.
type splitMix uint64

func newSource(seed uint64, k kind, index int) rand.Source {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d %s %d", seed, k, index)
	source := splitMix(hash.Sum64())
	return &source
}

func (s *splitMix) Uint64() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (s *splitMix) Int63() int64 {
	return int64(s.Uint64() >> 1)
}

func (s *splitMix) Seed(seed int64) {
	*s = splitMix(seed)
}
