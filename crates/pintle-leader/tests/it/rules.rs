//! The rules, step by step.

use std::time::Duration;

use pintle_env::{Instant, Timestamp};
use pintle_leader::{Answer, Elector, ErrorKind, Held, Record, Role, Step, Timing};

const DATE: Timestamp = Timestamp::from_unix(1_700_000_000, 0);

fn at(milliseconds: u64) -> Instant {
    Instant::from_origin(Duration::from_millis(milliseconds))
}

fn elector() -> Elector {
    Elector::new("me", Timing::default(), at(0)).unwrap()
}

fn record(holder: &str, transitions: i32) -> Record {
    Record {
        holder: holder.to_owned(),
        duration: Duration::from_secs(15),
        acquired: DATE,
        renewed: DATE,
        transitions,
    }
}

fn held(record: Record, version: &str) -> Answer {
    Answer::Lease(Held {
        record,
        uid: "uid".to_owned(),
        resource_version: version.to_owned(),
    })
}

fn update(record: Record, version: &str) -> Step {
    Step::Update {
        record,
        resource_version: version.to_owned(),
    }
}

/// An elector that has held the lease since `at(0)`.
fn leader() -> Elector {
    let mut elector = elector();
    assert_eq!(elector.poll(at(0), DATE), Step::Read);
    let create = elector.answer(Answer::NotFound, at(0), DATE, 0.0);
    assert_eq!(create, Step::Create(record("me", 0)));
    let wait = elector.answer(held(record("me", 0), "1"), at(0), DATE, 0.0);
    assert_eq!(wait, Step::Wait(at(2_000)));
    elector
}

// claims: leader.create
#[test]
fn a_lease_that_is_not_there_is_created() {
    let elector = leader();
    assert_eq!(elector.role(at(11_999)), Role::Leader(at(12_000)));
    assert_eq!(elector.role(at(12_000)), Role::Follower);
    let observed = elector.observed().unwrap();
    assert_eq!((observed.record.transitions, &*observed.uid), (0, "uid"));
}

// claims: leader.clocks, leader.acquire
#[test]
fn a_lease_is_another_s_until_it_has_not_changed_for_as_long_as_it_lasts() {
    let mut elector = elector();
    // It was renewed an hour ago, or will be in an hour: dates of others mean nothing.
    let mut theirs = record("other", 4);
    theirs.renewed = DATE + Duration::from_secs(3_600);
    elector.poll(at(0), DATE);
    let step = elector.answer(held(theirs.clone(), "7"), at(100), DATE, 0.5);
    assert_eq!(step, Step::Wait(at(3_300)), "100 ms and 1.6 periods of 2 s");
    // The same with another version is no sign of life.
    assert_eq!(elector.poll(at(3_300), DATE), Step::Read);
    elector.answer(held(theirs.clone(), "8"), at(3_300), DATE, 0.0);
    elector.poll(at(5_300), DATE);
    // Renewed.
    theirs.renewed = theirs.renewed + Duration::from_secs(2);
    elector.answer(held(theirs.clone(), "9"), at(5_300), DATE, 0.0);
    elector.poll(at(20_299), DATE);
    let step = elector.answer(held(theirs.clone(), "9"), at(20_299), DATE, 0.0);
    assert_eq!(step, Step::Wait(at(22_299)));
    elector.poll(at(22_299), DATE);
    let step = elector.answer(held(theirs, "9"), at(22_300), DATE, 0.0);
    assert_eq!(step, update(record("me", 5), "9"));
    let step = elector.answer(held(record("me", 5), "10"), at(22_400), DATE, 0.0);
    assert_eq!(step, Step::Wait(at(24_400)));
    // It counts from when the write was sent.
    assert_eq!(elector.role(at(22_400)), Role::Leader(at(34_300)));
}

// claims: leader.jitter
#[test]
fn who_waits_tries_again_after_one_to_two_point_two_periods() {
    for (random, next) in [(0.0, 2_000), (0.5, 3_200), (1.0, 4_400)] {
        let mut elector = elector();
        elector.poll(at(0), DATE);
        let step = elector.answer(Answer::Failed, at(0), DATE, random);
        assert_eq!(step, Step::Wait(at(next)));
    }
}

