//! The program that is measured. `probe run SUBJECT OPERATION TIMES` does one thing many times, for
//! callgrind; `probe memory` counts allocations; `probe check` compares what the alternatives say.

mod allocator;
mod subject;

use std::error::Error;

use subject::{Inputs, SUBJECTS};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let inputs = Inputs::load()?;
    match arguments[..] {
        ["run", subject, operation, times] => {
            subject::named(subject)?.run(operation, times.parse()?, &inputs)
        }
        ["memory"] => {
            for subject in SUBJECTS {
                subject.memory(&inputs)?;
            }
            Ok(())
        }
        ["check"] => {
            for subject in SUBJECTS {
                subject.check(&inputs)?;
            }
            Ok(())
        }
        _ => Err("usage: probe check | memory | run SUBJECT OPERATION TIMES".into()),
    }
}
