//! Looks a name up once, checks every address, and hands exactly those to the connector: what was checked is what is dialled.

use std::{net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{Reach, address::refusal};

/// The resolver of one client.
pub(crate) struct CheckedResolver {
    pub(crate) reach: Reach,
}

/// Why a name was not resolved; found again in the source chain of the HTTP library's error.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ResolveProblem {
    #[error("{address} is {reason}")]
    Refused { address: std::net::IpAddr, reason: &'static str },
    #[error("the name has no address")]
    Unknown(#[source] Arc<std::io::Error>),
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let addresses = look_up(name.as_str()).await?;
            checked(reach, addresses).map_err(Into::into)
        })
    }
}

async fn look_up(name: &str) -> Result<Vec<SocketAddr>, ResolveProblem> {
    let unknown = |cause| ResolveProblem::Unknown(Arc::new(cause));
    let addresses: Vec<_> = tokio::net::lookup_host((name, 0)).await.map_err(unknown)?.collect();
    if addresses.is_empty() {
        return Err(unknown(std::io::Error::from(std::io::ErrorKind::NotFound)));
    }
    Ok(addresses)
}

/// One bad address refuses the name: a mixed answer is how DNS rebinding looks.
fn checked(reach: Reach, addresses: Vec<SocketAddr>) -> Result<Addrs, ResolveProblem> {
    let refused = addresses.iter().find_map(|address| Some((address.ip(), refusal(reach, address.ip())?)));
    match refused {
        Some((address, reason)) => Err(ResolveProblem::Refused { address, reason }),
        None => Ok(Box::new(addresses.into_iter())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_address_among_good_ones_refuses_the_name() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let mixed = vec![address("13.110.54.9:0"), address("169.254.169.254:0")];
        assert!(matches!(checked(Reach::Public, mixed), Err(ResolveProblem::Refused { .. })));
        assert!(checked(Reach::Public, vec![address("13.110.54.9:0")]).is_ok());
    }
}
