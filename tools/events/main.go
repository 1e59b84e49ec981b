// events asks client-go's event recorders what they make of events, for the tests of pintle-events.
//
// correlator.txt: what the correlator of core events does with a sequence of them, one a line: what came (seconds since
// the one before, object, type, reason, message), and what became of it (create, count or skip; count; message).
//
// storm.txt: what a server receives of 100,000 events that are recorded as fast as nothing is lost, through the recorder
// of the core group and that of events.k8s.io: the API, the verb, how many.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"
	clocktesting "k8s.io/utils/clock/testing"
)

func main() {
	out := flag.String("out", ".", "the directory to write to")
	flag.Parse()
	write(*out, "correlator.txt", correlate())
	write(*out, "storm.txt", storm())
}

func write(directory, name string, lines []string) {
	text := strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o644); err != nil {
		panic(err)
	}
}

// correlate sends a sequence of events through a correlator. Which messages of a combined event it remembers is left to
// chance, so that a reason has either few messages or new ones only.
func correlate() []string {
	random := rand.New(rand.NewSource(1))
	clock := clocktesting.NewFakePassiveClock(time.Unix(1_700_000_000, 0))
	correlator := record.NewEventCorrelator(clock)
	var lines []string
	for n := range 4000 {
		seconds := 0
		switch random.Intn(40) {
		case 0:
			seconds = random.Intn(900)
		case 1, 2, 3:
			seconds = random.Intn(20)
		}
		clock.SetTime(clock.Now().Add(time.Duration(seconds) * time.Second))
		object := fmt.Sprintf("pod-%d", random.Intn(4))
		kind := []string{corev1.EventTypeNormal, corev1.EventTypeWarning}[random.Intn(2)]
		reason, message := "Few", fmt.Sprintf("message %d", random.Intn(6))
		if random.Intn(3) == 0 {
			reason, message = "Many", fmt.Sprintf("message %d", n)
		}
		event := coreEvent(object, kind, reason, message, clock.Now())
		result, err := correlator.EventCorrelate(event)
		if err != nil {
			panic(err)
		}
		became := "skip 0 -"
		if !result.Skip {
			verb := "create"
			if result.Event.Count > 1 {
				verb = "count"
			}
			became = fmt.Sprintf("%s %d %s", verb, result.Event.Count, strings.ReplaceAll(result.Event.Message, " ", "_"))
			correlator.UpdateState(result.Event)
		}
		message = strings.ReplaceAll(message, " ", "_")
		lines = append(lines, fmt.Sprintf("%d %s %s %s %s -> %s", seconds, object, kind, reason, message, became))
	}
	return lines
}

func coreEvent(object, kind, reason, message string, at time.Time) *corev1.Event {
	now := metav1.NewTime(at)
	return &corev1.Event{
		ObjectMeta:          metav1.ObjectMeta{Name: fmt.Sprintf("%s.%x", object, at.UnixNano()), Namespace: "default"},
		InvolvedObject:      corev1.ObjectReference{Kind: "Pod", Namespace: "default", Name: object, UID: "uid", APIVersion: "v1"},
		Reason:              reason,
		Message:             message,
		Source:              corev1.EventSource{Component: "controller", Host: "controller"},
		FirstTimestamp:      now,
		LastTimestamp:       now,
		Count:               1,
		Type:                kind,
		ReportingController: "controller",
		ReportingInstance:   "controller",
	}
}

// storm records 100,000 events about 100 pods, and counts what comes out.
func storm() []string {
	var lines []string
	core := &coreSink{}
	var seen atomic.Int64
	coreBroadcaster := record.NewBroadcasterWithCorrelatorOptions(record.CorrelatorOptions{
		KeyFunc: func(event *corev1.Event) (string, string) {
			seen.Add(1)
			return record.EventAggregatorByReasonFunc(event)
		},
	})
	coreBroadcaster.StartRecordingToSink(core)
	coreRecorder := coreBroadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "controller", Host: "controller"})
	blow(&seen, func(pod *corev1.Pod, kind, reason, message string) { coreRecorder.Event(pod, kind, reason, message) })
	coreBroadcaster.Shutdown()
	lines = append(lines,
		fmt.Sprintf("core create %d", core.created.Load()),
		fmt.Sprintf("core patch %d", core.patched.Load()))

	series := &seriesSink{}
	broadcaster := events.NewBroadcaster(series)
	ctx, cancel := context.WithCancel(context.Background())
	if err := broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
		panic(err)
	}
	seen.Store(0)
	if _, err := broadcaster.StartEventWatcher(func(runtime.Object) { seen.Add(1) }); err != nil {
		panic(err)
	}
	recorder := broadcaster.NewRecorder(scheme.Scheme, "controller")
	blow(&seen, func(pod *corev1.Pod, kind, reason, message string) {
		recorder.Eventf(pod, nil, kind, reason, reason, "%s", message)
	})
	cancel()
	broadcaster.Shutdown()
	return append(lines,
		fmt.Sprintf("events create %d", series.created.Load()),
		fmt.Sprintf("events patch %d", series.patched.Load()))
}

// blow makes the events of the storm, and waits now and then until all of them have been seen. Some reasons have few
// messages, and some new ones only.
func blow(seen *atomic.Int64, record func(pod *corev1.Pod, kind, reason, message string)) {
	for n := range 100_000 {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("pod-%d", n%100), Namespace: "default", UID: "uid",
		}}
		kind := corev1.EventTypeNormal
		if n%7 == 0 {
			kind = corev1.EventTypeWarning
		}
		reason, message := fmt.Sprintf("Few%d", n/100%4), fmt.Sprintf("message %d", n/400%5)
		if n/100%5 == 4 {
			reason, message = "Many", fmt.Sprintf("message %d", n)
		}
		record(pod, kind, reason, message)
		if n%200 == 199 {
			for seen.Load() <= int64(n) {
				time.Sleep(time.Millisecond)
			}
		}
	}
	time.Sleep(time.Second)
}

type coreSink struct{ created, patched atomic.Int64 }

func (s *coreSink) Create(event *corev1.Event) (*corev1.Event, error) {
	s.created.Add(1)
	return event, nil
}

func (s *coreSink) Update(event *corev1.Event) (*corev1.Event, error) {
	return event, nil
}

func (s *coreSink) Patch(event *corev1.Event, _ []byte) (*corev1.Event, error) {
	s.patched.Add(1)
	return event, nil
}

type seriesSink struct{ created, patched atomic.Int64 }

func (s *seriesSink) Create(_ context.Context, event *eventsv1.Event) (*eventsv1.Event, error) {
	s.created.Add(1)
	return event, nil
}

func (s *seriesSink) Update(_ context.Context, event *eventsv1.Event) (*eventsv1.Event, error) {
	return event, nil
}

func (s *seriesSink) Patch(_ context.Context, event *eventsv1.Event, _ []byte) (*eventsv1.Event, error) {
	s.patched.Add(1)
	return event, nil
}
