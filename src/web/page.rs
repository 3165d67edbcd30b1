//! HTML out.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use crate::error::Result;

/// What the frame around every page shows.
#[derive(Clone, Debug, Default)]
pub struct Chrome {
    pub site_name: String,
    /// BCP 47
    pub lang: String,
    /// the signed-in person's name
    pub viewer: Option<String>,
    pub is_moderator: bool,
    pub is_admin: bool,
    /// the session's token for forms; empty without a session
    pub csrf: String,
}

impl Chrome {
    /// `rtl` or `ltr`, for the `dir` attribute.
    pub fn dir(&self) -> &'static str {
        if is_right_to_left(&self.lang) {
            "rtl"
        } else {
            "ltr"
        }
    }
}

/// Is a language (BCP 47) written from right to left?
pub fn is_right_to_left(lang: &str) -> bool {
    let primary = lang.split('-').next().unwrap_or("").to_ascii_lowercase();
    let latin = lang.to_ascii_lowercase().contains("-latn");
    !latin
        && [
            "ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi",
        ]
        .contains(&primary.as_str())
}

/// "Done; look there": the answer to every form that was carried out, so that reloading repeats nothing.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, local_path(path)))
        .finish()
}

/// An answer with a page.
///
/// # Errors
/// A template that cannot be rendered.
pub fn html(status: StatusCode, page: &impl Template) -> Result<HttpResponse> {
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(page.render()?))
}

/// The path to go on to, if it stays on this site; else `/`. Everything that a browser could read as another
/// host (`//h`, `/\h`, `/<tab>/h`, `h:`) goes home.
pub fn local_path(path: &str) -> &str {
    let stays = path.starts_with('/')
        && !path.starts_with("//")
        && path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if stays { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_followed() {
        for path in ["/", "/a", "/a?b=c#d", "/articles/x#comment-1"] {
            assert_eq!(local_path(path), path);
        }
        for path in [
            "",
            "a",
            "//h",
            "///h",
            "/\\h",
            "\\h",
            "/\t/h",
            "/\n/h",
            "http://h",
            "javascript:alert(1)",
            " /a",
            "https:/h",
            "/a b",
            "?x",
            "#x",
            "@h",
            "/é",
        ] {
            assert_eq!(local_path(path), "/", "{path:?}");
        }
    }

    #[test]
    fn directions() {
        for (lang, expected) in [
            ("en", false),
            ("ur", true),
            ("ur-PK", true),
            ("ur-Latn", false),
            ("he", true),
            ("", false),
        ] {
            assert_eq!(is_right_to_left(lang), expected, "{lang}");
        }
    }
}
