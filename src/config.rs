//! Every setting of the service, said once; [`crate::cli`] has what single commands take beside them.
//!
//! A setting is taken from the command line, else from the environment, else from the file named by
//! `--config` (TOML, the flags' names without dashes in front: `public-url = "https://…"`), else its default.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, ensure};
use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use crate::local_pg;

/// Where the database is: every command that needs one takes these.
#[derive(Args, Clone, Debug, Default)]
pub struct DatabaseArgs {
    /// A PostgreSQL server to use, `postgres://user@host/name`. Without it, Belowline runs a private one in the data folder
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The folder for the private database [default: ./data]
    #[arg(long, env = "BELOWLINE_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Where the PostgreSQL programs are, if not in a usual place
    #[arg(long, env = "PG_BIN_DIR", value_name = "FOLDER")]
    pub pg_bin_dir: Option<PathBuf>,
    /// Started by root, the private database runs as this user [default: postgres]
    #[arg(long, env = "PG_OS_USER", value_name = "NAME")]
    pub pg_os_user: Option<String>,
}

/// How the service is run.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "BELOWLINE_LISTEN", value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// The address for /metrics and the details of /readyz; keep it inside [default: 127.0.0.1:8081]
    #[arg(long, env = "BELOWLINE_OPS_LISTEN", value_name = "IP:PORT")]
    pub ops_listen: Option<SocketAddr>,
    /// How readers reach the service, `https://comments.example` [default: localhost and the port]
    #[arg(long, env = "BELOWLINE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Proxies in front whose X-Forwarded-For is believed, e.g. 10.0.0.0/8,192.0.2.7
    #[arg(long, env = "BELOWLINE_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub trusted_proxies: Option<String>,
    /// The paper's name [default: as it is, at first Belowline]
    #[arg(long, env = "BELOWLINE_SITE_NAME", value_name = "NAME")]
    pub site_name: Option<String>,
    /// The language of the paper, e.g. en or ur [default: as it is, at first en]
    #[arg(long, env = "BELOWLINE_SITE_LANG", value_name = "LANGUAGE")]
    pub site_lang: Option<String>,
    /// May readers comment without an account? [default: as it is, at first true]
    #[arg(long, env = "BELOWLINE_GUESTS_ALLOWED", value_name = "BOOL")]
    pub guests_allowed: Option<bool>,
    /// How many comments are screened at a time [default: the number of cores]
    #[arg(long, env = "BELOWLINE_SCREENING_WORKERS", value_name = "N")]
    pub screening_workers: Option<usize>,
    /// How many texts of other programs are analysed at a time, apart from the comments [default: 1]
    #[arg(long, env = "BELOWLINE_ANALYSTS", value_name = "N")]
    pub analysts: Option<usize>,
}

/// The settings file: the same names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct File {
    database_url: Option<String>,
    data_dir: Option<PathBuf>,
    pg_bin_dir: Option<PathBuf>,
    pg_os_user: Option<String>,
    listen: Option<SocketAddr>,
    ops_listen: Option<SocketAddr>,
    public_url: Option<String>,
    trusted_proxies: Option<String>,
    site_name: Option<String>,
    site_lang: Option<String>,
    guests_allowed: Option<bool>,
    screening_workers: Option<usize>,
    analysts: Option<usize>,
}

/// Where the database is, settled.
#[derive(Clone, Debug)]
pub enum Database {
    /// a server that somebody else runs
    Url(String),
    /// our own
    Private(local_pg::Options),
}

/// What the site is set to at this start; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct SiteSettings {
    pub name: Option<String>,
    pub lang: Option<String>,
    pub guests_allowed: Option<bool>,
}

/// The service's settings, settled and checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub ops_listen: SocketAddr,
    pub public_url: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    pub site: SiteSettings,
    pub screening_workers: usize,
    /// 1 to 16
    pub analysts: usize,
}

