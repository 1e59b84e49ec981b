//! Changing kubeconfig files: each stanza in the file that it came from.
//!
//! Invariant: while files are read and written, every file that could be is locked, by a file beside
//! it that did not exist; and a file in which nothing changes is not touched.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use super::paths::Mentions;
use super::read::absolute;
use super::write::make_directories;
use super::{Cluster, Context, Kubeconfig, User};
use crate::error::{Error, ErrorKind};

/// The files that a kubeconfig is made from.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The one that was named, if one was: it is used alone.
    pub(crate) explicit: Option<PathBuf>,
    /// The others, first one first.
    pub(crate) list: Vec<PathBuf>,
}

impl Files {
    /// All of them, first one first.
    pub(crate) fn all(&self) -> &[PathBuf] {
        match &self.explicit {
            Some(path) => std::slice::from_ref(path),
            None => &self.list,
        }
    }

    /// The file for what came from none: the explicit one, else the first that exists, else the last.
    fn default_file(&self) -> Result<&Path, Error> {
        let all = self.all();
        let existing = all.iter().find(|path| path.exists());
        let file = existing.or(all.last()).ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "there is no kubeconfig to write to: neither $KUBECONFIG nor a home directory is set",
            )
        })?;
        Ok(file)
    }
}

/// Lets `change` change the kubeconfig that the files are merged to, and writes what it changed. With
/// `relative_paths`, files that a changed stanza mentions are written relative to the kubeconfig's
/// directory if they are below it.
pub(crate) fn modify<T>(
    files: &Files,
    relative_paths: bool,
    change: impl FnOnce(&mut Kubeconfig) -> T,
) -> Result<T, Error> {
    let default = absolute(files.default_file()?);
    let sources: Vec<PathBuf> = files.all().iter().map(|path| absolute(path)).collect();
    let locks = Locks::acquire(&sources)?;
    let mut drafts = Drafts {
        files: Vec::new(),
        locks,
    };
    let mut before = Kubeconfig::default();
    for path in sources {
        if drafts.files.iter().any(|draft| draft.path == path) {
            continue;
        }
        let draft = Draft::of(&path)?;
        before.merge(draft.kubeconfig.clone());
        drafts.files.push(draft);
    }

    let mut after = before.clone();
    let outcome = change(&mut after);

    if before.current_context != after.current_context {
        drafts.set_current_context(&after.current_context, &default)?;
    }
    let settle = |directory: &Path, stanza: &mut dyn Mentions| {
        if relative_paths {
            stanza.resolve(directory);
            stanza.relativize(directory);
        }
    };
    drafts.apply(&before.clusters, &after.clusters, &default, &settle)?;
    drafts.apply(&before.contexts, &after.contexts, &default, &settle)?;
    drafts.apply(&before.users, &after.users, &default, &settle)?;
    for draft in &drafts.files {
        if draft.changed {
            draft.kubeconfig.write(&draft.path)?;
        }
    }
    Ok(outcome)
}

/// The files as they will be, locked.
struct Drafts {
    files: Vec<Draft>,
    locks: Locks,
}

struct Draft {
    path: PathBuf,
    kubeconfig: Kubeconfig,
    changed: bool,
}

impl Draft {
    /// The file as it is.
    fn of(path: &Path) -> Result<Self, Error> {
        let mut kubeconfig = Kubeconfig::read_as_is(path)?.unwrap_or_default();
        kubeconfig.come_from(path);
        Ok(Self {
            path: path.to_owned(),
            kubeconfig,
            changed: false,
        })
    }
}

impl Drafts {
    /// The draft of a file, which is to be changed.
    fn changing(&mut self, path: &Path) -> Result<&mut Kubeconfig, Error> {
        let at = self.files.iter().position(|draft| draft.path == path);
        let at = match at {
            Some(at) => at,
            // That of a stanza which was taken from another kubeconfig.
            None => {
                self.locks.add(path)?;
                self.files.push(Draft::of(path)?);
                self.files.len() - 1
            }
        };
        let draft = &mut self.files[at];
        draft.changed = true;
        Ok(&mut draft.kubeconfig)
    }

