package main

import (
	"math"
	"math/rand"
	"strconv"

	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/resourceversion"
)

var pickedTexts = []string{
	"", "0", "1", "-1", "+1", "01", "80", "http", "2147483647", "2147483648", "-2147483648", "-2147483649", "1.5", " 1",
	"%", "0%", "1%", "25%", "33%", "50%", "100%", "101%", "-25%", "+25%", "025%", "25 %", " 25%", "25%%", "%25", "25.5%",
	"1e2%", "x%", "9223372036854775807%", "9223372036854775808%", "２５%", "2_5%", "0x19%", "-0%", "-%", "+%",
}

func intOrStrings(random *rand.Rand) []row {
	inputs := append([]string{}, pickedTexts...)
	for range 60 {
		inputs = append(inputs, strconv.Itoa(random.Intn(300)-50)+pick(random, "%", "%", "%", ""))
	}
	var rows []row
	for _, input := range inputs {
		for _, value := range []intstr.IntOrString{intstr.FromString(input), intstr.Parse(input)} {
			for _, total := range []int{0, 3, 100, 12345, math.MaxInt32, -7} {
				up, err := intstr.GetScaledValueFromIntOrPercent(&value, total, true)
				down, _ := intstr.GetScaledValueFromIntOrPercent(&value, total, false)
				// A float beyond 64 bits becomes whatever the machine makes of it.
				if math.Abs(float64(value.IntValue())*float64(total)) > 1e15 || len(input) > 18 {
					break
				}
				said := row{input, value.Type == intstr.Int, value.IntValue(), total}
				if err != nil {
					rows = append(rows, append(said, err.Error()))
				} else {
					rows = append(rows, append(said, nil, up, down))
				}
			}
		}
	}
	return rows
}

func resourceVersions(random *rand.Rand) []row {
	picked := []string{
		"", "0", "1", "01", "-1", "+1", "1.0", "x", "9", "10", "100", "99", " 1", "1 ", "１", "18446744073709551615",
		"18446744073709551616", "340282366920938463463374607431768211456", "340282366920938463463374607431768211455",
	}
	for range 12 {
		picked = append(picked, strconv.Itoa(random.Intn(2000)))
	}
	var rows []row
	for _, a := range picked {
		for _, b := range picked {
			order, err := resourceversion.CompareResourceVersion(a, b)
			if err != nil {
				rows = append(rows, row{a, b, err.Error()})
			} else {
				rows = append(rows, row{a, b, nil, order})
			}
		}
	}
	return rows
}
