//! Passwords: which are good enough, and what is kept of them.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::Score;

use super::Role;
use crate::error::{Error, Result};

/// In characters (ASVS 6.2.1, 6.2.9).
const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A stored hash that asks for more than this was not written by us, and checking it would stop the service.
const MOST_MEMORY_KIB: u32 = 128 * 1024;
const MOST_PASSES: u32 = 10;

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// A hash with today's parameters that no password has: checked when there is no account, so that an unknown
/// name takes as long as a wrong password.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// As many at once as there are cores: each takes 19 MiB and a whole core for tens of milliseconds.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Arc::new(Semaphore::new(cores))
});

/// What somebody knows of the writer of a password, and would try first.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    pub(super) site_name: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: Role,
}

/// Is a new password good enough for its owner?
///
/// # Errors
/// [`Error::Invalid`] with the rule that it breaks; [`Error::Unavailable`] when too many are being checked.
pub(super) async fn check_new(password: &str, owner: Owner) -> Result<()> {
    let length = password.nfc().count();
    if length < SHORTEST {
        return Err(Error::Invalid(
            "The password is too short: it needs at least 8 characters.".into(),
        ));
    }
    if length > LONGEST {
        return Err(Error::Invalid(
            "The password is too long: it can have at most 128 characters.".into(),
        ));
    }
    let password = password.to_owned();
    in_turn(move || strong_enough(&password, &owner)).await?
}

fn strong_enough(password: &str, owner: &Owner) -> Result<()> {
    // a reader's password must outlast guessing at the sign-in form, a moderator's guessing at leisure
    let needed = if owner.role.is_staff() {
        Score::Three
    } else {
        Score::Two
    };
    let squeezed = [&owner.site_name, &owner.name].map(|text| text.replace(' ', ""));
    let mut known: Vec<&str> = squeezed.iter().map(String::as_str).collect();
    known.push(&owner.email);
    known.extend(owner.email.split(['@', '.']));
    known.extend(owner.site_name.split_whitespace());
    known.extend(owner.name.split_whitespace());
    let (start, end) = (start_of(password.chars()), start_of(password.chars().rev()));
    let end: String = end.chars().rev().collect();
    // a password is no weaker than a part of it
    let is_strong = |part: &str| zxcvbn::zxcvbn(part, &known).score() >= needed;
    if is_strong(&start) || (end != start && is_strong(&end)) {
        return Ok(());
    }
    Err(Error::Invalid(
        "This password is easy to guess. Choose a longer one, such as four words that do not belong together; \
         your name, your e-mail address and the paper's name do not help."
            .into(),
    ))
}

/// What the estimate looks at. It tries every way of reading symbols as letters (`(`, `<`, `{`, `[` as c, `!`
/// and `|` as i or l, …), and those multiply: a hundred characters with all of them keep a core busy for
/// many seconds. Real substitutions use one or two kinds; the rest is estimated as what it is, symbols.
fn start_of(password: impl Iterator<Item = char>) -> String {
    const LOOKED_AT: usize = 40;
    const MOST_KINDS: usize = 2;
    let mut kinds: Vec<char> = Vec::new();
    let plain = |c: char| {
        if !"@({[<!|$+%".contains(c) || kinds.contains(&c) {
            return c;
        }
        if kinds.len() < MOST_KINDS {
            kinds.push(c);
            return c;
        }
        '~'
    };
    password.take(LOOKED_AT).map(plain).collect()
}

/// What is kept of a password: an argon2id hash with a salt of its own, as a PHC string.
///
/// # Errors
/// [`Error::Unavailable`] when too many are being checked.
pub(super) async fn hash(password: &str) -> Result<String> {
    let password = bytes(password);
    let hash = in_turn(move || {
        let hash = hasher()?
            .hash_password(&password)
            .map_err(|e| anyhow!("cannot hash a password: {e}"))?;
        Ok::<_, anyhow::Error>(hash.to_string())
    });
    Ok(hash.await??)
}

/// Does a password belong to a stored hash?
///
/// # Errors
/// [`Error::Unavailable`] when too many are being checked; [`Error::Internal`] for a stored hash that is
/// none, or that asks for more work than we would ever have asked for.
pub(super) async fn matches(password: &str, stored: &str) -> Result<bool> {
    parameters(stored)?;
    let (password, stored) = (bytes(password), stored.to_owned());
    let matches = in_turn(move || {
        let stored =
            PasswordHash::new(&stored).map_err(|e| anyhow!("not a password's hash: {e}"))?;
        Ok::<_, anyhow::Error>(hasher()?.verify_password(&password, &stored).is_ok())
    });
    Ok(matches.await??)
}

/// Was this hash made with less work than today's are?
pub(super) fn is_outdated(stored: &str) -> bool {
    parameters(stored).is_ok_and(|params| {
        params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES || params.p_cost() != LANES
    })
}

/// The parameters of a stored hash, read before any work is done for it.
fn parameters(stored: &str) -> anyhow::Result<Params> {
    let hash = PasswordHash::new(stored).map_err(|e| anyhow!("not a password's hash: {e}"))?;
    ensure!(
        hash.algorithm == argon2::ARGON2ID_IDENT,
        "a stored password's hash is not argon2id"
    );
    let params =
        Params::try_from(&hash).map_err(|e| anyhow!("a stored password's parameters: {e}"))?;
    ensure!(
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES,
        "a stored password's hash asks for {} KiB and {} passes: refused",
        params.m_cost(),
        params.t_cost()
    );
    Ok(params)
}

