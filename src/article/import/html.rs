//! A whole web page: what it says of itself in JSON-LD and meta elements, and the text that its layout
//! surrounds.

use dom_smoothie::{Config, Readability};
use url::Url;

use super::super::draft::Picture;
use super::json_ld::JsonLd;
use super::sanitise::{self, Clean, RelativeLinks};
use super::{Draft, ImportError, byline, date, depth, furniture, one_line, picture, some_line};
use crate::language;

/// What stands inside an article without being its text.
const NOT_TEXT: &str = "nav, aside, form, button, figure, dialog, [role=complementary], [role=navigation], \
    [aria-label=advertisement], [class*=newsletter], [class*=related], [class*=share], [class*=advert], \
    [id=comments], [class*=comments], [hidden]";

/// Reads a page. `address` is where it came from, http or https.
pub(super) fn parse(html: &str, address: Option<&str>) -> Result<Draft, ImportError> {
    if depth::too_deep(html) {
        return Err(ImportError::TooDeep);
    }
    let base = address.and_then(|address| Url::parse(address).ok());
    let mut page = Page::read(html);
    let title = page.title().ok_or(ImportError::NoHeadline)?;
    let picture = page.picture(base.as_ref());
    let byline = page.byline();
    let standfirst = page.standfirst();
    let mut draft = Draft {
        published_at: page.published(),
        lang: page.lang(),
        section: page.section(),
        tags: page.tags(),
        canonical_url: page.canonical(base.as_ref()),
        title,
        standfirst,
        byline,
        picture,
        body_html: String::new(),
        body_text: String::new(),
    };
    page.clear(&draft);
    let body = page.body(base.as_ref())?;
    // Many pages describe themselves with the beginning of their text.
    draft.standfirst = draft
        .standfirst
        .filter(|line| !is_excerpt(line, &body.text));
    draft.body_html = body.html;
    draft.body_text = body.text;
    Ok(draft)
}

struct Page {
    dom: Readability,
    said: JsonLd,
}

impl Page {
    fn read(html: &str) -> Self {
        let mut dom = Readability::from(html);
        dom.config = Config {
            // Read here instead, by a parser with a limit on its depth.
            disable_json_ld: true,
            ..Config::default()
        };
        let blocks = dom.doc.select("script[type='application/ld+json']");
        let said = JsonLd::first_article(blocks.iter().map(|block| block.text().to_string()));
        Self { dom, said }
    }

