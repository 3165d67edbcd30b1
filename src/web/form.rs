//! HTML forms in.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::{Csrf, csrf_matches, csrf_refusal};
use crate::error::{Error, Result};

/// An HTML form: the session's token in its field `csrf`, no field twice, no field unknown (when `T` refuses
/// them, as it should).
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request.content_type() == "application/x-www-form-urlencoded";
        let expected = request.extensions().get::<Csrf>().cloned();
        let body = super::document::body(request, payload);
        Box::pin(async move {
            if !is_form {
                return Err(Error::BadRequest(
                    "Send the form as application/x-www-form-urlencoded.".into(),
                ));
            }
            let (token, fields) = parse(&body.await?)?;
            if !csrf_matches(expected.as_ref(), token.as_deref()) {
                return Err(csrf_refusal());
            }
            Ok(Self(fields))
        })
    }
}

/// The token and the rest of a form.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<(Option<String>, T)> {
    let bad = |what: &str| Error::BadRequest(format!("The form cannot be used: {what}."));
    if std::str::from_utf8(body).is_err() {
        return Err(bad("it is not UTF-8"));
    }
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut token = None;
    for (name, value) in url::form_urlencoded::parse(body) {
        if fields.iter().any(|(known, _)| *known == name) || (name == "csrf" && token.is_some()) {
            return Err(bad(&format!("the field {name:?} is there twice")));
        }
        if name == "csrf" {
            token = Some(value.into_owned());
        } else {
            fields.push((name.into_owned(), value.into_owned()));
        }
    }
    // written again without the token: the framework's reader of pairs knows numbers and optional fields
    let pairs = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&fields)
        .finish();
    let fields = web::Query::<T>::from_query(&pairs).map_err(|error| bad(&error.to_string()))?;
    Ok((token, fields.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        text: String,
        parent: Option<String>,
    }

    #[test]
    fn fields_and_token() {
        let (token, fields) = parse::<Fields>(b"csrf=t&text=a%20b%0D%0Ac").unwrap();
        assert_eq!(token.as_deref(), Some("t"));
        assert_eq!(
            fields,
            Fields {
                text: "a b\r\nc".into(),
                parent: None
            }
        );
    }

    #[test]
    fn an_optional_field_may_be_there() {
        let (token, fields) = parse::<Fields>(b"text=a&parent=%26=").unwrap();
        assert_eq!(
            (token, fields.text, fields.parent),
            (None, "a".into(), Some("&=".into()))
        );
    }

    #[test]
    fn what_is_refused() {
        for body in [
            "",
            "text=a&text=b",
            "text=a&status=live",
            "csrf=a&csrf=b&text=a",
        ] {
            assert!(parse::<Fields>(body.as_bytes()).is_err(), "{body}");
        }
        assert!(parse::<Fields>(b"text=\xff").is_err());
    }
}
