//! Readers of a cell see whole versions, in order, whatever the writer does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, ThreadId};

use pintle_snapshot::{SnapshotCell, SnapshotMap};

/// Every version has `SIZE` entries that all hold the version's number.
const SIZE: u64 = 200;

#[test]
fn readers_see_whole_versions_in_order() {
    let version = |number: u64| {
        (0..SIZE)
            .map(|key| (key, number))
            .collect::<SnapshotMap<_, _>>()
    };
    let cell = SnapshotCell::new(version(0));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let (mut last, mut seen) = (0, 0u64);
                    while !is_over.load(Ordering::Relaxed) || seen == 0 {
                        let map = cell.load();
                        let first = *map.get(&0).unwrap();
                        assert!(map.values().all(|number| *number == first));
                        assert!(first >= last, "a version came after a later one");
                        last = first;
                        seen += 1;
                    }
                    assert_eq!(*cell.get().get(&0).unwrap(), 300);
                    seen
                })
            })
            .collect();
        let mut map = version(0);
        for number in 1..=300 {
            for key in 0..SIZE {
                map.insert(key, number);
            }
            cell.store(map.clone());
        }
        is_over.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
}

/// Says in which thread it was dropped.
struct Dropped(mpsc::Sender<ThreadId>);

impl Drop for Dropped {
    fn drop(&mut self) {
        // Whoever does not listen does not want to know.
        let _ = self.0.send(thread::current().id());
    }
}

#[test]
fn what_a_reader_looks_at_is_freed_by_the_writer() {
    let (tell, told) = mpsc::channel();
    let cell = SnapshotCell::new(Dropped(tell.clone()));
    thread::scope(|scope| {
        let (look, looking) = mpsc::channel();
        let (end, ending) = mpsc::channel::<()>();
        let cell = &cell;
        let reader = scope.spawn(move || {
            let loaded = cell.load();
            look.send(()).unwrap();
            ending.recv().unwrap();
            drop(loaded);
        });
        looking.recv().unwrap();
        cell.store(Dropped(tell.clone()));
        end.send(()).unwrap();
        reader.join().unwrap();
    });
    assert!(told.try_recv().is_err(), "a reader has freed a version");
    cell.store(Dropped(tell));
    // The one that was looked at, and the one that nobody looked at.
    let freed: Vec<ThreadId> = told.try_iter().collect();
    assert_eq!(freed, [thread::current().id(); 2]);
}
