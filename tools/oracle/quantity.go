package main

import (
	"math"
	"math/big"
	"math/rand"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

var pickedQuantities = []string{
	"", "0", "00", "-0", "+0", "0Ki", "0e5", "0m", "1", "+1", "-1", "01", "1.", ".1", ".", "-", "+", "-.", "m", ".m",
	"Ki", ".Ki", "Ti", "Pi", ".Pi", "Ei", "e-10", ".e-10", "0Pi", "000Pi", ".5Ki", ".0Ki", "-.5Ki", "0.0001Ki",
	"1.5", "1.50", "1.500", "1.5000", "1.234", "1.234k", "1.23456", "0.001", "0010", "00100", "001000", "1000",
	"10000", "100000", "1000000", "1500m", "1000m", "100m", "100u", "100n", "1000n", "1n", "0.1n", "0.0000000001",
	"-0.1n", "1.5n", "1u", "1k", "1K", "1M", "1G", "1T", "1P", "1E", "1e", "1Ki", "1ki", "1Mi", "1Gi", "1Ti", "1Pi",
	"1Ei", "1i", "1KiB", "1 Ki", " 1", "1 ", "1e3", "1E3", "1e+3", "1e03", "1e0", "1e-3", "1E-3", "1e-9", "1e-10",
	"1e-1", "1e1", "1e2", "12e2", "100e3", "1e18", "1e19", "1e30", "1e", "1e+", "1e-", "1ee3", "1e3.5", "1e3m",
	"1024", "1024Ki", "1023Ki", "1025Ki", "1536Ki", "1.5Ki", "1.5Mi", "1.5Gi", "1.25Ki", "0.5Ki", "0.1Ki", "1.1Ki",
	"8Ki", "+1Ki", "001Ki", "1.Ki", "-1Ki", "-8Ki", "7Ei", "8Ei", "9Ei", "10Ei", "-8Ei", "-10Ei", "8191Pi", "8192Pi",
	"8193Pi", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
	"9223372036854775807m", "922337203685477580", "9223372036854775807Ki", "999999999999999999",
	"1000000000000000000", "123456789012345678901234567890", "0.123456789", "0.1234567891", "-0.1234567891",
	"99999999999999999.99", "1000E", "1000000E", "12345E", "0x1", "1_000", "1,5", "１", "1µ", "--1", "+-1", "1-", "1+",
	"1-3", "1Mi5", "1m5", "1e5m", "inf", "NaN", "1\n", "12Gi34", "3.14159265358979323846", "64Mi", "250m", "500m",
	"16Gi", "110", "3920m", "7Gi", "59043720Ki", "1.0", "2.0Gi", "1.000Gi", "0.5", "0.25", "1e4294967296",
	"1e9223372036854775807", "1e9223372036854775808",
}

var suffixes = []string{
	"", "", "", "n", "u", "m", "m", "k", "M", "G", "T", "P", "E", "Ki", "Ki", "Mi", "Mi", "Gi", "Gi", "Ti", "Pi", "Ei",
}

var wrongSuffixes = []string{"i", "K", "ki", "mi", "e", "g", "Kim", "B", " ", "-", "+", ".", "Ee", "e+", "E-", "1Ki", "µ"}

// quantityText is mostly a quantity.
func quantityText(random *rand.Rand) string {
	out := pick(random, "", "", "", "", "+", "-", "-")
	out += text(random, "0", pick(random, 0, 0, 0, 3))
	digits := pick(random, "0123456789", "0123456789", "05", "0001")
	out += text(random, digits, pick(random, 2, 4, 4, 8, 15, 25))
	if random.Intn(3) == 0 {
		out += "." + text(random, digits, pick(random, 1, 3, 3, 6, 9, 14))
	}
	switch random.Intn(20) {
	case 0:
		return out + pick(random, wrongSuffixes...)
	case 1, 2, 3:
		return out + pick(random, "e", "e", "E") + pick(random, "", "", "+", "-", "0") + strconv.Itoa(random.Intn(30))
	default:
		return out + pick(random, suffixes...)
	}
}

func quantities(random *rand.Rand) []row {
	inputs := append([]string{}, pickedQuantities...)
	for range 3500 {
		inputs = append(inputs, quantityText(random))
	}
	var rows []row
	for _, input := range inputs {
		quantity, err := resource.ParseQuantity(input)
		if err != nil {
			rows = append(rows, row{input, err.Error()})
			continue
		}
		float, _ := strconv.ParseFloat(decimal(quantity), 64)
		var whole any
		if value := exact(quantity); value.IsInt() && value.Num().IsInt64() {
			whole = value.Num().Int64()
		}
		rows = append(rows, row{
			input, nil, canonical(quantity), string(quantity.Format), whole,
			scaled(quantity, 0), scaled(quantity, resource.Milli), scaled(quantity, resource.Nano),
			scaled(quantity, resource.Kilo), strconv.FormatUint(math.Float64bits(float), 16),
		})
	}
	return rows
}

// quantityExponents are those on which arithmetic would take Go forever: parsed and printed only.
func quantityExponents(random *rand.Rand) []row {
	var rows []row
	for range 600 {
		exponent := pick(random, math.MaxInt32, 1<<32, 1<<33, -(1<<32), 1000000) + random.Intn(40) - 20
		if int32(exponent) < 0 || int32(exponent) > math.MaxInt32-20 {
			continue
		}
		input := pick(random, "", "-", "+") + strconv.Itoa(1+random.Intn(100000)) + pick(random, "e", "E") + strconv.Itoa(exponent)
		quantity, err := resource.ParseQuantity(input)
		if err != nil {
			panic(err)
		}
		rows = append(rows, row{input, quantity.String()})
	}
	return rows
}

func quantityArithmetic(random *rand.Rand) []row {
	quantity := func() (string, resource.Quantity) {
		for {
			input := quantityText(random)
			if quantity, err := resource.ParseQuantity(input); err == nil {
				return input, quantity
			}
		}
	}
	var rows []row
	for range 2000 {
		a, first := quantity()
		b, second := quantity()
		if random.Intn(20) == 0 {
			b, second = a, first
		}
		sum, difference, negative := first.DeepCopy(), first.DeepCopy(), first.DeepCopy()
		sum.Add(second.DeepCopy())
		difference.Sub(second.DeepCopy())
		negative.Neg()
		factor := int64(pick(random, 0, 1, -1, 2, 3, 7, 10, 1000, 1024, 1<<40, random.Int()))
		product := first.DeepCopy()
		product.Mul(factor)
		scale := resource.Scale(random.Intn(24) - 10)
		rounded := first.DeepCopy()
		rounded.RoundUp(scale)
		left, right := first.DeepCopy(), second.DeepCopy()
		rows = append(rows, row{
			a, b, left.Cmp(right), canonical(sum), canonical(difference), canonical(negative),
			factor, canonical(product), int(scale), canonical(rounded),
		})
	}
	return rows
}

// canonical is the text that Go writes, or nil where that text is another amount: Go has no suffix beyond exa.
func canonical(quantity resource.Quantity) any {
	out := quantity.DeepCopy()
	written := out.String()
	if amount(written).Cmp(exact(quantity)) != 0 {
		return nil
	}
	return written
}

// amount is what a text says, without the bounds that Go has for the binary format.
func amount(written string) *big.Rat {
	digits := strings.TrimRight(written, "KMGTPEi")
	unit := resource.MustParse("1" + written[len(digits):])
	if digits == written {
		quantity := resource.MustParse(written)
		return exact(quantity)
	}
	number, ok := new(big.Rat).SetString(digits)
	if !ok {
		panic(written)
	}
	return number.Mul(number, exact(unit))
}

// decimal is the number without a suffix.
func decimal(quantity resource.Quantity) string {
	quantity = quantity.DeepCopy()
	return quantity.AsDec().String()
}

func exact(quantity resource.Quantity) *big.Rat {
	value, ok := new(big.Rat).SetString(decimal(quantity))
	if !ok {
		panic(decimal(quantity))
	}
	return value
}

// scaled is what ScaledValue says where that is what it is documented to say. Where it overflows, or rounds a
// negative number in the direction that its representation happens to bring, it is the documented number, kept
// within 64 bits.
func scaled(quantity resource.Quantity, scale resource.Scale) int64 {
	value := exact(quantity)
	unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(scale, -scale))), nil))
	if scale < 0 {
		unit.Inv(unit)
	}
	value.Quo(value, unit)
	documented, rest := new(big.Int).QuoRem(value.Num(), value.Denom(), new(big.Int))
	documented.Add(documented, big.NewInt(int64(rest.Sign())))
	if !documented.IsInt64() {
		if documented.Sign() < 0 {
			return math.MinInt64
		}
		return math.MaxInt64
	}
	quantity = quantity.DeepCopy()
	if answer := quantity.ScaledValue(scale); answer != documented.Int64() && quantity.Sign() > 0 {
		panic(quantity.String() + " has another value than documented")
	}
	return documented.Int64()
}
