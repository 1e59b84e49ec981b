//! The table of `pintle_api::scheme`: every registered kind, by what objects say that they are.

use std::fmt::Write as _;

use crate::error::{Error, Result};

use super::exceptions::{self, NOT_REGISTERED};
use super::facts::Facts;
use super::kinds::{self, Role};
use super::types::{DIRECTORY, group_of, versioned};
use super::{GeneratedFile, MARK};

pub(crate) fn generate(facts: &Facts) -> Result<GeneratedFile> {
    let mut entries = Vec::new();
    for (package_name, package) in versioned(facts) {
        for (name, type_) in &package.types {
            let full_name = format!("{package_name}.{name}");
            let left_out = NOT_REGISTERED.iter().any(|(known, _)| *known == full_name);
            let role = kinds::role(facts, package_name, package, name);
            if left_out || !type_.gvk {
                continue;
            }
            if role.is_none()
                || !(matches!(role, Some(Role::List)) || exceptions::is_generated(&full_name))
            {
                return Err(Error::new(format!("{full_name} is registered but no kind")));
            }
            let group = group_of(package_name, package, name);
            entries.push((group, package.version.as_str(), name.as_str(), package_name));
        }
    }
    entries.sort_unstable();
    let mut out = format!(
        "{MARK} from schema/types. Do not edit.\n\n\
         //! Every registered kind, by group, version and kind.\n\n\
         use super::Registered;\n\n\
         #[rustfmt::skip] // A line a kind.\n\
         pub(super) static KINDS: &[Registered] = &[\n"
    );
    for (_, _, name, package_name) in entries {
        let Some((group, version)) = package_name.split_once('.') else {
            continue;
        };
        match group {
            "meta" => writeln!(
                out,
                "    Registered::of::<pintle_meta::{version}::{name}>(),"
            )?,
            "core" => writeln!(
                out,
                "    Registered::of::<crate::core::{version}::{name}>(),"
            )?,
            group => writeln!(
                out,
                "    #[cfg(feature = {group:?})]\n    Registered::of::<crate::{group}::{version}::{name}>(),"
            )?,
        }
    }
    out.push_str("];\n");
    Ok(GeneratedFile {
        path: format!("{DIRECTORY}/scheme/table.rs").into(),
        contents: out,
    })
}
