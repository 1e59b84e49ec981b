//! A replica that does nothing but lead: `cargo run -p pintle-leader --example candidate -- NAMESPACE LEASE NAME`.
//!
//! Start it several times under different names, kill or stop (SIGSTOP) the one that leads, and see
//! another take over. Each line that it prints says what happened and when; while it leads it writes its
//! name into the ConfigMap `NAMESPACE/LEASE`, under the fence of its leadership, and says when a write
//! is refused because it came too late. It ends with its standard input.

use std::process::ExitCode;
use std::time::Duration;

use pintle_api::core::v1::ConfigMap;
use pintle_client::{Api, Client, Error};
use pintle_leader::{Election, Leadership, Timing};
use pintle_meta::v1::{CreateOptions, PatchOptions};
use tokio::io::AsyncReadExt as _;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("NAMESPACE LEASE NAME are expected");
    let (namespace, lease, name) = (argument()?, argument()?, argument()?);
    let client = Client::infer().await?;
    let maps = client.api::<ConfigMap>().namespace(&namespace);
    let mut map = ConfigMap::default();
    map.metadata.name = lease.as_str().into();
    maps.get_or_create(&map, &CreateOptions::default()).await?;
    // Short, so that one can watch it.
    let timing = Timing::default()
        .lease_duration(Duration::from_secs(3))
        .renew_deadline(Duration::from_secs(2))
        .retry_period(Duration::from_millis(500));
    let election = Election::new(&client, &namespace, &lease, &name)?.timing(timing)?;
    let stop = async {
        // Its end, or whatever else it holds.
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let mut last = None;
        let work = |leadership: Leadership| {
            last = Some(leadership.clone());
            lead(leadership, &maps, &lease, &name)
        };
        match election.run_until(&mut stop, work).await {
            Ok(_) => break,
            Err(error) if error.is_lost() => say("lost"),
            Err(error) => return Err(error.into()),
        }
        // What would be wrong, if the fence did not prevent it.
        if let Some(last) = last {
            match write(&last, &maps, &lease, &name).await? {
                true => say("too late: written"),
                false => say("too late: refused"),
            }
        }
    }
    say("ended");
    Ok(())
}

/// What a leader does, until it is to end.
async fn lead(leadership: Leadership, maps: &Api<ConfigMap>, lease: &str, name: &str) {
    say(&format!("leads {}", leadership.fence().transitions()));
    let mut ended = std::pin::pin!(leadership.ended());
    loop {
        match write(&leadership, maps, lease, name).await {
            Ok(true) => {}
            Ok(false) => say("refused"),
            Err(error) => say(&format!("not written: {error}")),
        }
        tokio::select! {
            () = &mut ended => return,
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
}

/// Writes a name under the fence; whether that was accepted.
async fn write(
    leadership: &Leadership,
    maps: &Api<ConfigMap>,
    lease: &str,
    name: &str,
) -> Result<bool, Error> {
    let change = |map: &mut ConfigMap| drop(map.data.insert("leader", name.into()));
    let options = PatchOptions::default();
    let edited = leadership
        .fence()
        .edit(maps, lease, &options, |map| &mut map.metadata, change)
        .await?;
    Ok(edited.is_ok())
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn say(what: &str) {
    println!("{what}");
}