fn hasher() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|e| anyhow!("argon2's parameters: {e}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Composed (NFC), because keyboards differ in how they send é; otherwise as typed.
fn bytes(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

/// Does work for a password on a thread of its own, in turn. The turn belongs to the work, not to the
/// request: a reader who goes away does not free the core that is still busy for them.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(&TURNS).acquire_owned()).await;
    let turn = turn
        .map_err(|_| Error::Unavailable(anyhow!("too many passwords are being checked")))?
        .context("no more passwords are checked")?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    Ok(done.await.context("a password's check stopped")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(role: Role) -> Owner {
        Owner {
            site_name: "The Daily Paper".into(),
            name: "Henrietta Osgood".into(),
            email: "hosgood77@paper.example".into(),
            role,
        }
    }

    #[tokio::test]
    async fn which_passwords_are_good_enough() {
        let scattered = |n: u32| char::from_u32(0x21 + (n * n * 7919 + n * 104_729) / 64 % 94);
        let long: String = (1..=129).filter_map(scattered).collect();
        let cases: &[(&str, Role, Option<&str>)] = &[
            ("short", Role::Reader, Some("too short")),
            ("ééééééé", Role::Reader, Some("too short")),
            (&long, Role::Reader, Some("too long")),
            (
                &long.chars().take(128).collect::<String>(),
                Role::Reader,
                None,
            ),
            ("password", Role::Reader, Some("easy to guess")),
            ("Password1!", Role::Reader, Some("easy to guess")),
            ("aaaaaaaaaaaa", Role::Reader, Some("easy to guess")),
            ("qwertyuiop", Role::Reader, Some("easy to guess")),
            ("thedailypaper", Role::Reader, Some("easy to guess")),
            ("Henrietta1", Role::Reader, Some("easy to guess")),
            (
                "hosgood77@paper.example",
                Role::Reader,
                Some("easy to guess"),
            ),
            ("marble tuesday", Role::Reader, None),
            ("ключ под ковриком", Role::Reader, None),
            ("🐴🔋📎✅🧵🌧🍋🎺", Role::Reader, None),
            ("gentle42", Role::Moderator, Some("easy to guess")),
            ("marble tuesday lantern", Role::Moderator, None),
        ];
        for (password, role, why) in cases {
            let got = check_new(password, owner(*role)).await;
            match why {
                None => assert!(got.is_ok(), "{password}: {got:?}"),
                Some(why) => assert!(got.unwrap_err().to_string().contains(why), "{password}"),
            }
        }
    }

    #[test]
    fn what_the_estimate_looks_at() {
        for (password, expected) in [
            ("p@$$word", "p@$$word"),
            ("p@$$w0rd!!", "p@$$w0rd~~"),
            ("({[<!|", "({~~~~"),
            (&"ab".repeat(21), &"ab".repeat(20)),
        ] {
            assert_eq!(start_of(password.chars()), expected, "{password}");
        }
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_no_other_does() {
        let stored = hash("Caf\u{e9} at noon ").await.unwrap();
        for (password, expected) in [
            ("Caf\u{e9} at noon ", true),
            ("Cafe\u{301} at noon ", true),
            ("Caf\u{e9} at noon", false),
            ("caf\u{e9} at noon ", false),
            ("", false),
        ] {
            assert_eq!(
                matches(password, &stored).await.unwrap(),
                expected,
                "{password:?}"
            );
        }
        let tail = format!("{}a", "x".repeat(127));
        let stored = hash(&tail).await.unwrap();
        assert!(!matches(&"x".repeat(127), &stored).await.unwrap());
        assert!(
            !matches(&format!("{}b", "x".repeat(127)), &stored)
                .await
                .unwrap()
        );
    }

    #[test]
    fn stored_parameters() {
        const REST: &str = "QUJDREVGR0hJSktMTU5PUA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        // usable?, outdated?
        for (head, usable, outdated) in [
            ("argon2id$v=19$m=19456,t=2,p=1", true, false),
            ("argon2id$v=19$m=131072,t=10,p=1", true, false),
            ("argon2id$v=19$m=12288,t=3,p=1", true, true),
            ("argon2id$v=19$m=19456,t=1,p=1", true, true),
            ("argon2id$v=19$m=131073,t=2,p=1", false, false),
            ("argon2id$v=19$m=19456,t=11,p=1", false, false),
            ("argon2i$v=19$m=19456,t=2,p=1", false, false),
        ] {
            let stored = format!("${head}${REST}");
            assert_eq!(
                (parameters(&stored).is_ok(), is_outdated(&stored)),
                (usable, outdated),
                "{head}"
            );
        }
        assert!(parameters("plain").is_err() && parameters("").is_err());
    }

    #[tokio::test]
    async fn nobody_costs_what_somebody_costs() {
        assert!(!is_outdated(NOBODY));
        let params = parameters(NOBODY).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
        assert!(!matches("", NOBODY).await.unwrap());
    }
}
