//! Measures how pintle's types and codecs could be made, and prints one table. `--generate` only
//! writes the sources.

mod generate;
mod measure;
mod model;

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("the driver has no parent directory")?;
    let structs = model::closure(&here.join("../../schema/types"), "core.v1.Pod")?;
    let fields: usize = structs.iter().map(|s| s.fields.len()).sum();
    println!(
        "The closure of core/v1 Pod: {} structs, {fields} fields.\n",
        structs.len()
    );
    for (name, source) in generate::all(&structs) {
        let path = here.join("types").join(name).join("src/generated.rs");
        if fs::read_to_string(&path).ok().as_ref() != Some(&source) {
            fs::write(path, source)?;
        }
    }
    if std::env::args().any(|argument| argument == "--generate") {
        return Ok(());
    }
    measure::report(here, structs.len())
}
