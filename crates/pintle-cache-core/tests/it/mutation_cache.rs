//! What a program has written is read back before its watch has shown it.

use std::time::Duration;

use pintle_cache_core::MutationCache;
use pintle_env::Instant;

use crate::objects::{Object, object, said};

const TTL: Duration = Duration::from_secs(60);

fn newest(
    cache: &mut MutationCache<Object>,
    now: Instant,
    key: &str,
    known: Option<&Object>,
) -> Option<String> {
    let found = cache.newest(now, &key.parse().unwrap(), known);
    found.as_ref().map(said)
}

// claims: cache.mutation
#[test]
fn the_newer_of_what_was_written_and_what_is_known_is_read() {
    let now = Instant::ORIGIN;
    let mut cache = MutationCache::new(TTL);
    let known = object("n/a", 5);
    cache.write(now, object("n/a", 6));
    assert_eq!(
        newest(&mut cache, now, "n/a", Some(&known)).unwrap(),
        "n/a@6"
    );
    let newer = object("n/a", 7);
    assert_eq!(
        newest(&mut cache, now, "n/a", Some(&newer)).unwrap(),
        "n/a@7"
    );
    // Once the watch has caught up, what was written is forgotten.
    assert_eq!(
        newest(&mut cache, now, "n/a", Some(&known)).unwrap(),
        "n/a@5"
    );
}

#[test]
fn what_was_written_is_forgotten_in_time() {
    let start = Instant::ORIGIN;
    let mut cache = MutationCache::new(TTL);
    let known = object("n/a", 5);
    cache.write(start, object("n/a", 6));
    let almost = start + TTL - Duration::from_nanos(1);
    assert_eq!(
        newest(&mut cache, almost, "n/a", Some(&known)).unwrap(),
        "n/a@6"
    );
    assert_eq!(
        newest(&mut cache, start + TTL, "n/a", Some(&known)).unwrap(),
        "n/a@5"
    );
}

#[test]
fn an_addition_counts_if_it_is_wanted() {
    let now = Instant::ORIGIN;
    let mut cache = MutationCache::new(TTL);
    cache.write(now, object("n/a", 6));
    assert_eq!(newest(&mut cache, now, "n/a", None), None);
    assert!(cache.additions(now, |_| false).is_empty());

    let mut cache = MutationCache::new(TTL).includes_additions();
    cache.write(now, object("n/a", 6));
    assert_eq!(newest(&mut cache, now, "n/a", None).unwrap(), "n/a@6");
    assert_eq!(cache.additions(now, |_| false).len(), 1);
    assert!(cache.additions(now, |_| true).is_empty());
    assert!(cache.additions(now + TTL, |_| false).is_empty());
}

#[test]
fn what_was_not_asked_for_the_longest_makes_room() {
    let now = Instant::ORIGIN;
    let mut cache = MutationCache::new(TTL).capacity(2).includes_additions();
    cache.write(now, object("n/a", 1));
    cache.write(now, object("n/b", 2));
    assert!(newest(&mut cache, now, "n/a", None).is_some());
    cache.write(now, object("n/c", 3));
    assert!(newest(&mut cache, now, "n/a", None).is_some());
    assert!(newest(&mut cache, now, "n/b", None).is_none());
    assert!(newest(&mut cache, now, "n/c", None).is_some());
}

#[test]
fn what_has_run_out_makes_room_before_what_was_not_asked_for() {
    let start = Instant::ORIGIN;
    let later = start + Duration::from_secs(1);
    let mut cache = MutationCache::new(TTL).capacity(2).includes_additions();
    cache.write(start, object("n/runs-out", 1));
    cache.write(later, object("n/stays", 2));
    // The first was asked for last.
    assert!(newest(&mut cache, later, "n/runs-out", None).is_some());
    cache.write(start + TTL, object("n/new", 3));
    for (key, is_there) in [("n/runs-out", false), ("n/stays", true), ("n/new", true)] {
        assert_eq!(
            newest(&mut cache, start + TTL, key, None).is_some(),
            is_there,
            "{key}"
        );
    }
}

#[test]
fn room_is_made_in_the_order_in_which_objects_were_asked_for() {
    let now = Instant::ORIGIN;
    let mut cache = MutationCache::new(TTL).capacity(16).includes_additions();
    let key = |n: u64| format!("n/{n}");
    for n in 0..16 {
        cache.write(now, object(&key(n), n + 1));
    }
    // From now on the even ones are the last.
    for n in (0..16).step_by(2) {
        assert!(newest(&mut cache, now, &key(n), None).is_some());
    }
    for n in 16..24 {
        cache.write(now, object(&key(n), n + 1));
    }
    let left = cache.additions(now, |_| false);
    assert_eq!(left.len(), 16);
    for n in 0..24 {
        let is_there = newest(&mut cache, now, &key(n), None).is_some();
        assert_eq!(is_there, n >= 16 || n % 2 == 0, "{n}");
    }
}
