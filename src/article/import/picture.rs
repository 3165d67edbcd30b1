//! The picture of an article, wherever the source names it.

use url::Url;

use super::super::draft::Picture;
use super::{byline, one_line, some_line};

/// A picture, if its address may be shown: https, or a path on this site.
pub(super) fn picture(address: &str, alt: &str, credit: Option<&str>) -> Option<Picture> {
    let credit = credit.and_then(|credit| byline::credit(credit).or_else(|| some_line(credit)));
    Some(Picture {
        url: showable(address)?,
        alt: one_line(alt),
        credit,
    })
}

/// An http picture would be blocked by browsers on an https page, so it is not taken.
fn showable(address: &str) -> Option<String> {
    let address = address.trim();
    let is_path = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(|letter: char| {
            letter == '\\' || letter.is_control() || letter.is_whitespace()
        });
    if is_path {
        return Some(address.to_owned());
    }
    let url = Url::parse(address).ok()?;
    (url.scheme() == "https" && url.host().is_some()).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::picture;

    #[test]
    fn addresses() {
        for (address, expected) in [
            ("https://p.example/a.jpg", Some("https://p.example/a.jpg")),
            ("/assets/bridge.svg", Some("/assets/bridge.svg")),
            ("//p.example/a.jpg", None),
            ("/\\p.example/a.jpg", None),
            ("http://p.example/a.jpg", None),
            ("javascript:alert(1)", None),
            ("data:image/png;base64,x", None),
            ("bridge.svg", None),
            ("", None),
        ] {
            let url = picture(address, "", None).map(|picture| picture.url);
            assert_eq!(url.as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn credits() {
        for (credit, expected) in [
            ("Photograph: Jane Roe/Agency", Some("Jane Roe/Agency")),
            ("Jane Roe", Some("Jane Roe")),
            ("Illustration: Al Noor", Some("Illustration: Al Noor")),
            ("  ", None),
        ] {
            let found = picture("/a.jpg", "", Some(credit)).unwrap().credit;
            assert_eq!(found.as_deref(), expected, "{credit}");
        }
    }
}
