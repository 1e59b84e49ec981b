//! Waits, and what is waited for too long.

use super::*;

// claims: cache.reflector.backoff
#[test]
fn waits_double_from_0_8_to_30_seconds_and_chance_makes_them_up_to_twice_as_long() {
    let mut waits = Vec::new();
    let mut driven = Driven::new(list_only());
    for _ in 0..8 {
        driven.list();
        driven.fail(Failure::Other);
        waits.push(driven.rest());
    }
    let expected = [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
    assert_eq!(waits, expected.map(ms));

    // The largest chance there is.
    let mut driven = Driven::with_random(list_only(), Fixed(u64::MAX));
    driven.list();
    driven.fail(Failure::Other);
    let wait = driven.rest();
    assert!(wait > ms(1_599) && wait < ms(1_601), "{wait:?}");

    let random = SeededRandom::new(7);
    let mut driven = Driven::with_random(list_only(), random);
    driven.list();
    driven.fail(Failure::Other);
    let wait = driven.rest();
    assert!((ms(800)..ms(1_600)).contains(&wait), "{wait:?}");
}

// claims: cache.reflector.backoff.reset
#[test]
fn waits_begin_anew_after_two_minutes_without_a_failure() {
    let fail_after = |driven: &mut Driven, quiet: Duration| {
        driven.watch();
        driven.bookmark(9, true);
        driven.now = driven.now + quiet;
        driven.fail(Failure::Other);
        driven.rest()
    };
    let mut driven = Driven::new(ReflectorOptions::new());
    assert_eq!(fail_after(&mut driven, ms(0)), ms(800));
    assert_eq!(fail_after(&mut driven, ms(119_000)), ms(1_600));
    assert_eq!(fail_after(&mut driven, ms(120_000)), ms(3_200));
    assert_eq!(fail_after(&mut driven, ms(121_000)), ms(800));
    // Failing all the time is no reason to begin anew, however long it lasts.
    let waits: Vec<Duration> = (0..12).map(|_| fail_after(&mut driven, ms(10))).collect();
    assert_eq!(waits.last(), Some(&ms(30_000)));
}

#[test]
fn what_is_silent_for_too_long_is_given_up() {
    let stalled = [Some(Action::Close), Some(Action::Warn(Warning::Stalled))];
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.advance(Duration::from_secs(59));
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    driven.advance(Duration::from_secs(59));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!([driven.action(), driven.action()], stalled);
    driven.rest();
    driven.list();

    // A watch that the server should have ended begins anew where it was.
    let mut driven = Driven::watching(9);
    driven.advance(Duration::from_secs(300 + 59));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!([driven.action(), driven.action()], stalled);
    let options = driven.open();
    assert_eq!(
        (
            options.resource_version.as_str(),
            options.send_initial_events
        ),
        ("9", None)
    );
}

#[test]
fn a_watch_that_is_never_answered_is_given_up() {
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.open();
    driven.advance(Duration::from_secs(300 + 59));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!(driven.action(), Some(Action::Close));
    assert_eq!(driven.action(), Some(Action::Warn(Warning::Stalled)));
    driven.list();
}
