//! What leaves a delta queue, and in what order.

use pintle_cache_core::{
    ChangeKind, Delta, DeltaQueue, Indexers, Policy, Snapshot, SourceId, Store, Tombstone,
};

use crate::objects::{
    Object, added, bookmark, deleted, object, replaced, replaced_but, said, updated, vanished,
};

/// A queue beside a store that holds some objects.
struct Queue {
    queue: DeltaQueue<Object>,
    known: Snapshot<Object>,
}

impl Queue {
    fn new(policy: Policy, known: &[(&str, u64)]) -> Self {
        let mut store = Store::new(Indexers::new()).unwrap();
        for (key, version) in known {
            store.put(object(key, *version));
        }
        Self {
            queue: DeltaQueue::new(policy),
            known: store.snapshot(),
        }
    }

    fn push(&mut self, change: pintle_cache_core::Change<Object>) {
        self.queue.push(SourceId::FIRST, change, &self.known, None);
    }

    /// All items, one a line: what it is about, then what happened.
    fn drain(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.queue.pop())
            .map(|item| {
                let mut line = item.key.map_or_else(String::new, |key| format!("{key}:"));
                for delta in std::iter::once(item.first).chain(item.rest) {
                    line += &format!(" {}", spell(&delta));
                }
                line.trim().to_owned()
            })
            .collect()
    }
}

fn spell(delta: &Delta<Object>) -> String {
    match delta {
        Delta::Added(object) => format!("added {}", said(object)),
        Delta::Vanished(key) => format!("vanished {key}"),
        Delta::Updated(object) => format!("updated {}", said(object)),
        Delta::Deleted(Tombstone {
            object,
            final_state_unknown,
        }) => {
            let how = if *final_state_unknown {
                "missed"
            } else {
                "deleted"
            };
            format!("{how} {}", said(object))
        }
        Delta::Replaced(object) => format!("replaced {}", said(object)),
        Delta::Sync(object) => format!("sync {}", said(object)),
        Delta::ReplacedAll(all) => {
            let objects: Vec<String> = all.objects.iter().map(|(_, it)| said(it)).collect();
            format!("all [{}]", objects.join(" "))
        }
        Delta::SyncAll => "sync all".to_owned(),
        Delta::Bookmark => "bookmark".to_owned(),
        other => panic!("what is {other:?}?"),
    }
}

// claims: cache.queue.order
#[test]
fn in_order_everything_leaves_as_it_came() {
    let mut queue = Queue::new(Policy::InOrder, &[("n/old", 1)]);
    queue.push(replaced(&[("n/b", 2), ("n/a", 3)], 3));
    queue.push(updated("n/a", 4));
    queue.push(updated("n/a", 5));
    queue.queue.resync(SourceId::FIRST, &queue.known);
    queue.push(deleted("n/a", 6));
    queue.push(bookmark(7));
    assert_eq!(
        queue.drain(),
        [
            "all [n/a@3 n/b@2]",
            "n/a: updated n/a@4",
            "n/a: updated n/a@5",
            "sync all",
            "n/a: deleted n/a@6",
            "bookmark",
        ]
    );
}

// claims: cache.queue.by-key
#[test]
fn by_key_what_happened_to_an_object_leaves_together() {
    let mut queue = Queue::new(Policy::ByKey, &[]);
    queue.push(added("n/a", 1));
    queue.push(added("n/b", 2));
    queue.push(updated("n/a", 3));
    queue.push(deleted("n/b", 4));
    queue.push(deleted("n/b", 5));
    assert_eq!(
        queue.drain(),
        [
            "n/a: added n/a@1 updated n/a@3",
            // Only deletions in a row become one.
            "n/b: added n/b@2 deleted n/b@4",
            "bookmark",
        ]
    );
}

// claims: cache.queue.by-key.unknown
#[test]
fn by_key_the_deletion_of_an_object_that_nobody_knows_is_passed_over() {
    let mut queue = Queue::new(Policy::ByKey, &[("n/known", 1)]);
    queue.push(deleted("n/unknown", 2));
    queue.push(deleted("n/known", 3));
    assert_eq!(queue.drain(), ["n/known: deleted n/known@3", "bookmark"]);
}

// claims: cache.queue.by-key
#[test]
fn by_key_a_deletion_says_as_much_as_is_known_of_it() {
    let mut queue = Queue::new(Policy::ByKey, &[("n/a", 1), ("n/b", 1)]);
    queue.push(vanished("n/a"));
    queue.push(deleted("n/a", 2));
    queue.push(deleted("n/b", 3));
    queue.push(vanished("n/b"));
    queue.push(vanished("n/unknown"));
    queue.push(replaced(&[("n/c", 4)], 4));
    assert_eq!(
        queue.drain(),
        [
            "n/a: deleted n/a@2",
            "n/b: deleted n/b@3",
            "n/c: replaced n/c@4",
            "bookmark"
        ]
    );
}

