//! One thing over and over and nothing else, for a profiler to look at.

use std::env;
use std::process::ExitCode;

use crate::input::Catalogue;
use crate::{Failure, Format, Lane, Peer};

/// Decodes, decodes and walks, or edits and encodes an input a number of times. Arguments: the directory of the inputs, the
/// input's name, `json` or `protobuf`, `decode`, `walk` or `encode`, the number, and optionally the lane's variant.
pub fn profile<P: Peer>() -> ExitCode {
    match run::<P>(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}: {failure}", P::NAME);
            ExitCode::FAILURE
        }
    }
}

fn run<P: Peer>(arguments: &[String]) -> Result<(), Failure> {
    let [directory, input, format, task, passes, variant @ ..] = arguments else {
        return Err("DIRECTORY INPUT json|protobuf decode|walk|encode TIMES [VARIANT]".into());
    };
    let lane = Lane {
        format: match format.as_str() {
            "json" => Format::Json,
            "protobuf" => Format::Protobuf,
            _ => return Err(format!("{format}: json or protobuf").into()),
        },
        variant: variant.first().cloned().unwrap_or_default(),
    };
    let catalogue = Catalogue::read(directory.into())?;
    let set = catalogue.open(input, lane.format)?;
    let workload = P::open(&lane, catalogue.kind(input)?, false)
        .ok_or_else(|| format!("{input}: unsupported"))?;
    match task.as_str() {
        "decode" => workload.decode(&set.objects(), passes.parse()?)?,
        "walk" => workload.walk(&set.objects(), passes.parse()?)?,
        "encode" => workload.encode(&set.objects(), passes.parse()?)?,
        _ => return Err(format!("{task}: decode, walk or encode").into()),
    };
    Ok(())
}