fn read_file(path: Option<&PathBuf>) -> anyhow::Result<File> {
    let Some(path) = path else {
        return Ok(File::default());
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings file {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("the settings file {} is wrong", path.display()))
}

impl DatabaseArgs {
    /// # Errors
    /// When the settings file cannot be read or the address is not a PostgreSQL one.
    pub fn settle(self, config: Option<&PathBuf>) -> anyhow::Result<Database> {
        let file = read_file(config)?;
        if let Some(url) = self.database_url.or(file.database_url) {
            let known = url.starts_with("postgres://") || url.starts_with("postgresql://");
            ensure!(
                known,
                "DATABASE_URL must look like postgres://user:password@host/name; leave it out to run a private database"
            );
            return Ok(Database::Url(url));
        }
        Ok(Database::Private(local_pg::Options {
            data_dir: self
                .data_dir
                .or(file.data_dir)
                .unwrap_or_else(|| "data".into()),
            bin_dir: self.pg_bin_dir.or(file.pg_bin_dir),
            os_user: self.pg_os_user.or(file.pg_os_user),
        }))
    }
}

impl ServeArgs {
    /// # Errors
    /// When a setting is wrong; the sentence says which and what to do.
    pub fn settle(self, config: Option<&PathBuf>) -> anyhow::Result<Config> {
        let file = read_file(config)?;
        let listen = self
            .listen
            .or(file.listen)
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = match self.public_url.or(file.public_url) {
            Some(url) => url.parse()?,
            None => PublicUrl::local(listen)?,
        };
        let workers = self.screening_workers.or(file.screening_workers);
        let workers =
            workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
        ensure!(
            (1..=64).contains(&workers),
            "screening-workers must be between 1 and 64, not {workers}"
        );
        let analysts = self.analysts.or(file.analysts).unwrap_or(1);
        ensure!(
            (1..=16).contains(&analysts),
            "analysts must be between 1 and 16, not {analysts}"
        );
        Ok(Config {
            listen,
            ops_listen: self
                .ops_listen
                .or(file.ops_listen)
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8081))),
            public_url,
            trusted_proxies: self
                .trusted_proxies
                .or(file.trusted_proxies)
                .unwrap_or_default()
                .parse()?,
            site: SiteSettings {
                name: self.site_name.or(file.site_name),
                lang: self.site_lang.or(file.site_lang),
                guests_allowed: self.guests_allowed.or(file.guests_allowed),
            },
            screening_workers: workers,
            analysts,
        })
    }
}

/// How readers reach the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    fn local(listen: SocketAddr) -> anyhow::Result<Self> {
        ensure!(
            listen.ip().is_loopback(),
            "listening on {listen} needs --public-url: say how readers reach the service, e.g. https://comments.example"
        );
        format!("http://localhost:{}", listen.port()).parse()
    }

    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl FromStr for PublicUrl {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let url = Url::parse(text).with_context(|| {
            format!("public-url {text:?} is not an address: write https://comments.example")
        })?;
        let host = url.host_str().unwrap_or("");
        let is_local = host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<IpAddr>()
                .is_ok_and(|ip| ip.is_loopback());
        ensure!(
            url.scheme() == "https" || (url.scheme() == "http" && is_local),
            "public-url {text:?} would send sign-ins unencrypted: use https:// (a proxy in front may do the TLS)"
        );
        ensure!(
            matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty(),
            "public-url {text:?} must be a bare address such as https://comments.example, without path or user"
        );
        Ok(Self(url))
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.origin())
    }
}

/// The proxies in front of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0
            .iter()
            .any(|net| net.contains(&address.to_canonical()))
    }
}

impl FromStr for TrustedProxies {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let parse = |part: &str| {
            let net = part
                .parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            net.map_err(|_| {
                anyhow::anyhow!(
                    "trusted-proxies: {part:?} is not an address or network such as 10.0.0.0/8"
                )
            })
        };
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(parse)
            .collect::<anyhow::Result<_>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls() {
        for good in [
            "https://c.example",
            "https://c.example/",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:1",
        ] {
            assert!(good.parse::<PublicUrl>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "c.example",
            "http://c.example",
            "https://c.example/x",
            "ftp://c.example",
            "https://u@c.example",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_public_listener_needs_a_public_url() {
        let args = ServeArgs {
            listen: Some(SocketAddr::from(([0, 0, 0, 0], 80))),
            ..Default::default()
        };
        assert!(
            args.settle(None)
                .unwrap_err()
                .to_string()
                .contains("--public-url")
        );
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("belowline.toml");
        std::fs::write(
            &path,
            "site-name = \"The File\"\nlisten = \"127.0.0.1:9\"\n",
        )
        .unwrap();
        let flags = ServeArgs {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 7))),
            ..Default::default()
        };
        let config = flags.settle(Some(&path)).unwrap();
        assert_eq!(
            (
                config.listen.port(),
                config.site.name.as_deref(),
                config.ops_listen.port()
            ),
            (7, Some("The File"), 8081)
        );
        std::fs::write(&path, "sitename = 1").unwrap();
        assert!(
            ServeArgs::default().settle(Some(&path)).is_err(),
            "an unknown setting is refused"
        );
    }
}
