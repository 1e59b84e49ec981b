//! A cache before a server that fails in every way it can, in a time of its own: one seed, one schedule.
//!
//! Each step something happens: somebody writes, a replica of the server catches up, the next part of an answer
//! arrives or does not, time passes, a subscriber comes, reads or goes. Claimed of every schedule, after every step: the
//! store is what the server once was, and that in the version which it claims; it never goes back; an index has what
//! the store has; what a subscriber was told, put together, is what the store holds. And once nothing goes wrong any
//! more, the store is what the server is, within twenty minutes.
//!
//! `PINTLE_SEEDS` says how many schedules (`cargo xtask sim cache` sets it), `PINTLE_FROM` where to begin; a failure
//! names its seed.

#![expect(
    clippy::print_stdout,
    reason = "what it met is for whoever reads the output of a test"
)]

mod broken;
mod listener;
mod object;
mod oracle;
mod sabotage;
mod server;
mod source;
mod tally;
mod world;

use self::sabotage::Sabotage;
use self::tally::Tally;
use self::world::World;

// claims: defects.missed-deletes, defects.gone-at-start, cache.reflector.unreadable-item, cache.informer.late
#[test]
fn the_store_is_what_the_server_was_and_in_the_end_what_it_is() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let from: u64 = number("PINTLE_FROM").unwrap_or(0);
    let seeds = number("PINTLE_SEEDS").unwrap_or(2_000);
    let mut total = Tally::default();
    for seed in from..from + seeds {
        match World::new(seed, Sabotage::None).run() {
            Ok(tally) => total.add(&tally),
            Err(error) => {
                // Once more, for whoever wants to know how it came to this.
                let _ = World::new(seed, Sabotage::None).told().run();
                panic!("seed {seed}, {error}")
            }
        }
    }
    println!("{total}");
    // What is claimed of nothing proves nothing.
    let surprises = match seeds {
        0..ENOUGH => Vec::new(),
        _ => total.surprises(),
    };
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// So many schedules meet everything there is.
const ENOUGH: u64 = 2_000;
