//! The cache on disk.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pintle_discovery::{Discovery as _, DiskCache};
use pintle_env::ManualClock;
use pintle_meta::GroupVersion;
use tempfile::TempDir;

use crate::{Server, aggregated, legacy, names};

fn cache(server: &Server, directory: &Path) -> DiskCache {
    DiskCache::builder(directory, Duration::from_secs(600)).over(server.discovery())
}

fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let path = path.strip_prefix(directory).unwrap();
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

// claims: discovery.disk.layout, discovery.disk.shared
#[tokio::test]
async fn the_second_process_asks_nothing() {
    let directory = TempDir::new().unwrap();
    let server = aggregated();
    let first = cache(&server, directory.path());
    let served = names(&first.all().await.unwrap());
    assert_eq!(server.asked(), ["/api", "/apis"]);
    assert!(first.is_fresh());
    let expected = [
        "apps/v1/serverresources.json",
        "example.com/v1/serverresources.json",
        "example.com/v2/serverresources.json",
        "other.example.com/v1/serverresources.json",
        "servergroups.json",
        "v1/serverresources.json",
    ];
    assert_eq!(files(directory.path()), expected);
    let second = cache(&server, directory.path());
    assert_eq!(names(&second.all().await.unwrap()), served);
    assert_eq!(server.asked(), [""; 0]);
    assert!(!second.is_fresh(), "the files are those of another one");
    let groups = fs::read_to_string(directory.path().join("servergroups.json")).unwrap();
    assert!(groups.starts_with(r#"{"kind":"APIGroupList","apiVersion":"v1","groups":["#));
    assert!(groups.ends_with("}\n"));
}

// claims: discovery.disk.permissions
#[cfg(unix)]
#[tokio::test]
async fn files_are_for_owner_and_group() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("new");
    cache(&aggregated(), &path).all().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path) & !0o750, 0);
    assert_eq!(mode(&path.join("apps/v1")) & !0o750, 0);
    assert_eq!(mode(&path.join("servergroups.json")), 0o660);
    assert_eq!(mode(&path.join("apps/v1/serverresources.json")), 0o660);
}

// claims: discovery.disk.expiry
#[tokio::test]
async fn files_are_believed_for_a_while_after_they_were_written() {
    let directory = TempDir::new().unwrap();
    let server = aggregated();
    cache(&server, directory.path()).all().await.unwrap();
    server.asked();
    // The clock of a test begins at the epoch.
    let clock = Arc::new(ManualClock::new());
    let age = |seconds: u64| {
        for file in files(directory.path()) {
            let file = fs::File::options()
                .write(true)
                .open(directory.path().join(file))
                .unwrap();
            let written = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000_000 - seconds);
            file.set_modified(written).unwrap();
        }
    };
    let builder = DiskCache::builder(directory.path(), Duration::from_secs(600));
    let builder = builder.clock(clock.clone());
    let now = {
        use pintle_env::Clock as _;
        clock.timestamp().unix_seconds()
    };
    clock.advance(Duration::from_secs(
        10_000_000_000 - u64::try_from(now).unwrap(),
    ));
    age(600);
    builder
        .clone()
        .over(server.discovery())
        .all()
        .await
        .unwrap();
    assert_eq!(server.asked(), [""; 0]);
    age(601);
    builder.over(server.discovery()).all().await.unwrap();
    assert_eq!(server.asked(), ["/api", "/apis"]);
}

// claims: discovery.disk.invalidate
#[tokio::test]
async fn after_an_invalidation_only_own_files_are_believed() {
    let directory = TempDir::new().unwrap();
    let server = aggregated();
    cache(&server, directory.path()).all().await.unwrap();
    server.asked();
    let second = cache(&server, directory.path());
    second.groups().await.unwrap();
    assert!(!second.is_fresh());
    second.invalidate();
    assert!(second.is_fresh());
    second.all().await.unwrap();
    assert_eq!(server.asked(), ["/api", "/apis"]);
    second.all().await.unwrap();
    assert!(second.is_fresh());
    assert_eq!(server.asked(), [""; 0]);
}

// claims: discovery.disk.empty
#[tokio::test]
async fn what_is_empty_or_failed_is_not_kept() {
    let directory = TempDir::new().unwrap();
    let server = legacy();
    let empty = r#"{"kind":"APIResourceList","groupVersion":"apps/v1","resources":[]}"#;
    server.json("/apis/apps/v1", empty);
    cache(&server, directory.path()).all().await.unwrap();
    let expected = [
        "apps/v1beta1/serverresources.json",
        "servergroups.json",
        "v1/serverresources.json",
    ];
    assert_eq!(files(directory.path()), expected);
    let directory = TempDir::new().unwrap();
    server.json("/api", r#"{"kind":"APIVersions","versions":[]}"#);
    server.json("/apis", r#"{"kind":"APIGroupList","groups":[]}"#);
    let served = cache(&server, directory.path()).all().await.unwrap();
    assert_eq!(names(&served), [""; 0]);
}

// claims: discovery.disk.unreadable
#[tokio::test]
async fn files_that_cannot_be_used_are_as_good_as_none() {
    let directory = TempDir::new().unwrap();
    let server = aggregated();
    let served = names(&cache(&server, directory.path()).all().await.unwrap());
    for file in files(directory.path()) {
        fs::write(directory.path().join(file), "{\"kind\":\"API").unwrap();
    }
    let again = cache(&server, directory.path());
    assert_eq!(names(&again.all().await.unwrap()), served);
    // Where nothing can be written, the server is asked each time.
    let nowhere = directory
        .path()
        .join("servergroups.json")
        .join("below-a-file");
    let nowhere = cache(&server, &nowhere);
    assert_eq!(names(&nowhere.all().await.unwrap()), served);
}

// claims: discovery.disk.outside
#[tokio::test]
async fn no_group_leads_out_of_the_directory() {
    let directory = TempDir::new().unwrap();
    let server = legacy();
    server.json(
        "/apis",
        r#"{"kind":"APIGroupList","groups":[{"name":"../../up","versions":[{"groupVersion":"../../up/v1","version":"v1"}]}]}"#,
    );
    let inner = directory.path().join("a").join("b").join("c");
    let cache = cache(&server, &inner);
    let _ = cache.all().await;
    let _ = cache.resources(&GroupVersion::new("../../up", "v1")).await;
    assert!(
        files(directory.path())
            .iter()
            .all(|file| file.starts_with("a/b/c/"))
    );
}

// claims: discovery.disk.atomic
#[tokio::test]
async fn nobody_reads_half_a_file() {
    let directory = TempDir::new().unwrap();
    let server = aggregated();
    let expected = names(&server.discovery().all().await.unwrap());
    let mut threads = Vec::new();
    for _ in 0..4 {
        let (server, path, expected) = (
            server.clone(),
            directory.path().to_owned(),
            expected.clone(),
        );
        threads.push(std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                for _ in 0..20 {
                    let cache = cache(&server, &path);
                    assert_eq!(names(&cache.all().await.unwrap()), expected);
                    cache.invalidate();
                    assert_eq!(names(&cache.all().await.unwrap()), expected);
                    // Whatever a file holds at any time, it is whole.
                    for file in files(&path).iter().filter(|file| file.ends_with(".json")) {
                        let text = fs::read_to_string(path.join(file)).unwrap();
                        assert!(text.ends_with("}\n"), "{file}: {text}");
                    }
                }
            });
        }));
    }
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert!(
        files(directory.path())
            .iter()
            .all(|file| file.ends_with(".json"))
    );
}
