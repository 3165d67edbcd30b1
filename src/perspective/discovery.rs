//! The description that Google's own libraries build themselves from.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::config::PublicUrl;

/// All but the addresses.
static DOCUMENT: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("discovery.json")).unwrap_or_default());

/// The description of a service that is reached at this address.
pub(super) fn document(public_url: &PublicUrl) -> Value {
    let root = format!("{public_url}/");
    let mut document = DOCUMENT.clone();
    for name in ["rootUrl", "baseUrl"] {
        document.insert(name.to_owned(), root.clone().into());
    }
    document.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_is_named_is_described() {
        let document = document(&"https://comments.example".parse().unwrap());
        assert_eq!(document["rootUrl"], "https://comments.example/");
        let text = document.to_string();
        let named: Vec<&str> = text
            .split("\"$ref\":\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(named.len() > 10, "{named:?}");
        for shape in named {
            assert_eq!(document["schemas"][shape]["id"], shape, "{shape}");
        }
    }
}
