//! Readers of a cell see whole versions, in order, whatever the writer does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
