//! Caches with a mistake, each of which the simulation finds soon.

use super::sabotage::Sabotage;
use super::world::World;

/// Each must be found within a thousand schedules.
fn is_found(sabotage: Sabotage) {
    let found = (0..1_000).find_map(|seed| {
        let outcome = World::new(seed, sabotage).run();
        outcome.err().map(|error| (seed, error))
    });
    let (seed, error) = found.unwrap_or_else(|| panic!("{sabotage:?} was not found"));
    println!("{sabotage:?}: seed {seed}, {error}");
}

#[test]
fn a_delete_that_a_new_list_loses_is_found() {
    is_found(Sabotage::LostDelete);
}

#[test]
fn a_version_taken_from_a_failed_page_is_found() {
    is_found(Sabotage::FailedPage);
}

#[test]
fn a_bookmark_before_its_events_is_found() {
    is_found(Sabotage::EarlyBookmark);
}

#[test]
fn a_subscriber_that_misses_initial_objects_is_found() {
    is_found(Sabotage::MissedInitial);
}

#[test]
fn an_item_deleted_because_it_cannot_be_read_is_found() {
    is_found(Sabotage::FalseDelete);
}

#[test]
fn an_object_that_stays_because_its_deletion_cannot_be_read_is_found() {
    is_found(Sabotage::Ghost);
}

#[test]
fn a_delete_that_is_made_and_not_told_is_found() {
    is_found(Sabotage::SilentRelist);
}

#[test]
fn a_version_that_is_asked_for_for_ever_is_found() {
    is_found(Sabotage::SameVersion);
}
