//! Phase: links. How many there are, and whether one leads to a blocked domain.

use linkify::{LinkFinder, LinkKind};

use super::fold::chars::is_unspaced;
use super::phases::{Phase, Prepared, Signals};
use super::verdict::{Kind, Reason, Severity, merge_spans};

pub(super) struct Links;

impl Phase for Links {
    fn name(&self) -> &'static str {
        "links"
    }

    fn assess(&self, on: &Prepared<'_>) -> Signals {
        let rules = &on.ruleset.source.links;
        let mut spans = Vec::new();
        let mut blocked = Vec::new();
        for link in found(on.subject.text) {
            spans.push([link.from, link.to]);
            if let Some(domain) = rules
                .blocked_domains
                .iter()
                .find(|domain| covers(domain, &link.host))
            {
                blocked.push((domain.clone(), [link.from, link.to]));
            }
        }
        let spans = merge_spans(spans);
        let mut signals = Signals::default();
        if spans.len() > rules.max {
            let note = format!(
                "There are {} links; at most {} are expected.",
                spans.len(),
                rules.max
            );
            signals
                .reasons
                .push(reason(self.name(), Severity::Strong, spans, note));
        }
        blocked.sort();
        for group in blocked.chunk_by(|a, b| a.0 == b.0) {
            let Some((domain, _)) = group.first() else {
                continue;
            };
            let note = format!("A link leads to the blocked domain {domain}.");
            let spans = merge_spans(group.iter().map(|(_, span)| *span).collect());
            signals
                .reasons
                .push(reason(self.name(), Severity::Severe, spans, note));
        }
        signals
    }
}

fn reason(phase: &str, severity: Severity, spans: Vec<[usize; 2]>, note: String) -> Reason {
    Reason {
        kind: Kind::Links,
        severity,
        phase: phase.to_owned(),
        score: None,
        spans,
        note,
    }
}

struct Link {
    from: usize,
    to: usize,
    host: String,
}

/// The links of a text, with or without a scheme. Without one, the last label must be a known
/// public suffix, or every missing space after a full stop would make a link.
fn found(text: &str) -> Vec<Link> {
    let wide = links(text);
    // quotation marks, dashes and emoji would count as parts of an address
    let bare = bare(text);
    let in_bare = links(&bare).into_iter().filter(|link| {
        let at = wide.partition_point(|known| known.from <= link.from);
        let known = at.checked_sub(1).and_then(|at| wide.get(at));
        let is_known = known.is_some_and(|known| known.host == link.host && link.to <= known.to);
        !is_known && !is_cut(text, link)
    });
    let mut found: Vec<Link> = in_bare.collect();
    found.extend(wide);
    found.sort_by_key(|link| (link.from, link.to));
    found
}

fn links(text: &str) -> Vec<Link> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    let link = |found: linkify::Link<'_>| {
        let host = host_of(found.as_str())?;
        Some(Link {
            from: found.start(),
            to: found.end(),
            host,
        })
    };
    finder.links(text).filter_map(link).collect()
}

/// The text, byte for byte as long, with spaces for what is no ASCII and for signs at the beginning of a word.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        let begins = bare.is_empty() || bare.ends_with(' ');
        if c.is_ascii() && !(begins && c.is_ascii_punctuation()) {
            bare.push(c);
        } else {
            bare.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
    }
    bare
}

/// Whether it is only the part of a word that has no other letters. Where words stand without spaces, a link may too.
fn is_cut(text: &str, link: &Link) -> bool {
    let before = text
        .get(..link.from)
        .and_then(|text| text.chars().next_back());
    let after = text.get(link.to..).and_then(|text| text.chars().next());
    let is_letter = |c: char| c.is_alphanumeric() && !is_unspaced(c);
    before.is_some_and(is_letter) || after.is_some_and(is_letter)
}

