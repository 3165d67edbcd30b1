//! E-mail addresses, as far as they can be judged without sending a mail.

use crate::error::{Error, Result};

/// RFC 5321, 4.5.3.1: the longest address that a mail can be sent to, in bytes.
const MAX_ADDRESS: usize = 254;
const MAX_LOCAL: usize = 64;

/// An address in the form in which it is stored and compared: trimmed and lower-cased.
///
/// # Errors
/// [`Error::Invalid`] for what no mail could be sent to.
pub fn email_address(text: &str) -> Result<String> {
    let address = text.trim().to_lowercase();
    let parts = address.rsplit_once('@');
    let is_address = address.len() <= MAX_ADDRESS
        && parts.is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
    if is_address {
        Ok(address)
    } else {
        Err(Error::Invalid(
            "This does not look like an e-mail address. It should read like name@example.org."
                .into(),
        ))
    }
}

/// Quoted local parts, comments and addresses in brackets exist on paper only and are refused.
fn is_local(local: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !local.is_empty()
        && local.len() <= MAX_LOCAL
        && local.chars().all(is_letter)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit_once('.').map(|(_, top)| top);
    top.is_some_and(|top| top.chars().any(char::is_alphabetic)) && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address() {
        let long_local = format!("{}@b.example", "a".repeat(64));
        for (text, expected) in [
            ("ann@paper.example", "ann@paper.example"),
            (" Ann.Lee+news@Paper.EXAMPLE ", "ann.lee+news@paper.example"),
            ("o'neil@a-b.co.uk", "o'neil@a-b.co.uk"),
            ("jürgen@bücher.example", "jürgen@bücher.example"),
            (long_local.as_str(), long_local.as_str()),
        ] {
            assert_eq!(email_address(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        let (local, label) = (
            format!("{}@b.example", "a".repeat(65)),
            format!("a@{}.example", "b".repeat(64)),
        );
        let long = format!("a@{}example", "bbbbbbbbb.".repeat(25));
        for text in [
            "",
            "ann",
            "@",
            "ann@",
            "@paper.example",
            "ann@paper",
            "ann@.example",
            "ann@paper.",
            "ann@-p.example",
            "a b@paper.example",
            "ann@pa per.example",
            "a@b@paper.example",
            ".a@paper.example",
            "a..b@paper.example",
            "ann@[192.0.2.1]",
            "ann@192.0.2.1",
            "ann<x>@paper.example",
            "ann@paper.example\nBcc: b@paper.example",
            "a,b@paper.example",
            &local,
            &label,
            &long,
        ] {
            assert!(email_address(text).is_err(), "{text}");
        }
    }
}
