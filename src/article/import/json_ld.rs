//! What a page says about its article in schema.org's vocabulary (`application/ld+json`).

use serde_json::Value;

/// The types under which papers publish; `Report` and others end in none of these and are rare.
const TYPES: [&str; 7] = [
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BlogPosting",
    "Report",
];

/// The properties of one article. Empty where the page has none.
#[derive(Default)]
pub(super) struct JsonLd(Value);

impl JsonLd {
    /// The first article among the page's blocks. A block that is not JSON is passed over.
    pub(super) fn first_article(blocks: impl Iterator<Item = String>) -> Self {
        let article = blocks
            .filter_map(|block| serde_json::from_str::<Value>(&block).ok())
            .find_map(|value| article_in(&value).cloned());
        Self(article.unwrap_or_default())
    }

    /// A property as text: itself, or its `name`, `url` or `@id`; of a list, all joined by commas.
    pub(super) fn text(&self, property: &str) -> Option<String> {
        super::some_line(&texts(self.0.get(property)?).join(", "))
    }

    /// A property as a list of texts; one text is split at its commas.
    pub(super) fn list(&self, property: &str) -> Vec<String> {
        let texts = self.0.get(property).map(texts).unwrap_or_default();
        texts
            .iter()
            .flat_map(|text| super::split_tags(text))
            .collect()
    }

    /// The first image: its address, its caption, its credit.
    pub(super) fn image(&self) -> Option<(String, Option<String>, Option<String>)> {
        let image = self.0.get("image")?;
        let image = image
            .as_array()
            .and_then(|list| list.first())
            .unwrap_or(image);
        let of = |property: &str| {
            image
                .get(property)
                .and_then(|value| texts(value).into_iter().next())
        };
        let address = image
            .as_str()
            .map(str::to_owned)
            .or_else(|| of("url"))
            .or_else(|| of("contentUrl"))?;
        let credit = of("creditText")
            .or_else(|| of("creator"))
            .or_else(|| of("author"));
        Some((address, of("caption").or_else(|| of("description")), credit))
    }
}

/// The article in a value: itself, one of a list, or one of a `@graph`.
fn article_in(value: &Value) -> Option<&Value> {
    if let Some(list) = value.as_array() {
        return list.iter().find_map(article_in);
    }
    let names = value.get("@type").map(texts).unwrap_or_default();
    if names.iter().any(|name| TYPES.contains(&name.as_str())) {
        return Some(value);
    }
    value.get("@graph").and_then(article_in)
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(fields) => ["name", "url", "@id"]
            .iter()
            .find_map(|field| fields.get(*field).and_then(Value::as_str))
            .map(|text| vec![text.to_owned()])
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::JsonLd;

    #[test]
    fn shapes() {
        for (block, headline, author) in [
            (
                r#"{"@type":"NewsArticle","headline":"H","author":"Jo"}"#,
                Some("H"),
                Some("Jo"),
            ),
            (
                r#"[{"@type":"WebSite"},{"@type":["Article"],"headline":"H"}]"#,
                Some("H"),
                None,
            ),
            (
                r#"{"@graph":[{"@type":"NewsArticle","headline":"H","author":[{"name":"Jo"},{"name":"Al"}]}]}"#,
                Some("H"),
                Some("Jo, Al"),
            ),
            (r#"{"@type":"Recipe","headline":"H"}"#, None, None),
            ("not json", None, None),
        ] {
            let found = JsonLd::first_article([block.to_owned()].into_iter());
            assert_eq!(found.text("headline").as_deref(), headline, "{block}");
            assert_eq!(found.text("author").as_deref(), author, "{block}");
        }
    }

    #[test]
    fn deep_nesting_is_passed_over() {
        let found = JsonLd::first_article(["[".repeat(100_000)].into_iter());
        assert_eq!(found.text("headline"), None);
    }
}
