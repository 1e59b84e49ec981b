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
