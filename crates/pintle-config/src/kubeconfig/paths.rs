//! The files that a stanza mentions, seen from the root or from the directory of the kubeconfig.

use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use super::{Cluster, User};

/// Something that mentions files.
pub(super) trait Mentions {
    /// Calls a function with every path that there is.
    fn each_path(&mut self, change: &mut dyn FnMut(&mut PathBuf));

    /// Makes every path absolute, taken from `directory`.
    fn resolve(&mut self, directory: &Path) {
        self.each_path(&mut |path| {
            if !path.as_os_str().is_empty() {
                *path = tidy(&directory.join(&*path));
            }
        });
    }

    /// Makes every path that leads into `directory` relative to it. The others stay absolute.
    fn relativize(&mut self, directory: &Path) {
        self.each_path(&mut |path| {
            let tidy = tidy(path);
            if let Ok(below) = tidy.strip_prefix(self::tidy(directory)) {
                *path = below.to_owned();
            }
        });
    }
}

impl Mentions for Cluster {
    fn each_path(&mut self, change: &mut dyn FnMut(&mut PathBuf)) {
        self.certificate_authority.iter_mut().for_each(change);
    }
}

impl Mentions for User {
    fn each_path(&mut self, change: &mut dyn FnMut(&mut PathBuf)) {
        for path in [
            &mut self.client_certificate,
            &mut self.client_key,
            &mut self.token_file,
        ] {
            path.iter_mut().for_each(&mut *change);
        }
        // A command without a separator is looked for in PATH.
        if let Some(exec) = &mut self.exec
            && exec.command.contains(MAIN_SEPARATOR)
        {
            let mut path = PathBuf::from(&exec.command);
            change(&mut path);
            let command = path.to_string_lossy().into_owned();
            // In the kubeconfig's own directory, it still must not look like a name.
            exec.command = match command.contains(MAIN_SEPARATOR) {
                true => command,
                false => format!(".{MAIN_SEPARATOR}{command}"),
            };
        }
    }
}

/// A path without `.` and without `..` after a name.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if tidy.file_name().is_some() => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}
