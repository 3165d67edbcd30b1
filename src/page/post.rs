//! The form under an article, sent.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError as _, web};
use askama::Template as _;
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::place::path;
use super::routes::{Reading, Wish, html};
use super::views::{CommentForm, UnsentPage};
use crate::account::{Viewer, session_cookie};
use crate::comment::{Accepted, Me, Status, Submission, Wake, accept, status_of};
use crate::config::PublicUrl;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::{ClientIp, Typed, see_other};

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
    viewer: Result<Viewer>,
    ip: ClientIp,
    slug: web::Path<String>,
    form: Typed<Fields>,
) -> Result<HttpResponse> {
    if !form.fields.website.is_empty() {
        // whoever filled it in is told what it wants to hear, and nothing is stored
        return Ok(see_other(&format!("{}#comments", path(&slug))));
    }
    let (viewer, refusal) = match (viewer, form.token) {
        (Ok(viewer), token) => (viewer, token.err()),
        (Err(error), _) => (Viewer(None), Some(error)),
    };
    let reading = Reading {
        db: &db,
        site: &site,
        viewer: &viewer,
    };
    let done = match refusal {
        None => send(&reading, ip, &slug, &form.fields, &wake).await,
        Some(error) => Err(error),
    };
    match done {
        Ok(accepted) => {
            let id = accepted.posted.id;
            let mut answer = see_other(&format!("{}?posted={id}#comment-{id}", path(&slug)));
            if let Some(session) = &accepted.new_session {
                answer
                    .add_cookie(&session_cookie(session, &url))
                    .map_err(anyhow::Error::from)?;
            }
            Ok(answer)
        }
        Err(Error::NotFound) => Err(Error::NotFound),
        Err(error) => again(&reading, &slug, form.fields, &error).await,
    }
}

async fn send(
    reading: &Reading<'_>,
    ip: ClientIp,
    slug: &str,
    fields: &Fields,
    wake: &Wake,
) -> Result<Accepted> {
    let (db, site) = (reading.db, reading.site);
    let article = reading.article(slug).await?;
    let accepted = accept(
        db,
        site,
        reading.viewer,
        ip,
        article.id,
        fields.submission()?,
    )
    .await?;
    wake.0.notify_one();
    let me = Me {
        account_id: reading.viewer.account().map(|account| account.id),
        session_id: (accepted.new_session.as_ref().map(|new| new.session.id))
            .or(reading.viewer.session_id()),
    };
    give_the_machine_a_moment(db, accepted.posted.id, me).await;
    Ok(accepted)
}

/// The verdict is mostly there in a few hundredths of a second: whoever waits for it is told on the next page, also
/// without a script, where their comment stands. Whatever goes wrong here, the comment is stored.
async fn give_the_machine_a_moment(db: &PgPool, id: Uuid, me: Me) {
    for pause_ms in [20, 40, 80, 160, 300, 400] {
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        if !matches!(status_of(db, id, me).await, Ok(Status::Pending)) {
            return;
        }
    }
}

/// The form once more, with everything that was typed and what is wrong: under the article, or on a page of its own
/// when even the article cannot be had.
async fn again(
    reading: &Reading<'_>,
    slug: &str,
    fields: Fields,
    error: &Error,
) -> Result<HttpResponse> {
    let form = CommentForm {
        name: fields.name.clone(),
        email: fields.email.clone(),
        text: fields.text.clone(),
        // after a refusal nothing is stored under the old key, and it may be the very thing refused
        key: match error {
            Error::Invalid(_) | Error::Conflict(_) => String::new(),
            _ => fields.key.clone(),
        },
        problem: Some(error.to_string()),
        ..CommentForm::default()
    };
    // logs what is behind an error on our side
    let bare = error.error_response();
    let page = match under_the_article(reading, slug, &fields.parent, form).await {
        Ok(Some(page)) => page,
        Ok(None) | Err(_) => alone(reading, slug, &fields, error)?,
    };
    let mut answer = html(bare.status(), page);
    if let Some(wait) = bare.headers().get(header::RETRY_AFTER) {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, wait.clone());
    }
    Ok(answer)
}

/// `None` where the article's page has no form to show it in.
async fn under_the_article(
    reading: &Reading<'_>,
    slug: &str,
    parent: &str,
    mut form: CommentForm,
) -> Result<Option<String>> {
    let article = reading.article(slug).await?;
    if !reading.may_write(&article) {
        return Ok(None);
    }
    if let Ok(id) = Uuid::try_parse(parent) {
        // what is wrong with it is said already
        form.parent = reading.parent(&article, id).await.ok();
    }
    let page = reading.page(&article, &Wish::default(), form).await?;
    Ok(Some(page))
}

fn alone(reading: &Reading<'_>, slug: &str, fields: &Fields, error: &Error) -> Result<String> {
    let page = UnsentPage {
        chrome: &reading.chrome(),
        path: &path(slug),
        problem: &error.to_string(),
        parent: &fields.parent,
        key: &fields.key,
        name: &fields.name,
        email: &fields.email,
        text: &fields.text,
    };
    Ok(page.render()?)
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