// claims: cache.queue.by-key.replace
#[test]
fn by_key_a_replacement_deletes_what_it_does_not_have() {
    let mut queue = Queue::new(Policy::ByKey, &[("n/stays", 1), ("n/goes", 1)]);
    queue.push(added("n/queued", 2));
    queue.push(deleted("n/goes", 3));
    queue.push(replaced_but(&[("n/stays", 1)], &["n/unreadable"], 4));
    assert_eq!(
        queue.drain(),
        [
            "n/queued: added n/queued@2 missed n/queued@2",
            // What was seen to be deleted says more than what was missed.
            "n/goes: deleted n/goes@3",
            "n/stays: replaced n/stays@1",
            "bookmark",
        ]
    );
}

// claims: cache.queue.by-key.sync
#[test]
fn by_key_what_is_about_to_be_shown_is_not_shown_again() {
    let mut queue = Queue::new(Policy::ByKey, &[("n/a", 1), ("n/b", 1)]);
    queue.push(updated("n/a", 2));
    queue.queue.resync(SourceId::FIRST, &queue.known);
    assert_eq!(
        queue.drain(),
        ["n/a: updated n/a@2", "n/b: sync n/b@1", "bookmark"]
    );
}

// claims: cache.queue.synced
#[test]
fn a_queue_has_synced_when_its_first_replacement_has_left() {
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut queue = Queue::new(policy, &[]);
        assert!(!queue.queue.has_synced());
        queue.push(bookmark(1));
        assert!(!queue.queue.has_synced(), "a bookmark brings no objects");
        queue.push(replaced(&[("n/a", 2), ("n/b", 2)], 2));
        assert!(!queue.queue.has_synced());
        queue.drain();
        assert!(queue.queue.has_synced());

        // What comes before a replacement makes nobody wait for one.
        let mut queue = Queue::new(policy, &[]);
        queue.push(added("n/a", 1));
        assert!(queue.queue.has_synced());
    }
}

#[test]
fn a_replacement_of_one_namespace_leaves_others_alone() {
    let mut queue = Queue::new(Policy::ByKey, &[("n/a", 1), ("other/a", 1)]);
    let change = replaced(&[], 2);
    queue
        .queue
        .push(SourceId::FIRST, change, &queue.known, Some("n"));
    assert_eq!(queue.drain(), ["n/a: missed n/a@1", "bookmark"]);
}

#[test]
fn a_queue_has_as_many_items_as_leave_it() {
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut queue = Queue::new(policy, &[("n/known", 1)]);
        assert_eq!((queue.queue.len(), queue.queue.is_empty()), (0, true));
        for change in [
            added("n/a", 2),
            updated("n/a", 3),
            added("n/b", 4),
            deleted("n/known", 5),
        ] {
            queue.push(change);
        }
        queue.queue.resync(SourceId::FIRST, &queue.known);
        for left in (0..queue.queue.len()).rev() {
            assert!(!queue.queue.is_empty());
            assert!(queue.queue.pop().is_some());
            assert_eq!(queue.queue.len(), left, "{policy:?}");
        }
        assert!(queue.queue.is_empty());
        assert!(queue.queue.pop().is_none());
    }
}

#[test]
fn of_objects_with_the_same_key_in_a_list_the_last_counts_and_keys_come_in_order() {
    for (list, expected) in [
        (
            vec![("n/b", 1), ("n/a", 2), ("n/b", 3)],
            vec!["n/a@2", "n/b@3"],
        ),
        (
            vec![("n/a", 1), ("n/a", 2), ("n/b", 3)],
            vec!["n/a@2", "n/b@3"],
        ),
        (vec![("n/a", 1), ("n/a", 2)], vec!["n/a@2"]),
        (vec![("n/b", 1), ("n/a", 2)], vec!["n/a@2", "n/b@1"]),
        (vec![("n/a", 1), ("n/b", 2)], vec!["n/a@1", "n/b@2"]),
    ] {
        let ChangeKind::Replaced(all) = replaced(&list, 9).kind else {
            panic!("a list is a replacement")
        };
        let objects: Vec<String> = all.objects.iter().map(|(_, object)| said(object)).collect();
        assert_eq!(objects, expected, "{list:?}");
    }
}

#[test]
fn a_replacement_that_is_not_the_first_content_makes_nobody_wait() {
    let mut queue = Queue::new(Policy::InOrder, &[]);
    queue.push(added("n/a", 1));
    queue.push(replaced(&[("n/a", 1)], 2));
    assert!(queue.queue.has_synced());
}
