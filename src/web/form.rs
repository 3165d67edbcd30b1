//! HTML forms in.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::{Csrf, csrf_matches};
use crate::error::{Error, Result};

/// More fields than any of our forms has. Each is compared with those before it, so their number must not be the
/// sender's choice.
const MAX_FIELDS: usize = 60;

/// An HTML form: the session's token in its field `csrf`, no field twice, no field unknown (when `T` refuses
/// them, as it should).
#[derive(Debug)]
pub struct Form<T>(pub T);

/// A form that is read even when its token is wrong, for handlers that then show again what somebody typed.
#[derive(Debug)]
pub struct Typed<T> {
    pub fields: T,
    /// what a handler must ask before it does anything with the fields
    pub token: Result<()>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let typed = Typed::<T>::from_request(request, payload);
        Box::pin(async move {
            let typed = typed.await?;
            typed.token.map(|()| Self(typed.fields))
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Typed<T> {
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
            let token = csrf_matches(expected.as_ref(), token.as_deref());
            Ok(Self { fields, token })
        })
    }
}

/// The token and the rest of a form.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<(Option<String>, T)> {
    let bad = |what: &str| Error::BadRequest(format!("The form cannot be used: {what}."));
    // the parser below would put a replacement character for what somebody did not send
    if std::str::from_utf8(&percent_decoded(body)).is_err() {
        return Err(bad("it is not UTF-8"));
    }
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut token = None;
    for (name, value) in url::form_urlencoded::parse(body) {
        if fields.len() >= MAX_FIELDS {
            return Err(bad("it has too many fields"));
        }
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

/// The bytes that a form stands for, its separators included; a `%` without two hex digits stands for itself.
fn percent_decoded(body: &[u8]) -> Vec<u8> {
    let hex = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut rest = body;
    let mut bytes = Vec::with_capacity(body.len());
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let pair = after.split_at_checked(2).filter(|_| *first == b'%');
        let decoded = pair.and_then(|(pair, after)| match pair {
            [high, low] => Some((hex(high)? * 16 + hex(low)?, after)),
            _ => None,
        });
        match decoded {
            Some((byte, after)) => {
                bytes.push(byte);
                rest = after;
            }
            None => bytes.push(*first),
        }
    }
    bytes
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
        assert_eq!(parse::<Fields>(b"text=%c3%A9%zz%").unwrap().1.text, "é%zz%");
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
        let many: String = (0..=MAX_FIELDS).map(|n| format!("{n}&")).collect();
        let refused = parse::<Fields>(many.as_bytes()).unwrap_err();
        assert!(refused.to_string().contains("too many"));
        for body in [
            b"text=\xff".as_slice(),
            b"text=%ff",
            b"text=%C3%28",
            b"text=a%c3",
        ] {
            assert!(parse::<Fields>(body).is_err(), "{body:?}");
        }
    }
}
