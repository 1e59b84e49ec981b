//! What a command line names: `pods`, `pod web-0`, `pods,services`, `pods/web-0 services/db`.

use crate::discovery::{Catalog, ResourceType};
use crate::error::Error;

/// A type and names of objects of it; no names stand for all objects that are selected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named<T> {
    pub(crate) resource: T,
    pub(crate) names: Vec<String>,
}

/// A type that the server knows, and names.
pub(crate) type Target<'a> = Named<&'a ResourceType>;

/// Reads the arguments of a command, before any server is asked.
pub(crate) fn parse(arguments: &[String]) -> Result<Vec<Named<String>>, Error> {
    let slashes = arguments.iter().filter(|argument| argument.contains('/'));
    match slashes.count() {
        0 => parse_types(arguments),
        n if n == arguments.len() => parse_pairs(arguments),
        _ => Err(
            Error::usage("TYPE/NAME and arguments without a slash do not go together")
                .with_hint("write either TYPE NAME..., or TYPE/NAME for every object"),
        ),
    }
}

/// Looks the types up. Two names of one type become one target.
pub(crate) fn resolve(
    named: Vec<Named<String>>,
    catalog: &Catalog,
) -> Result<Vec<Target<'_>>, Error> {
    let mut targets: Vec<Target<'_>> = Vec::new();
    for Named { resource, names } in named {
        let resource = catalog.find(&resource)?;
        let known = targets
            .iter_mut()
            .find(|target| std::ptr::eq(target.resource, resource));
        match known {
            Some(target) => target.names.extend(names),
            None => targets.push(Named { resource, names }),
        }
    }
    Ok(targets)
}

fn parse_types(arguments: &[String]) -> Result<Vec<Named<String>>, Error> {
    let (types, names) = arguments
        .split_first()
        .ok_or_else(|| Error::usage("no type is named"))?;
    types
        .split(',')
        .map(|resource| match resource {
            "" => Err(Error::usage(format!("{types:?} names an empty type"))),
            resource => Ok(Named {
                resource: resource.to_owned(),
                names: names.to_vec(),
            }),
        })
        .collect()
}

fn parse_pairs(arguments: &[String]) -> Result<Vec<Named<String>>, Error> {
    arguments
        .iter()
        .map(|argument| match argument.split_once('/') {
            Some((resource, name))
                if !resource.is_empty() && !name.is_empty() && !name.contains('/') =>
            {
                Ok(Named {
                    resource: resource.to_owned(),
                    names: vec![name.to_owned()],
                })
            }
            _ => Err(Error::usage(format!("{argument:?} is not TYPE/NAME"))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn parsed(line: &str) -> String {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        match parse(&arguments) {
            Ok(named) => {
                let text = named
                    .iter()
                    .map(|named| format!("{}{:?}", named.resource, named.names));
                text.collect::<Vec<_>>().join(" ")
            }
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn types_and_names_are_told_apart() {
        assert_eq!(parsed("pods"), "pods[]");
        assert_eq!(parsed("pod web-0 web-1"), r#"pod["web-0", "web-1"]"#);
        assert_eq!(parsed("pods,svc"), "pods[] svc[]");
        assert_eq!(parsed("pods,svc a"), r#"pods["a"] svc["a"]"#);
        assert_eq!(
            parsed("po/web-0 deploy.apps/web"),
            r#"po["web-0"] deploy.apps["web"]"#
        );
    }

    #[test]
    fn what_names_nothing_is_refused() {
        assert_eq!(parsed("pods,"), r#"error: "pods," names an empty type"#);
        for line in ["pods/", "/web", "a/b/c"] {
            assert_eq!(parsed(line), format!("error: {line:?} is not TYPE/NAME"));
        }
        assert!(parsed("pods web/0").starts_with("error: TYPE/NAME and"));
    }
}
