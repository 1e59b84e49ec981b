//! Free loopback ports.

use std::net::{Ipv4Addr, TcpListener};

use crate::error::{Context, Result};

/// Finds ports that nothing listens on. Somebody else may take one before it is used; a cluster that fails
/// for that reason is started again with others.
pub(crate) fn free<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    // All are held until the last is found, so that they differ.
    let mut listeners = Vec::with_capacity(N);
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context(|| "find a free port on 127.0.0.1".to_owned())?;
        *port = listener
            .local_addr()
            .context(|| "read the port found".to_owned())?
            .port();
        listeners.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ() {
        let [a, b, c] = free().unwrap();
        assert!(a != b && b != c && a != c && ![a, b, c].contains(&0));
    }
}
