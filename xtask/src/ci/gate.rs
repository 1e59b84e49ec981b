//! Running the steps, and the table at the end.

use std::fs;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Args;
use pintle_env::{Clock, SystemClock};

use super::outcome::Cases;
use super::steps::{STEPS, Step, When};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::real_cluster::Binaries;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Run the long steps too
    #[arg(long)]
    nightly: bool,
    /// Run this step only (may be repeated)
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// List the steps and run none
    #[arg(long)]
    list: bool,
}

/// Runs every step, however many fail, and succeeds if all did.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        for step in STEPS {
            let when = if step.when == When::Nightly {
                " (nightly)"
            } else {
                ""
            };
            println!("{:14} {}{when}", step.name, step.proves);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let steps = choose(arguments)?;
    let interrupt = Interrupt::listen()?;
    thread::scope(|scope| {
        if arguments.only.is_empty() {
            // It is long, and no step before the first that needs it makes full use of two processors. What
            // it fails with, that step will say.
            scope.spawn(|| Binaries::ensure(&interrupt).map(drop));
        }
        run_all(&steps, &interrupt)
    })
}

fn run_all(steps: &[&'static Step], interrupt: &Interrupt) -> Result<ExitCode> {
    let clock = SystemClock::new();
    let mut results = Vec::new();
    for step in steps {
        eprintln!("\n── {}: {}", step.name, step.proves);
        let (started, cpu) = (clock.now(), cpu_of_children());
        let outcome = (step.run)(interrupt).and_then(|cases| above_floor(step, cases));
        let took = clock.now().saturating_since(started);
        let cpu = cpu_of_children().saturating_sub(cpu);
        if let Some(signal) = interrupt.signal() {
            eprintln!("stopped in {}", step.name);
            return Ok(Interrupt::exit_code(signal));
        }
        if let Err(error) = &outcome {
            eprintln!("{}: {}", step.name, error.with_causes());
        }
        results.push(Finished {
            step,
            outcome,
            took,
            cpu,
        });
    }
    print!("\n{}", table(&results));
    let failed = results
        .iter()
        .filter(|result| result.outcome.is_err())
        .count();
    println!("{} passed, {failed} failed", results.len() - failed);
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn choose(arguments: &Arguments) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = arguments
        .only
        .iter()
        .find(|name| STEPS.iter().all(|s| s.name != **name))
    {
        return Err(Error::new(format!(
            "no step is named {unknown}: cargo xtask ci --list names them"
        )));
    }
    Ok(STEPS
        .iter()
        .filter(|step| match arguments.only.as_slice() {
            [] => step.when == When::Always || arguments.nightly,
            only => only.iter().any(|name| name == step.name),
        })
        .collect())
}

fn above_floor(step: &Step, cases: Cases) -> Result<Cases> {
    match (cases, step.floor) {
        (Some(cases), Some(floor)) if cases < floor => Err(Error::new(format!(
            "only {cases} cases, where there were {floor}: they are not found, or the floor is out of date"
        ))),
        _ => Ok(cases),
    }
}

struct Finished {
    step: &'static Step,
    outcome: Result<Cases>,
    took: Duration,
    /// What processors spent on it: where they have more to do, this says better what a step costs. What is built
    /// beside counts for the step in which it ends.
    cpu: Duration,
}

fn table(results: &[Finished]) -> String {
    let mut table = format!(
        "{:14} {:6} {:>7} {:>7} {:>8} {:>8}\n",
        "step", "result", "time", "cpu", "cases", "floor"
    );
    let number =
        |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
    let (mut total, mut total_cpu) = (Duration::ZERO, Duration::ZERO);
    for Finished {
        step,
        outcome,
        took,
        cpu,
    } in results
    {
        let (result, cases) = match outcome {
            Ok(cases) => ("ok", *cases),
            Err(_) => ("FAILED", None),
        };
        table.push_str(&format!(
            "{:14} {result:6} {:>7} {:>7} {:>8} {:>8}\n",
            step.name,
            minutes(*took),
            minutes(*cpu),
            number(cases),
            number(step.floor)
        ));
        total += *took;
        total_cpu += *cpu;
    }
    let (total, total_cpu) = (minutes(total), minutes(total_cpu));
    table.push_str(&format!(
        "{:14} {:6} {total:>7} {total_cpu:>7}\n",
        "total", ""
    ));
    table
}

/// The time that processors have spent on processes that this one started and that have ended, and on
/// theirs. Nothing where the system does not say.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in brackets, which may hold anything.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let fields = fields.split(' ').skip(13).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

fn minutes(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// In a second, in what Linux says.
const TICKS: u64 = 100;

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const STEP: Step = Step {
        name: "test",
        proves: "a step",
        when: When::Always,
        floor: Some(10),
        run: |_| Ok(Some(9)),
    };

    #[test]
    fn step_below_its_floor_fails() {
        above_floor(&STEP, Some(9)).unwrap_err();
        assert_eq!(above_floor(&STEP, Some(10)).unwrap(), Some(10));
    }

    #[test]
    fn table_has_time_cases_and_floor() {
        let results = [
            Finished {
                step: &STEP,
                outcome: Ok(Some(12)),
                took: Duration::from_secs(61),
                cpu: Duration::from_secs(100),
            },
            Finished {
                step: &STEP,
                outcome: Err(Error::new("no")),
                took: Duration::from_secs(2),
                cpu: Duration::from_secs(1),
            },
        ];
        assert_eq!(
            table(&results),
            "step           result    time     cpu    cases    floor\n\
             test           ok        1:01    1:40       12       10\n\
             test           FAILED    0:02    0:01        -       10\n\
             total                    1:03    1:41\n"
        );
    }

    #[test]
    fn processes_that_have_ended_count() {
        let before = cpu_of_children();
        let busy = "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done";
        Command::new("sh").args(["-c", busy]).status().unwrap();
        assert!(cpu_of_children() > before);
    }

    #[test]
    fn step_names_are_unique() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }
}