// claims: leader.release
#[test]
fn a_lease_that_was_given_back_is_taken_at_once() {
    let mut elector = elector();
    elector.poll(at(0), DATE);
    let mut free = record("", 4);
    free.duration = Duration::from_secs(1);
    let step = elector.answer(held(free, "7"), at(1), DATE, 0.0);
    assert_eq!(step, update(record("me", 5), "7"));

    let leader = leader();
    let ours = Held {
        record: record("me", 0),
        uid: String::new(),
        resource_version: "1".to_owned(),
    };
    let later = DATE + Duration::from_secs(9);
    let released = leader.released(&ours, later).unwrap();
    assert_eq!(
        (&*released.holder, released.duration),
        ("", Duration::from_secs(1))
    );
    assert_eq!(
        (released.transitions, released.renewed, released.acquired),
        (0, later, later)
    );
    let theirs = Held {
        record: record("other", 1),
        ..ours
    };
    assert_eq!(leader.released(&theirs, later), None);
}

// claims: leader.optimistic
#[test]
fn a_leader_renews_without_reading_and_reads_when_that_fails() {
    let mut elector = leader();
    let later = DATE + Duration::from_secs(2);
    let renewed = Record {
        renewed: later,
        ..record("me", 0)
    };
    assert_eq!(elector.poll(at(1_999), DATE), Step::Wait(at(2_000)));
    assert_eq!(elector.poll(at(2_000), later), update(renewed.clone(), "1"));
    assert_eq!(
        elector.poll(at(2_001), later),
        Step::Wait(at(12_000)),
        "an answer is awaited"
    );
    // Somebody put a label on it.
    assert_eq!(
        elector.answer(Answer::Failed, at(2_050), later, 0.0),
        Step::Read
    );
    let step = elector.answer(held(record("me", 0), "2"), at(2_060), later, 0.0);
    assert_eq!(step, update(renewed.clone(), "2"));
    let step = elector.answer(held(renewed, "3"), at(2_070), later, 0.0);
    assert_eq!(step, Step::Wait(at(4_070)));
    assert_eq!(elector.role(at(3_000)), Role::Leader(at(14_060)));
    assert_eq!(elector.slow_renewals(), 1);
}

// claims: leader.renew-deadline
#[test]
fn a_leader_tries_every_period_and_gives_up_in_time() {
    let mut elector = leader();
    let mut now = 2_000;
    let mut attempts = 0;
    while let Role::Leader(until) = elector.role(at(now)) {
        assert_eq!(until, at(12_000));
        assert!(matches!(elector.poll(at(now), DATE), Step::Update { .. }));
        assert_eq!(
            elector.answer(Answer::Failed, at(now + 10), DATE, 1.0),
            Step::Read
        );
        let step = elector.answer(Answer::Failed, at(now + 20), DATE, 1.0);
        assert_eq!(step, Step::Wait(at(now + 2_000)), "without jitter");
        now += 2_000;
        attempts += 1;
    }
    assert_eq!((attempts, now), (5, 12_000));
}

#[test]
fn an_answer_that_comes_when_leadership_has_ended_brings_it_back_for_what_is_left() {
    let mut elector = leader();
    assert!(matches!(elector.poll(at(2_000), DATE), Step::Update { .. }));
    assert_eq!(
        elector.poll(at(12_000), DATE),
        Step::Wait(Instant::FAR_FUTURE)
    );
    assert_eq!(elector.role(at(12_000)), Role::Follower);
    elector.answer(held(record("me", 0), "2"), at(13_000), DATE, 0.0);
    assert_eq!(
        elector.role(at(13_000)),
        Role::Leader(at(14_000)),
        "sent at 2 s"
    );
}

#[test]
fn a_leader_that_sees_another_s_name_leads_no_more() {
    let mut elector = leader();
    elector.poll(at(2_000), DATE);
    assert_eq!(
        elector.answer(Answer::Failed, at(2_010), DATE, 0.0),
        Step::Read
    );
    elector.answer(held(record("other", 1), "5"), at(2_020), DATE, 0.0);
    assert_eq!(elector.role(at(2_020)), Role::Follower);
}

#[test]
fn a_leader_whose_lease_was_deleted_makes_it_anew_or_steps_down() {
    for (answer, role) in [
        (held(record("me", 0), "9"), Role::Leader(at(14_020))),
        (Answer::Failed, Role::Follower),
    ] {
        let mut elector = leader();
        elector.poll(at(2_000), DATE);
        assert_eq!(
            elector.answer(Answer::NotFound, at(2_010), DATE, 0.0),
            Step::Read
        );
        let step = elector.answer(Answer::NotFound, at(2_020), DATE, 0.0);
        assert_eq!(step, Step::Create(record("me", 0)));
        elector.answer(answer, at(2_030), DATE, 0.0);
        assert_eq!(elector.role(at(2_030)), role);
    }
}

