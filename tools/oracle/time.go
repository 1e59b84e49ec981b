package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var pickedTimes = []string{
	"", "2024-02-29T12:00:00Z", "2023-02-29T12:00:00Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z",
	"0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "1970-01-01T00:00:00Z",
	"1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z",
	"-001-01-01T00:00:00Z", "2024-02-29t12:00:00Z", "2024-02-29T12:00:00z", "2024-02-29 12:00:00Z",
	"2024-02-29T12:00:00", "2024-02-29T12:00Z", "2024-02-29", "2024-2-29T12:00:00Z", "2024-02-9T12:00:00Z",
	"2024-02-29T1:00:00Z", "2024-02-29T1:0:00Z", "2024-02-29T24:00:00Z", "2024-02-29T23:60:00Z",
	"2024-02-29T23:59:60Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z",
	"2024-01-32T00:00:00Z", "2024-04-31T00:00:00Z", "2024-02-29T12:00:00.Z", "2024-02-29T12:00:00.5Z",
	"2024-02-29T12:00:00,5Z", "2024-02-29T12:00:00.123456Z", "2024-02-29T12:00:00,123456Z",
	"2024-02-29T12:00:00.12345Z", "2024-02-29T12:00:00.1234567Z", "2024-02-29T12:00:00.123456789Z",
	"2024-02-29T12:00:00.1234567891234Z", "2024-02-29T12:00:00.000000Z", "2024-02-29T12:00:00.000001Z",
	"2024-02-29T12:00:00.999999Z", "2024-02-29T12:00:00.+12345Z", "2024-02-29T12:00:00.-12345Z",
	"2024-02-29T12:00:00.-00000Z", "2024-02-29T12:00:00. 12345Z", "2024-02-29T12:00:00+00:00",
	"2024-02-29T12:00:00-00:00", "2024-02-29T12:00:00+01:30", "2024-02-29T12:00:00-08:00",
	"2024-02-29T12:00:00+24:00", "2024-02-29T12:00:00+25:00", "2024-02-29T12:00:00+00:60",
	"2024-02-29T12:00:00+00:61", "2024-02-29T12:00:00+0100", "2024-02-29T12:00:00+01", "2024-02-29T12:00:00+1:00",
	"2024-02-29T12:00:00 01:00", "2024-02-29T12:00:00+01:00x", "2024-02-29T12:00:00Zx", "2024-02-29T12:00:00ZZ",
	"2024-02-29T12:00:00+ab:cd", "2024-02-29T12:00:00*01:00", "2024-02-29T12:00:00.5+01:00",
	"2024-02-29T12:00:00.123456+01:00", "2024-02-29T5:00:00.123456Z", "2024-02-29T25:00:00.123456Z", " 2024-02-29T12:00:00Z",
	"2024-02-29T12:00:00Z ", "٢024-02-29T12:00:00Z", "yesterday", "null", "0001-01-01T00:00:00.000000Z",
	"0001-01-01T01:00:00+01:00", "0000-12-31T23:00:00-01:00", "9999-12-31T23:59:59-01:00", "2024-02-29T12:00:00é",
	"2024-02-29T12:00:00.é12345Z", "2024é02-29T12:00:00Z", "2024-02-29T9:00:00.123456Z", "2024-02-29T12:00:00Z07:00",
	"2024-02-29T12:00:00.1234é6Z", "2024-02-29T12:00:00+0é:00", "2024-02-29T12:00:00+01é00",
}

func times(random *rand.Rand) []row {
	inputs := append([]string{}, pickedTimes...)
	number := func(most, digits int) string {
		return fmt.Sprintf("%0*d", digits, random.Intn(most+1+most/20))
	}
	for range 1200 {
		out := number(9999, 4) + "-" + number(12, 2) + "-" + number(30, 2) + "T" +
			number(23, pick(random, 2, 2, 2, 1)) + ":" + number(59, 2) + ":" + number(59, 2)
		switch random.Intn(4) {
		case 0:
			out += "." + number(999999, 6)
		case 1:
			out += pick(random, ".", ",") + text(random, "0123456789", 12)
		}
		if random.Intn(3) > 0 {
			out += "Z"
		} else {
			out += pick(random, "+", "-") + number(23, 2) + ":" + number(59, 2)
		}
		if random.Intn(10) == 0 {
			place := random.Intn(len(out))
			out = out[:place] + pick(random, "", "x", "0", ":", "-", ".") + out[place+random.Intn(2):]
		}
		inputs = append(inputs, out)
	}
	var rows []row
	for _, input := range inputs {
		quoted, err := json.Marshal(input)
		if err != nil {
			panic(err)
		}
		var second metav1.Time
		var micro metav1.MicroTime
		rows = append(rows, row{
			input,
			answer(second.UnmarshalJSON(quoted), func() []any { return []any{second.Unix(), spelled(second)} }),
			answer(micro.UnmarshalJSON(quoted), func() []any {
				return []any{micro.Unix(), micro.Nanosecond() / int(time.Microsecond), spelled(micro)}
			}),
		})
	}
	return rows
}

// answer is what a value says, or the error why there is none.
func answer(err error, value func() []any) any {
	if err != nil {
		return err.Error()
	}
	return value()
}

func spelled(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(out)
}
