//! Sessions: what a browser or program shows to say who it is.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use rand::TryRng as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Account, Role};
use crate::config::PublicUrl;
use crate::error::{Error, Result};

/// Somebody who has come before: signed in, or a guest who has posted without an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub site_id: Uuid,
    /// `None`: a guest
    pub account: Option<Account>,
    /// the synchroniser token that this session's forms must bring back
    pub csrf: String,
}

/// Without the synchroniser token.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// A session that has just begun: the only moment at which its token is known here.
#[derive(Debug)]
pub struct NewSession {
    pub token: Token,
    pub session: Session,
}

/// 43 letters of the base64url alphabet, six random bits each. Does not print itself.
#[derive(Clone)]
pub struct Token(String);

const TOKEN_LETTERS: usize = 43;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Token {
    /// 258 bits from the operating system's generator.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub(super) fn new() -> Result<Self> {
        let mut random = [0_u8; TOKEN_LETTERS];
        rand::rngs::SysRng
            .try_fill_bytes(&mut random)
            .map_err(|error| Error::Internal(error.into()))?;
        // 256 is a multiple of 64, so that the remainder is as random as the byte
        let letters = random
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 64)));
        Ok(Self(letters.map(|&letter| char::from(letter)).collect()))
    }

    /// What somebody sent, if it can be a token at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == TOKEN_LETTERS && text.bytes().all(|b| ALPHABET.contains(&b));
        is_token.then(|| Self(text.to_owned()))
    }

    /// The token itself, for the cookie or the answer that hands it over.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored. A plain hash is enough for a secret that nobody chose: it cannot be guessed.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// How long a session lasts, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub(super) absolute_s: u32,
    /// how long without a request; `None`: any time
    pub(super) idle_s: Option<u32>,
}

/// Staff: a working day at most, half an hour idle (ASVS 7.3.1 and 7.3.2). Readers and guests, who can only
/// speak for themselves: 30 days.
pub(super) fn lifetime(role: Role) -> Lifetime {
    if role.is_staff() {
        Lifetime {
            absolute_s: 12 * 3600,
            idle_s: Some(30 * 60),
        }
    } else {
        Lifetime {
            absolute_s: 30 * 24 * 3600,
            idle_s: None,
        }
    }
}

/// A session of an account, not yet in the database.
pub(super) fn for_account(account: Account) -> Result<NewSession> {
    new_session(account.site_id, Some(account))
}

/// A guest's session, not yet in the database.
pub(super) fn for_guest(site_id: Uuid) -> Result<NewSession> {
    new_session(site_id, None)
}

fn new_session(site_id: Uuid, account: Option<Account>) -> Result<NewSession> {
    let (token, csrf) = (Token::new()?, Token::new()?);
    let session = Session {
        id: crate::ids::new_id(),
        site_id,
        account,
        csrf: csrf.0,
    };
    Ok(NewSession { token, session })
}

/// The cookie's name. `__Host-` makes browsers refuse one that a neighbouring host or plain HTTP has set.
pub(super) fn cookie_name(url: &PublicUrl) -> &'static str {
    if url.is_https() {
        "__Host-belowline"
    } else {
        "belowline"
    }
}

/// The cookie that carries a new session. A moderator's is not sent along with any request that another
/// site started, not even a followed link.
pub fn session_cookie(new: &NewSession, url: &PublicUrl) -> Cookie<'static> {
    let role = new
        .session
        .account
        .as_ref()
        .map_or(Role::Reader, |account| account.role);
    let same_site = if role.is_staff() {
        SameSite::Strict
    } else {
        SameSite::Lax
    };
    Cookie::build(cookie_name(url), new.token.as_str().to_owned())
        .path("/")
        .http_only(true)
        .secure(url.is_https())
        .same_site(same_site)
        .max_age(Duration::seconds(lifetime(role).absolute_s.into()))
        .finish()
}

/// The cookie that takes the session's cookie away.
pub(super) fn no_cookie(url: &PublicUrl) -> Cookie<'static> {
    Cookie::build(cookie_name(url), "")
        .path("/")
        .http_only(true)
        .secure(url.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::ZERO)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session_of(role: Option<Role>) -> NewSession {
        let account = |role| Account {
            id: Uuid::nil(),
            site_id: Uuid::nil(),
            name: "Ann".into(),
            email: "ann@paper.example".into(),
            role,
        };
        let session = Session {
            id: Uuid::nil(),
            site_id: Uuid::nil(),
            account: role.map(account),
            csrf: "secret-csrf".into(),
        };
        let token = Token::parse(&"a".repeat(TOKEN_LETTERS)).unwrap();
        NewSession { token, session }
    }

    #[test]
    fn cookies() {
        let cases = [
            (
                "https://c.example",
                None,
                "__Host-belowline=T; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000",
            ),
            (
                "https://c.example",
                Some(Role::Reader),
                "__Host-belowline=T; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000",
            ),
            (
                "https://c.example",
                Some(Role::Moderator),
                "__Host-belowline=T; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=43200",
            ),
            (
                "http://localhost",
                Some(Role::Admin),
                "belowline=T; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200",
            ),
        ];
        for (url, role, expected) in cases {
            let new = session_of(role);
            let cookie = session_cookie(&new, &url.parse().unwrap()).to_string();
            assert_eq!(
                cookie.replace(new.token.as_str(), "T"),
                expected,
                "{url} {role:?}"
            );
        }
    }

    #[test]
    fn tokens_are_new_and_read_back() {
        let (one, two) = (Token::new().unwrap(), Token::new().unwrap());
        assert_ne!(one.as_str(), two.as_str());
        assert_eq!(
            Token::parse(one.as_str()).map(|token| token.hash()),
            Some(one.hash())
        );
    }

    #[test]
    fn what_is_no_token() {
        for text in [
            "",
            "a",
            &"a".repeat(42),
            &"a".repeat(44),
            &"ä".repeat(43),
            &" ".repeat(43),
            &"=".repeat(43),
        ] {
            assert!(Token::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn secrets_do_not_print_themselves() {
        let new = session_of(Some(Role::Reader));
        let printed = format!("{new:?}");
        for secret in [new.token.as_str(), "secret-csrf", "ann@paper.example"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
