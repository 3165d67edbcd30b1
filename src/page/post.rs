//! The form under an article, sent.

use actix_web::{HttpResponse, ResponseError as _, web};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::place::path;
use super::routes::{Reading, Wish, html};
use super::views::CommentForm;
use crate::account::{Viewer, session_cookie};
use crate::article::Article;
use crate::comment::{Submission, Wake, accept};
use crate::config::PublicUrl;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::{ClientIp, Form, see_other};

/// What the form sends. A field that a browser leaves out is an empty one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Fields {
    parent: String,
    key: String,
    name: String,
    email: String,
    text: String,
    /// people do not see this field; programs fill it in
    website: String,
}

#[expect(clippy::too_many_arguments, reason = "each is an extractor")]
pub(super) async fn post(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    wake: web::Data<Wake>,
    viewer: Viewer,
    ip: ClientIp,
    slug: web::Path<String>,
    form: Form<Fields>,
) -> Result<HttpResponse> {
    let reading = Reading {
        db: &db,
        site: &site,
        viewer: &viewer,
    };
    let article = reading.article(&slug).await?;
    let Form(fields) = form;
    if !fields.website.is_empty() {
        // whoever filled it in is told what it wants to hear, and nothing is stored
        return Ok(see_other(&format!("{}#comments", path(&article.slug))));
    }
    let submission = fields.submission()?;
    match accept(&db, &site, &viewer, ip, article.id, submission).await {
        Ok(accepted) => {
            wake.0.notify_one();
            let id = accepted.posted.id;
            let mut answer =
                see_other(&format!("{}?posted={id}#comment-{id}", path(&article.slug)));
            if let Some(session) = &accepted.new_session {
                answer
                    .add_cookie(&session_cookie(session, &url))
                    .map_err(anyhow::Error::from)?;
            }
            Ok(answer)
        }
        Err(error) if is_for_the_writer(&error) => again(&reading, &article, fields, &error).await,
        Err(error) => Err(error),
    }
}

/// Something that its writer can mend: the form is shown again, with everything that they typed.
fn is_for_the_writer(error: &Error) -> bool {
    matches!(
        error,
        Error::Invalid(_) | Error::BadRequest(_) | Error::Conflict(_) | Error::TooMany { .. }
    )
}

async fn again(
    reading: &Reading<'_>,
    article: &Article,
    fields: Fields,
    error: &Error,
) -> Result<HttpResponse> {
    let parent = match Uuid::try_parse(&fields.parent) {
        Ok(id) => reading.parent(article, id).await?,
        Err(_) => None,
    };
    let form = CommentForm {
        parent,
        name: fields.name,
        email: fields.email,
        text: fields.text,
        key: fields.key,
        problem: Some(error.to_string()),
        ..CommentForm::default()
    };
    let page = reading.page(article, &Wish::default(), form).await?;
    let mut answer = html(error.status_code(), page);
    if let Some(seconds) = error.retry_after_s() {
        answer
            .headers_mut()
            .insert(actix_web::http::header::RETRY_AFTER, seconds.into());
    }
    Ok(answer)
}

impl Fields {
    fn submission(&self) -> Result<Submission> {
        let given = |field: &String| Some(field.clone()).filter(|text| !text.is_empty());
        let parent = given(&self.parent).map(|id| Uuid::try_parse(&id));
        Ok(Submission {
            parent_id: parent
                .transpose()
                .map_err(|_| Error::BadRequest("The form names no comment to answer.".into()))?,
            text: self.text.clone(),
            name: given(&self.name),
            email: given(&self.email),
            key: given(&self.key),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_empty_is_not_sent() {
        let fields = Fields {
            text: "t".into(),
            ..Fields::default()
        };
        let submission = fields.submission().unwrap();
        assert_eq!(
            (
                submission.parent_id,
                submission.name,
                submission.email,
                submission.key
            ),
            (None, None, None, None)
        );
        let id = Uuid::from_u128(5);
        let fields = Fields {
            parent: id.to_string(),
            name: "n".into(),
            key: "k".into(),
            ..Fields::default()
        };
        let submission = fields.submission().unwrap();
        assert_eq!(
            (
                submission.parent_id,
                submission.name.as_deref(),
                submission.key.as_deref()
            ),
            (Some(id), Some("n"), Some("k"))
        );
        assert!(
            Fields {
                parent: "x".into(),
                ..Fields::default()
            }
            .submission()
            .is_err()
        );
    }
}