    /// The content of the first meta element with one of these names.
    fn meta(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.metas(name).into_iter().next())
    }

    fn metas(&self, name: &str) -> Vec<String> {
        let selector = format!("meta[property='{name}'], meta[name='{name}']");
        let found = self.dom.doc.select(&selector);
        let contents = found.iter().filter_map(|meta| meta.attr("content"));
        contents.filter_map(|content| some_line(&content)).collect()
    }

    /// The words of the first element that matches and has any.
    fn words(&self, selector: &str) -> Option<String> {
        let found = self.dom.doc.select(selector);
        found.iter().find_map(|element| some_line(&element.text()))
    }

    fn title(&self) -> Option<String> {
        let title = self
            .said
            .text("headline")
            .or_else(|| self.meta(&["og:title"]))
            .or_else(|| self.words("article h1"))
            .or_else(|| self.words("h1"))
            .or_else(|| some_line(&self.dom.get_article_title()))?;
        let Some(site) = self.meta(&["og:site_name"]) else {
            return Some(title);
        };
        let bare = title
            .strip_suffix(&site)
            .map(|bare| bare.trim_end_matches([' ', '|', '-', '–', '—']));
        Some(
            bare.filter(|bare| !bare.is_empty())
                .unwrap_or(&title)
                .to_owned(),
        )
    }

    fn standfirst(&self) -> Option<String> {
        self.words(
            "[itemprop=description], .standfirst, [data-gu-name=standfirst], .article__standfirst",
        )
        .or_else(|| self.said.text("description"))
        .or_else(|| self.meta(&["og:description", "description"]))
        .filter(|line| line.chars().count() <= 500)
    }

    fn byline(&self) -> Option<String> {
        let name = self
            .said
            .text("author")
            .or_else(|| self.meta(&["author", "parsely-author", "article:author"]))
            .or_else(|| self.words("[rel=author], [itemprop=author], .byline"))
            .or_else(|| self.first_line(byline::name))?;
        let name = byline::without_by(&name);
        let is_name = !super::is_web_address(&name) && name.chars().count() <= 120;
        is_name.then_some(name)
    }

    fn published(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        let stamped = self.dom.doc.select("time[datetime]");
        let stamp = stamped.iter().find_map(|time| time.attr("datetime"));
        self.said
            .text("datePublished")
            .or_else(|| {
                self.meta(&[
                    "article:published_time",
                    "date",
                    "dc.date",
                    "parsely-pub-date",
                ])
            })
            .or_else(|| stamp.map(|stamp| stamp.to_string()))
            .and_then(|printed| date::find(&printed))
            .map(|found| found.at)
            .or_else(|| self.first_line(|line| byline::dateline(line)?.published))
    }

    /// What the first paragraphs hold that `read` understands; on a plain page the byline is one of them.
    fn first_line<T>(&self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        const PARAGRAPHS: usize = 6;
        let found = self.dom.doc.select("p");
        found
            .iter()
            .take(PARAGRAPHS)
            .find_map(|line| read(&one_line(&line.text())))
    }

    fn lang(&self) -> Option<String> {
        let html = self.dom.doc.select("html[lang]");
        let said = html.iter().find_map(|html| html.attr("lang"));
        said.map(|tag| tag.to_string())
            .or_else(|| self.said.text("inLanguage"))
            .or_else(|| self.meta(&["og:locale"]))
            .and_then(|tag| language::primary(&tag))
    }

    fn section(&self) -> Option<String> {
        let said = self.said.list("articleSection").into_iter().next();
        said.or_else(|| self.meta(&["article:section"]))
    }

    fn tags(&self) -> Vec<String> {
        let said = self.said.list("keywords");
        let tags = if said.is_empty() {
            self.metas("article:tag")
        } else {
            said
        };
        tags.iter().flat_map(|tag| super::split_tags(tag)).collect()
    }

    fn canonical(&self, base: Option<&Url>) -> Option<String> {
        let links = self.dom.doc.select("link[rel=canonical]");
        let link = links.iter().find_map(|link| link.attr("href"));
        let named = link
            .map(|link| link.to_string())
            .or_else(|| self.said.text("mainEntityOfPage"))
            .or_else(|| self.meta(&["og:url"]));
        named
            .and_then(|address| absolute(&address, base))
            .or_else(|| base.map(Url::to_string))
            .filter(|address| super::is_web_address(address))
    }

    fn picture(&self, base: Option<&Url>) -> Option<Picture> {
        let said = self.said.image();
        let (address, caption, credit) = match said {
            Some((address, caption, credit)) => (address, caption, credit),
            None => (
                self.meta(&["og:image:secure_url", "og:image", "twitter:image"])?,
                None,
                None,
            ),
        };
        let (shown_alt, shown_credit) = self.figure();
        let alt = self
            .meta(&["og:image:alt", "twitter:image:alt"])
            .or(shown_alt)
            .or(caption)
            .unwrap_or_default();
        picture::picture(
            &absolute(&address, base)?,
            &alt,
            credit.or(shown_credit).as_deref(),
        )
    }

    /// The alternative text and the credit of the first figure, which is the one the page is shared with.
    fn figure(&self) -> (Option<String>, Option<String>) {
        let images = self
            .dom
            .doc
            .select("article figure img[alt], main figure img[alt], figure img[alt]");
        let alt = images.iter().find_map(|image| image.attr("alt"));
        let captions = self.dom.doc.select("figure figcaption");
        let credit = captions
            .iter()
            .find_map(|caption| byline::credit(&caption.text()));
        (alt.and_then(|alt| some_line(&alt)), credit)
    }

    /// Takes out what the page shows elsewhere or not at all: headline, standfirst, byline, furniture.
    fn clear(&mut self, draft: &Draft) {
        self.dom.doc.select(NOT_TEXT).remove();
        let shown = [
            Some(&draft.title),
            draft.standfirst.as_ref(),
            draft.byline.as_ref(),
        ];
        let lines = self
            .dom
            .doc
            .select("h1, h2, h3, h4, p, li, span, time, div");
        for line in &lines {
            let is_leaf = line
                .select("p, div, ul, ol, h1, h2, h3, h4, blockquote, table")
                .is_empty();
            let text = one_line(&line.text());
            if !is_leaf || text.is_empty() {
                continue;
            }
            let bare = byline::without_by(&text);
            let is_shown = shown
                .iter()
                .flatten()
                .any(|shown| **shown == text || **shown == bare);
            let is_inline = line.is("span, time");
            if is_shown
                || (!is_inline
                    && (furniture::of(&text).is_some() || byline::dateline(&text).is_some()))
            {
                line.remove();
            }
        }
        self.dom.doc.select("h1").rename("h2");
        self.dom.doc.select("h4, h5, h6").rename("h3");
        self.dom.doc.select("b").rename("strong");
        self.dom.doc.select("i").rename("em");
    }

    fn body(&mut self, base: Option<&Url>) -> Result<Clean, ImportError> {
        let links = base.map_or(RelativeLinks::Drop, RelativeLinks::Resolve);
        let found = self
            .dom
            .parse()
            .ok()
            .map(|article| article.content.to_string());
        if let Some(html) = found {
            let clean = sanitise::sanitise(&html, &links)?;
            if !clean.text.is_empty() {
                return Ok(clean);
            }
        }
        let said = self.said.text("articleBody").ok_or(ImportError::NoBody)?;
        sanitise::sanitise(&format!("<p>{}</p>", sanitise::escape(&said)), &links)
    }
}

fn absolute(address: &str, base: Option<&Url>) -> Option<String> {
    match base {
        Some(base) => base.join(address).ok().map(|url| url.to_string()),
        None => Some(address.to_owned()),
    }
}

/// Whether a description only repeats how the text begins.
fn is_excerpt(line: &str, text: &str) -> bool {
    let begins: String = line
        .trim_end_matches(['.', '…', ' '])
        .chars()
        .take(120)
        .collect();
    one_line(text).starts_with(&begins)
}
