//! Fetching a page that an operator names, for `article import`.
//!
//! This is the only file that opens a connection to somebody else's server, so the rules that keep it
//! from being turned against the inside of a network stand here together: a name is resolved by us,
//! every address it yields is checked before anything connects to it, each redirect starts the checks
//! again, and no proxy from the environment stands between the check and the connection.

mod address;

use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response};
use url::{Host, Url};

use super::import::{Format, MAX_BYTES};

/// From the first look-up of a name to the last byte, all redirects included.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// How many times a page may send us elsewhere.
const MAX_REDIRECTS: usize = 3;

/// Says who asks, so that a paper can recognise or refuse us.
const USER_AGENT: &str = concat!("Belowline/", env!("CARGO_PKG_VERSION"), " (article import)");

/// A page as its server sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// At most [`MAX_BYTES`].
    pub bytes: Vec<u8>,
    /// The `Content-Type` header as sent; always one that [`Format::from_content_type`] knows.
    pub content_type: String,
    /// Where the page was in the end, after redirects.
    pub final_url: String,
}

/// Why a page was not fetched. Each message says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("This is not a web address. Give one that begins with https:// and holds no password.")]
    BadUrl,
    #[error(
        "{0} is an address inside a private network, so it is not fetched. If that is intended, allow it with --allow-private-address."
    )]
    PrivateAddress(String),
    #[error(
        "The page was not read within 5 seconds. Try again, or save it as a file and import that."
    )]
    TimedOut,
    #[error("The page is larger than 2 MiB. Save only the article as a file and import that.")]
    TooLarge,
    #[error("The page redirects more than 3 times. Give the address where it ends.")]
    TooManyRedirects,
    #[error("The server answered with status {0}. Open the address in a browser to see why.")]
    Status(u16),
    #[error("The address holds {0}, not a page or a text. Give the address of the article itself.")]
    NotText(String),
    #[error("The server could not be reached ({0}). Check the address and this machine's network.")]
    Unreachable(String),
}

/// Fetches one page of HTML or text: within 5 seconds, up to 2 MiB, following up to 3 redirects.
///
/// `allow_private` also admits the addresses of an intranet and of this machine, but never link-local
/// ones, where cloud providers hand out credentials.
///
/// # Errors
/// [`FetchError`], whose text is fit to be shown to the operator.
pub async fn fetch(url: &str, allow_private: bool) -> Result<Fetched, FetchError> {
    let admits = if allow_private {
        address::is_inside_or_global
    } else {
        address::is_global
    };
    fetch_where(url, admits).await
}

async fn fetch_where(url: &str, admits: fn(IpAddr) -> bool) -> Result<Fetched, FetchError> {
    let url = Url::parse(url.trim()).map_err(|_| FetchError::BadUrl)?;
    let following = follow(url, admits);
    tokio::time::timeout(TIME_LIMIT, following)
        .await
        .map_err(|_| FetchError::TimedOut)?
}

async fn follow(mut url: Url, admits: fn(IpAddr) -> bool) -> Result<Fetched, FetchError> {
    let client = client(admits)?;
    for _ in 0..=MAX_REDIRECTS {
        check(&url, admits)?;
        let response = client
            .get(url.clone())
            .send()
            .await
            .map_err(|error| explain(&error))?;
        if !response.status().is_redirection() {
            return read(response, &url).await;
        }
        let target = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let target = target.ok_or(FetchError::Status(response.status().as_u16()))?;
        url = url.join(target).map_err(|_| FetchError::BadUrl)?;
    }
    Err(FetchError::TooManyRedirects)
}

/// What can be said of an address before a name is looked up. A host that is an IP address never
/// reaches the resolver; the parser has turned `127.1`, `0x7f000001` and the like into one already.
fn check(url: &Url, admits: fn(IpAddr) -> bool) -> Result<(), FetchError> {
    let plain = url.username().is_empty() && url.password().is_none();
    if !plain || !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::BadUrl);
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(FetchError::BadUrl),
    };
    if admits(literal) {
        Ok(())
    } else {
        Err(FetchError::PrivateAddress(literal.to_string()))
    }
}

fn client(admits: fn(IpAddr) -> bool) -> Result<Client, FetchError> {
    // An error only says that the program has installed it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .dns_resolver(Arc::new(CheckedResolver { admits }))
        .build()
        .map_err(|error| explain(&error))
}

async fn read(mut response: Response, url: &Url) -> Result<Fetched, FetchError> {
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let content_type = header(CONTENT_TYPE)
        .unwrap_or("something unnamed")
        .to_owned();
    if Format::from_content_type(&content_type).is_none() {
        return Err(FetchError::NotText(content_type));
    }
    let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BYTES as u64) {
        return Err(FetchError::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Fetched {
        bytes,
        content_type,
        final_url: url.to_string(),
    })
}

/// The innermost cause is the one that a person can act on.
fn explain(error: &reqwest::Error) -> FetchError {
    let mut cause: &dyn std::error::Error = error;
    let mut inner = error.source();
    while let Some(deeper) = inner {
        if let Some(refused) = deeper.downcast_ref::<Refused>() {
            return FetchError::PrivateAddress(refused.host.clone());
        }
        cause = deeper;
        inner = deeper.source();
    }
    FetchError::Unreachable(cause.to_string())
}

/// Looks names up with the system's resolver and withholds every address that is not admitted, so
/// that what was checked is what is connected to.
struct CheckedResolver {
    admits: fn(IpAddr) -> bool,
}

/// No address of a name was admitted.
#[derive(Debug, thiserror::Error)]
#[error("{host} has no public address")]
struct Refused {
    host: String,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let admits = self.admits;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> = found.filter(|found| admits(found.ip())).collect();
            if admitted.is_empty() {
                return Err(Refused { host }.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
