//! Running a test.

/// Runs a future to its end, on a runtime of its own that ends with it.
///
/// For tests that have no `#[tokio::test]`. The cluster runs on other threads than the test, which may
/// therefore block, for instance on a program that it runs against the cluster.
///
/// # Panics
///
/// If the system starts no threads, or within another runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("the system starts threads");
    runtime.block_on(future)
}
