//! A peer's life: it greets, and answers requests until its input ends.

use std::env;
use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::input::{self, Catalogue, Set};
use crate::protocol::{Answer, Greeting, Request, Task, Timing};
use crate::{Counted, Failure, Format, Lane, Workload};

/// A library, as the driver meets it.
pub trait Peer {
    const NAME: &'static str;

    /// Whether it can look at every field of an object.
    const WALKS: bool = false;

    /// The ways in which it reads and writes.
    fn lanes() -> Vec<Lane>;

    /// A way for objects of a kind; `None` if it has none.
    fn open(lane: &Lane, kind: &str, pruned: bool) -> Option<Box<dyn Workload>>;
}

/// Serves requests for time. The only argument of the program is the directory of the inputs.
pub fn serve<P: Peer>() -> ExitCode {
    finish::<P>(None)
}

/// Serves requests for counts; `heap` is the program's allocator.
pub fn serve_counting<P: Peer>(heap: &'static Counted) -> ExitCode {
    finish::<P>(Some(heap))
}

fn finish<P: Peer>(heap: Option<&'static Counted>) -> ExitCode {
    match run::<P>(heap) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}: {failure}", P::NAME);
            ExitCode::FAILURE
        }
    }
}

fn run<P: Peer>(heap: Option<&'static Counted>) -> Result<(), Failure> {
    let directory = env::args_os().nth(1).ok_or("which directory of inputs?")?;
    let catalogue = Catalogue::read(PathBuf::from(directory))?;
    say(&Greeting {
        peer: P::NAME,
        lanes: P::lanes(),
        walks: P::WALKS,
    })?;
    // The driver goes through an input from end to end before it turns to the next.
    let mut opened: Option<(String, Format, Set)> = None;
    for line in io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let (input, format) = (&request.input, request.lane.format);
        let set = match &opened {
            Some((name, known, set)) if name == input && *known == format => set,
            _ => {
                let set = catalogue.open(input, format)?;
                &opened.insert((input.clone(), format, set)).2
            }
        };
        let kind = catalogue.kind(input)?;
        let answer = match P::open(&request.lane, kind, request.pruned) {
            None => Answer::Unsupported,
            Some(workload) => answer(&*workload, &set.objects(), &request, heap)
                .unwrap_or_else(|failure| Answer::Failed(failure.to_string())),
        };
        say(&answer)?;
    }
    Ok(())
}

fn answer(
    workload: &dyn Workload,
    objects: &[&[u8]],
    request: &Request,
    heap: Option<&'static Counted>,
) -> Result<Answer, Failure> {
    let heap = || heap.ok_or("this program does not count");
    let copies = if objects.len() == 1 { COPIES } else { 1 };
    Ok(match &request.task {
        Task::Decode { millis } => Answer::Time(at_least(*millis, objects, |objects, passes| {
            workload.decode(objects, passes)
        })?),
        Task::Walk { millis } => Answer::Time(at_least(*millis, objects, |objects, passes| {
            workload.walk(objects, passes)
        })?),
        Task::Encode { millis } => Answer::Time(at_least(*millis, objects, |objects, passes| {
            workload.encode(objects, passes)
        })?),
        Task::CountDecode => counted(objects, workload.count_decode(objects, heap()?)?),
        Task::CountEncode => counted(objects, workload.count_encode(objects, heap()?)?),
        Task::Live => Answer::Live {
            objects: (objects.len() * copies) as u64,
            bytes: workload.live(objects, copies, request.pruned, heap()?)?,
        },
        Task::Write { to } => {
            input::write(to, workload.rewrite(objects)?.into_iter())?;
            Answer::Written
        }
    })
}

/// Warms up, and repeats a measurement with more passes until it takes so long.
fn at_least(
    millis: u64,
    objects: &[&[u8]],
    run: impl Fn(&[&[u8]], u64) -> Result<Timing, Failure>,
) -> Result<Timing, Failure> {
    run(&objects[..objects.len().min(WARM_UP)], 1)?;
    let wanted = millis * 1_000_000;
    let mut passes = 1;
    loop {
        let timing = run(objects, passes)?;
        if timing.thread_ns >= wanted {
            return Ok(timing);
        }
        // A tenth more than seems to be needed; at most ten times as many, since the first pass is slow.
        let factor = (wanted as f64 * 1.1 / timing.thread_ns.max(1) as f64).min(10.0);
        passes = (passes as f64 * factor).ceil() as u64;
    }
}

fn counted(objects: &[&[u8]], counts: crate::Counts) -> Answer {
    Answer::Count {
        objects: objects.len() as u64,
        allocations: counts.allocations,
        reallocations: counts.reallocations,
    }
}

fn say(line: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// How often a single object is held: often enough that what a codec keeps beside objects weighs little, as
/// in a cache.
const COPIES: usize = 1000;

/// How many objects of a set are gone through before the clock starts.
const WARM_UP: usize = 500;