#[test]
fn a_replica_has_a_name() {
    let error = Elector::new("", Timing::default(), at(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
}

#[test]
fn what_is_observed_is_the_lease_as_it_was_last_seen_and_when_it_changed() {
    let mut elector = elector();
    assert_eq!(elector.identity(), "me");
    assert_eq!((elector.observed(), elector.observed_at()), (None, None));
    elector.poll(at(0), DATE);
    elector.answer(held(record("other", 4), "7"), at(100), DATE, 0.0);
    elector.poll(at(2_100), DATE);
    // The same once more: of another version, and as old as before.
    elector.answer(held(record("other", 4), "8"), at(2_200), DATE, 0.0);
    assert_eq!(elector.observed().unwrap().resource_version, "8");
    assert_eq!(elector.observed_at(), Some(at(100)));
}

// claims: leader.acquire
#[test]
fn a_lease_can_be_had_when_it_has_not_changed_for_exactly_as_long_as_it_lasts() {
    let mut elector = elector();
    elector.poll(at(0), DATE);
    elector.answer(held(record("other", 4), "7"), at(0), DATE, 0.0);
    elector.poll(at(15_000), DATE);
    let step = elector.answer(held(record("other", 4), "7"), at(15_000), DATE, 0.0);
    assert_eq!(step, update(record("me", 5), "7"));
    assert_eq!(elector.slow_renewals(), 0);
    // Read first as it was, it was nobody's renewal.
    elector.answer(held(record("me", 5), "8"), at(15_010), DATE, 0.0);
    assert_eq!(elector.slow_renewals(), 0);
}

// claims: leader.optimistic
#[test]
fn a_lease_that_has_run_out_is_read_before_it_is_written() {
    for (now, step) in [
        (14_999, update(record("me", 0), "1")),
        (15_000, Step::Read),
        (20_000, Step::Read),
    ] {
        let mut elector = leader();
        assert_eq!(elector.poll(at(now), DATE), step, "at {now}");
    }
}

#[test]
fn who_resigns_leads_no_more_and_reads_the_lease_next() {
    let mut elector = leader();
    elector.resign(at(1_000));
    assert_eq!(elector.role(at(1_000)), Role::Follower);
    assert_eq!(elector.observed(), None);
    assert_eq!(elector.poll(at(1_000), DATE), Step::Read);
}

#[test]
fn an_answer_that_nobody_waits_for_is_passed_over() {
    let mut elector = leader();
    let step = elector.answer(Answer::NotFound, at(500), DATE, 0.0);
    assert_eq!(step, Step::Wait(at(2_000)));
    assert_eq!(elector.role(at(500)), Role::Leader(at(12_000)));
}

#[test]
fn an_update_that_fails_after_the_lease_was_read_waits_for_the_next_period() {
    let mut elector = leader();
    elector.poll(at(2_000), DATE);
    elector.answer(Answer::Failed, at(2_010), DATE, 0.0);
    let step = elector.answer(held(record("me", 0), "2"), at(2_020), DATE, 0.0);
    assert_eq!(step, update(record("me", 0), "2"));
    let step = elector.answer(Answer::Failed, at(2_030), DATE, 1.0);
    assert_eq!(step, Step::Wait(at(4_000)), "a leader has no jitter");
    assert_eq!(elector.role(at(2_030)), Role::Leader(at(12_000)));
}

// claims: leader.renew-deadline
#[test]
fn nobody_leads_for_longer_than_the_lease_as_it_is_written() {
    let ms = Duration::from_millis;
    // 12.9 seconds are written as 12, of which others go out.
    let timing = Timing::default()
        .lease_duration(ms(12_900))
        .renew_deadline(ms(12_000))
        .retry_period(ms(2_000));
    let mut elector = Elector::new("me", timing, at(0)).unwrap();
    elector.poll(at(0), DATE);
    let Step::Create(created) = elector.answer(Answer::NotFound, at(0), DATE, 0.0) else {
        panic!("there is no lease")
    };
    assert_eq!(created.duration, ms(12_000));
    elector.answer(held(created, "1"), at(0), DATE, 0.0);
    assert_eq!(elector.role(at(0)), Role::Leader(at(12_000)));
}

#[test]
fn what_a_leader_goes_by_is_what_it_has_written() {
    let mut elector = elector();
    let date = Timestamp::from_unix(1_700_000_000, 123_456_789);
    elector.poll(at(0), date);
    let Step::Create(written) = elector.answer(Answer::NotFound, at(0), date, 0.0) else {
        panic!("there is no lease")
    };
    // A lease has microseconds.
    let mut answered = written.clone();
    answered.acquired = Timestamp::from_unix(1_700_000_000, 123_456_000);
    answered.renewed = answered.acquired;
    elector.answer(held(answered, "1"), at(0), date, 0.0);
    let observed = elector.observed().unwrap();
    assert_eq!(
        (&observed.record, &*observed.resource_version),
        (&written, "1")
    );
}
