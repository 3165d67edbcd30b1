//! A text judged by a ruleset, without being anybody's comment.

use crate::error::{Error, Result};
use crate::filter::{Ruleset, RulesetSource, Subject, Verdict, assess};

/// The longest text to try, in characters: as long as a comment may be.
const MAX_CHARS: usize = 10_000;

/// The text as a comment would be stored, and what the filter concludes about it. Off the request's thread:
/// compiling takes milliseconds.
///
/// # Errors
/// [`Error::Invalid`] for a text that is too long or a ruleset that cannot be compiled; [`Error::BadRequest`] for
/// characters that no comment may have.
pub(super) async fn try_text(source: RulesetSource, text: &str) -> Result<(String, Verdict)> {
    let text = crate::web::check_text(text)?.trim().to_owned();
    if text.chars().count() > MAX_CHARS {
        return Err(Error::Invalid(format!(
            "A comment has at most {MAX_CHARS} characters: please try a shorter text."
        )));
    }
    let work = move || {
        let ruleset = Ruleset::compile(&source).map_err(super::store::cannot_compile)?;
        let verdict = assess(&ruleset, &Subject::of(&text));
        Ok((text, verdict))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.into()))?
}
