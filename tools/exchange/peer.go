package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A peer is a running `codec serve`, which reads documents with pintle's types and writes them again.
//
// All numbers are little endian. A request is its length (4 bytes), the number of the format (1), the length of
// the kind's name (2), the name, and the document. An answer is its length (4) and a status (1): after 1 comes the
// reason why the document could not be read; after 0, for each format in the order of their numbers, a status (1),
// a length (4), and the document, or after status 1 the reason why there is none. Answers come in the order of
// requests; the peer ends when its input does.
type peer struct {
	process *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

type request struct {
	format   format
	kind     kind
	document []byte
}

// An answer is what became of one request.
type answer struct {
	unread  string // why the document could not be read
	written [formatCount]written
}

// A written document, or the reason why there is none.
type written struct {
	document []byte
	unable   string
}

func startPeer(program string) (*peer, error) {
	process := exec.Command(program, "serve")
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return &peer{process, input, bufio.NewReaderSize(output, 1<<16)}, nil
}

// knownKinds asks the program which kinds its types are of, by the names of [kind.String].
func knownKinds(program string) (map[string]bool, error) {
	out, err := exec.Command(program, "kinds").Output()
	if err != nil {
		return nil, fmt.Errorf("%s kinds: %w", program, err)
	}
	known := map[string]bool{}
	for name := range strings.Lines(string(out)) {
		known[strings.TrimSuffix(name, "\n")] = true
	}
	return known, nil
}

// exchange sends requests and hands over the answers as they come. On an error it returns how many came; the peer
// is of no more use then.
func (p *peer) exchange(requests []request, each func(int, answer)) (int, error) {
	sent := make(chan error, 1)
	go func() { sent <- p.send(requests) }()
	// A codec that does not come to an end is a finding too.
	watchdog := time.AfterFunc(patience, func() { _ = p.process.Process.Kill() })
	defer watchdog.Stop()
	for i := range requests {
		a, err := p.receive()
		if err != nil {
			if !watchdog.Stop() {
				err = fmt.Errorf("no answer for %s", patience)
			}
			_ = p.process.Process.Kill()
			<-sent
			return i, err
		}
		watchdog.Reset(patience)
		each(i, a)
	}
	return len(requests), <-sent
}

func (p *peer) send(requests []request) error {
	output := bufio.NewWriterSize(p.input, 1<<16)
	var head []byte
	for _, r := range requests {
		name := r.kind.String()
		head = binary.LittleEndian.AppendUint32(head[:0], uint32(1+2+len(name)+len(r.document)))
		head = append(head, byte(r.format))
		head = binary.LittleEndian.AppendUint16(head, uint16(len(name)))
		head = append(head, name...)
		for _, bytes := range [][]byte{head, r.document} {
			if _, err := output.Write(bytes); err != nil {
				return err
			}
		}
	}
	return output.Flush()
}

func (p *peer) receive() (answer, error) {
	var head [4]byte
	if _, err := io.ReadFull(p.output, head[:]); err != nil {
		return answer{}, err
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length > maxAnswer {
		return answer{}, fmt.Errorf("an answer of %d bytes", length)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(p.output, payload); err != nil {
		return answer{}, err
	}
	return parseAnswer(payload)
}

func parseAnswer(payload []byte) (answer, error) {
	malformed := errors.New("a malformed answer")
	if len(payload) == 0 {
		return answer{}, malformed
	}
	status, rest := payload[0], payload[1:]
	if status == 1 {
		return answer{unread: string(rest)}, nil
	}
	var a answer
	for f := range formatCount {
		if len(rest) < 5 || uint64(len(rest)-5) < uint64(binary.LittleEndian.Uint32(rest[1:])) {
			return answer{}, malformed
		}
		status, length := rest[0], binary.LittleEndian.Uint32(rest[1:])
		bytes := rest[5 : 5+length]
		rest = rest[5+length:]
		if status == 0 {
			a.written[f].document = bytes
		} else {
			a.written[f].unable = string(bytes)
		}
	}
	if len(rest) > 0 {
		return answer{}, malformed
	}
	return a, nil
}

// stop ends the peer's input, and so the peer, and waits for it.
func (p *peer) stop() error {
	_ = p.input.Close()
	return p.process.Wait()
}

const (
	// patience is how long one answer may take. A document takes a fraction of a millisecond.
	patience  = time.Minute
	maxAnswer = 1 << 30
)