fn host_of(link: &str) -> Option<String> {
    if link.contains("://") {
        let host = url::Url::parse(link).ok()?.host_str()?.to_owned();
        return Some(canonical(&host));
    }
    let host = url::Url::parse(&format!("http://{link}"))
        .ok()?
        .host_str()?
        .to_owned();
    let host = canonical(&host);
    let known = psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
    (known && psl::domain(host.as_bytes()).is_some()).then_some(host)
}

fn canonical(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host is this domain or lies under it. Compared label by label: `badexample.com` does
/// not lie under `example.com`.
fn covers(domain: &str, host: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A domain as [`covers`] compares it, or nothing when it is none.
pub(super) fn canonical_domain(domain: &str) -> Option<String> {
    let domain = domain.trim().trim_start_matches("*.");
    let url = url::Url::parse(&format!("http://{domain}/")).ok()?;
    let host = url.host_str()?;
    let bare = url.path() == "/" && url.port().is_none() && url.username().is_empty();
    (bare && host.contains('.')).then(|| canonical(host))
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, Ruleset, RulesetSource, Subject, assess};
    use super::*;

    #[test]
    fn links_are_found() {
        for (text, hosts) in [
            (
                "see https://Example.com/a?b and http://a.b.co.uk.",
                vec!["example.com", "a.b.co.uk"],
            ),
            (
                "see example.com, or www.example.org!",
                vec!["example.com", "www.example.org"],
            ),
            ("I went home.it was late", vec!["home.it"]),
            ("the end.Then nothing happened", vec![]),
            ("mail me at a@example.com", vec![]),
            ("file.txt 3.14 e.g. v1.2.3", vec![]),
            ("", vec![]),
            (
                "“http://evil.org”, «evil.org»",
                // a domain may end with a quotation mark, too
                vec!["evil.org", "evil.xn--org-9o0a", "evil.org"],
            ),
            (
                "evil.org🔥 evil.org’s page, evil.org—the worst",
                vec!["evil.org", "evil.org", "evil.org"],
            ),
            (
                "//evil.org, @evil.org and ...evil.org",
                vec!["evil.org", "evil.org", "evil.org"],
            ),
            ("请看evil.org吧", vec!["evil.org"]),
            (
                "http://m\u{fc}ller.de/caf\u{e9} and m\u{fc}ller.de",
                vec!["xn--mller-kva.de", "xn--mller-kva.de"],
            ),
        ] {
            let found: Vec<String> = found(text).into_iter().map(|link| link.host).collect();
            assert_eq!(found, hosts, "{text}");
        }
    }

    #[test]
    fn blocked_domains_by_label() {
        for (domain, host, expected) in [
            ("example.com", "example.com", true),
            ("example.com", "www.example.com", true),
            ("example.com", "badexample.com", false),
            ("example.com", "example.com.evil.org", false),
        ] {
            assert_eq!(covers(domain, host), expected, "{domain} {host}");
        }
        assert_eq!(
            canonical_domain(" *.Example.COM "),
            Some("example.com".to_owned())
        );
        assert_eq!(canonical_domain("example.com/path"), None);
        assert_eq!(canonical_domain("com"), None);
    }

    #[test]
    fn verdicts() {
        let mut source = RulesetSource::default();
        source.links.blocked_domains = vec!["Evil.org".to_owned()];
        source.abuse.enabled = false;
        let ruleset = Ruleset::compile(&source).unwrap();
        for (text, outcome) in [
            ("http://a.com http://b.com", Outcome::Publish),
            ("http://a.com http://b.com http://c.com", Outcome::Hold),
            ("look at http://www.evil.org/x", Outcome::Hold),
            ("look at https://notevil.org/x", Outcome::Publish),
            ("Buy now 👉evil.org", Outcome::Hold),
            ("日evil.org", Outcome::Hold),
            ("“a.com”, “b.com”", Outcome::Publish),
            ("“a.com” “b.com” “c.com”", Outcome::Hold),
        ] {
            assert_eq!(
                assess(&ruleset, &Subject::of(text)).verdict,
                outcome,
                "{text}"
            );
        }
    }
}
