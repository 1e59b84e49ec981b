package main

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestLogsAreCutAsAsked(t *testing.T) {
	for query, want := range map[string]string{
		"tailLines=1":                    "line 10 of c\n",
		"tailLines=0":                    "",
		"limitBytes=8":                   "line 1 o",
		"sinceTime=2024-02-29T12:00:09Z": "line 10 of c\n",
		"sinceSeconds=1":                 "",
		"tailLines=1&timestamps=true":    "2024-02-29T12:00:09Z line 10 of c\n",
		"tailLines=1&previous=true":      "previous line 10 of c\n",
		"tailLines=0&follow=true":        "new line 1 of c\nnew line 2 of c\nnew line 3 of c\n",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		options, err := parseLogOptions(values)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		writeLog(t.Context(), w, "c", options)
		if got := w.Body.String(); got != want {
			t.Errorf("%s: %q", query, got)
		}
	}
}
