package main

import (
	"fmt"
	"os"
	"sync"
)

// A record says what was asked of a kubelet and how it ended. What two API servers ask is compared with it, so
// there is nothing in it that differs from run to run.
type record struct {
	mutex sync.Mutex
	file  *os.File
}

// nobody reads what is asked of an older kubelet: it is asked in the newer way first, or not.
var nobody = &record{}

func openRecord(path string) (*record, error) {
	if path == "" {
		return &record{}, nil
	}
	file, err := os.Create(path)
	return &record{file: file}, err
}

func (r *record) add(format string, arguments ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.file != nil {
		fmt.Fprintf(r.file, format+"\n", arguments...)
	}
}