    /// Sets the current context in the default file; to clear it, clears it where it is set.
    fn set_current_context(&mut self, name: &str, default: &Path) -> Result<(), Error> {
        let setting = |draft: &&mut Draft| !draft.kubeconfig.current_context.is_empty();
        if !name.is_empty() {
            self.changing(default)?.current_context = name.to_owned();
        } else if let Some(draft) = self.files.iter_mut().find(setting) {
            draft.kubeconfig.current_context.clear();
            draft.changed = true;
        }
        Ok(())
    }

    /// Takes over what is new, changed or gone.
    fn apply<T: Entry>(
        &mut self,
        before: &BTreeMap<String, T>,
        after: &BTreeMap<String, T>,
        default: &Path,
        settle: &dyn Fn(&Path, &mut dyn Mentions),
    ) -> Result<(), Error> {
        for (name, value) in after {
            let unchanged = before.get(name) == Some(value);
            if !unchanged {
                let file = value.origin().unwrap_or(default).to_owned();
                let mut value = value.clone();
                let directory = file.parent().unwrap_or(Path::new(""));
                if let Some(mentions) = value.mentions() {
                    settle(directory, mentions);
                }
                T::entries(self.changing(&file)?).insert(name.clone(), value);
            }
        }
        for (name, value) in before {
            if !after.contains_key(name) {
                let file = value.origin().unwrap_or(default).to_owned();
                T::entries(self.changing(&file)?).remove(name);
            }
        }
        Ok(())
    }
}

/// What a kubeconfig holds by name.
trait Entry: Clone + PartialEq {
    fn entries(kubeconfig: &mut Kubeconfig) -> &mut BTreeMap<String, Self>;

    fn origin(&self) -> Option<&Path>;

    fn mentions(&mut self) -> Option<&mut dyn Mentions>;
}

impl Entry for Cluster {
    fn entries(kubeconfig: &mut Kubeconfig) -> &mut BTreeMap<String, Self> {
        &mut kubeconfig.clusters
    }

    fn origin(&self) -> Option<&Path> {
        self.origin()
    }

    fn mentions(&mut self) -> Option<&mut dyn Mentions> {
        Some(self)
    }
}

impl Entry for User {
    fn entries(kubeconfig: &mut Kubeconfig) -> &mut BTreeMap<String, Self> {
        &mut kubeconfig.users
    }

    fn origin(&self) -> Option<&Path> {
        self.origin()
    }

    fn mentions(&mut self) -> Option<&mut dyn Mentions> {
        Some(self)
    }
}

impl Entry for Context {
    fn entries(kubeconfig: &mut Kubeconfig) -> &mut BTreeMap<String, Self> {
        &mut kubeconfig.contexts
    }

    fn origin(&self) -> Option<&Path> {
        self.origin()
    }

    fn mentions(&mut self) -> Option<&mut dyn Mentions> {
        None
    }
}

/// The locks of files, which end with it.
struct Locks(Vec<PathBuf>);

impl Locks {
    /// Locks files, always in the same order, so that two who want the same ones do not each get one.
    fn acquire(files: &[PathBuf]) -> Result<Self, Error> {
        let mut files: Vec<&PathBuf> = files.iter().collect();
        files.sort();
        files.dedup();
        let mut locks = Self(Vec::new());
        for file in files {
            locks.add(file)?;
        }
        Ok(locks)
    }

    /// Locks one more.
    fn add(&mut self, file: &Path) -> Result<(), Error> {
        let mut name = file.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        create(&lock).map_err(|error| refused(file, &lock, error))?;
        self.0.push(lock);
        Ok(())
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for lock in &self.0 {
            if let Err(error) = std::fs::remove_file(lock) {
                tracing::warn!(%error, lock = %lock.display(), "cannot remove the lock of a kubeconfig");
            }
        }
    }
}

fn create(lock: &Path) -> io::Result<()> {
    make_directories(lock)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(lock).map(drop)
}

fn refused(file: &Path, lock: &Path, error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Error::new(
            ErrorKind::Locked,
            format!(
                "another program is changing the kubeconfig {}",
                file.display()
            ),
        )
        .with_hint(format!(
            "try again; if there is no such program, remove {}",
            lock.display()
        ));
    }
    Error::new(
        ErrorKind::Unwritable,
        format!("cannot make the lock {}", lock.display()),
    )
    .with_hint("check that you may write to the kubeconfig's directory")
    .caused_by(error)
}
