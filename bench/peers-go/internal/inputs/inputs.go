// Package inputs reads and writes what the peers of the codec benchmark are given.
//
// A set is a file of objects, each after its length as a little-endian uint32. The file inputs.json of a
// directory says which sets there are.
package inputs

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Input is a set of objects of one kind.
type Input struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Objects int    `json:"objects"`
	// Bytes and gzipped bytes of the whole set, by the suffix of its files.
	Bytes   map[string]int `json:"bytes"`
	Gzipped map[string]int `json:"gzipped"`
}

// Suffixes of the files of an input: JSON and protobuf.
const (
	JSON     = "json"
	Protobuf = "pb"
)

// Edited is put before the suffix for the objects as they are after the first edit.
const Edited = "edited."

// Path is where a set is.
func Path(directory, name, suffix string) string {
	return filepath.Join(directory, name+"."+suffix)
}

// ReadCatalogue says which sets a directory has.
func ReadCatalogue(directory string) ([]Input, error) {
	text, err := os.ReadFile(filepath.Join(directory, "inputs.json"))
	if err != nil {
		return nil, err
	}
	var all []Input
	return all, json.Unmarshal(text, &all)
}

// WriteCatalogue says so.
func WriteCatalogue(directory string, all []Input) error {
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, "inputs.json"), append(text, '\n'), 0o644)
}

// Read maps a set into memory. It stays out of Go's heap, whose size decides how often garbage is collected.
func Read(path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	bytes, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	var objects [][]byte
	for len(bytes) > 0 {
		if len(bytes) < 4 {
			return nil, fmt.Errorf("%s: ends within an object", path)
		}
		length := int(binary.LittleEndian.Uint32(bytes))
		if len(bytes) < 4+length {
			return nil, fmt.Errorf("%s: ends within an object", path)
		}
		objects = append(objects, bytes[4:4+length])
		bytes = bytes[4+length:]
	}
	return objects, nil
}

// Write writes a set.
func Write(path string, objects [][]byte) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	for _, object := range objects {
		var length [4]byte
		binary.LittleEndian.PutUint32(length[:], uint32(len(object)))
		if _, err := out.Write(length[:]); err != nil {
			return err
		}
		if _, err := out.Write(object); err != nil {
			return err
		}
	}
	return out.Flush()
}
