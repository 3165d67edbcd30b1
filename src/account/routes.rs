//! The account pages.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::register::Problem;
use super::session::no_cookie;
use super::sign_in::{self, allow_password_work};
use super::views::{AccountPage, SessionLine, SignInPage, SignUpPage};
use super::{CurrentReader, NewAccount, NewSession, Role, Viewer, chrome, session_cookie, store};
use crate::config::PublicUrl;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::{ClientIp, Form, html, local_path, see_other};

/// The room's pages and its API.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(sign_up_page)
        .service(submit_sign_up)
        .service(sign_in_page)
        .service(submit_sign_in)
        .service(sign_out)
        .service(account_page)
        .service(change_password)
        .service(end_sessions)
        .configure(super::api::configure);
}

/// On to where somebody was going, signed in.
fn enter(new: &NewSession, url: &PublicUrl, next: &str) -> HttpResponse {
    let mut answer = see_other(next);
    // an invalid cookie is impossible here: its name and token are ours
    if let Err(error) = answer.add_cookie(&session_cookie(new, url)) {
        tracing::error!(cause = %error, "a session's cookie could not be set");
    }
    answer
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignUp {
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Where to go on to after signing in or up: where the link says, else back to the page of ours on which it was
/// followed.
fn where_next(query: &Next, request: &HttpRequest, url: &PublicUrl) -> String {
    let referer = request.headers().get(header::REFERER);
    let path = referer.and_then(|value| value.to_str().ok()?.strip_prefix(&url.origin()));
    let came_from = path.filter(|path| !path.starts_with("/sign-"));
    let asked = Some(query.next.as_str()).filter(|next| !next.is_empty());
    local_path(asked.or(came_from).unwrap_or_default()).to_owned()
}

#[get("/sign-up")]
async fn sign_up_page(
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    request: HttpRequest,
    viewer: Viewer,
    query: web::Query<Next>,
) -> Result<HttpResponse> {
    let next = &where_next(&query, &request, &url);
    if viewer.account().is_some() {
        return Ok(see_other(next));
    }
    let shown = SignUpPage {
        chrome: &chrome(&site.name, &site.lang, &viewer),
        name: "",
        email: "",
        next,
        problem: None,
    };
    html(StatusCode::OK, &shown)
}

#[post("/sign-up")]
async fn submit_sign_up(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    ip: ClientIp,
    viewer: Viewer,
    form: Form<SignUp>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let next = local_path(&form.next);
    let new = NewAccount {
        name: form.name.clone(),
        email: form.email.clone(),
        password: form.password,
        role: Role::Reader,
    };
    match sign_in::sign_up(&db, &site, ip, new).await? {
        Ok(new) => {
            sign_in::end_replaced(&db, viewer.0.as_ref()).await?;
            Ok(enter(&new, &url, next))
        }
        Err(problem) => {
            let shown = SignUpPage {
                chrome: &chrome(&site.name, &site.lang, &viewer),
                name: &form.name,
                email: &form.email,
                next,
                problem: Some(&problem),
            };
            html(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    name_or_email: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[get("/sign-in")]
async fn sign_in_page(
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    request: HttpRequest,
    viewer: Viewer,
    query: web::Query<Next>,
) -> Result<HttpResponse> {
    let next = &where_next(&query, &request, &url);
    if viewer.account().is_some() {
        return Ok(see_other(next));
    }
    let shown = SignInPage {
        chrome: &chrome(&site.name, &site.lang, &viewer),
        name_or_email: "",
        next,
        problem: None,
    };
    html(StatusCode::OK, &shown)
}

#[post("/sign-in")]
async fn submit_sign_in(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    ip: ClientIp,
    viewer: Viewer,
    form: Form<SignIn>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let next = local_path(&form.next);
    match sign_in::sign_in(&db, &site, ip, &form.name_or_email, &form.password).await {
        Ok(new) => {
            sign_in::end_replaced(&db, viewer.0.as_ref()).await?;
            Ok(enter(&new, &url, next))
        }
        Err(Error::Invalid(problem)) => {
            let shown = SignInPage {
                chrome: &chrome(&site.name, &site.lang, &viewer),
                name_or_email: &form.name_or_email,
                next,
                problem: Some(&problem),
            };
            html(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(error) => Err(error),
    }
}

/// A form with nothing but its token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[post("/sign-out")]
async fn sign_out(
    db: web::Data<PgPool>,
    url: web::Data<PublicUrl>,
    viewer: Viewer,
    _form: Form<Nothing>,
) -> Result<HttpResponse> {
    if let Some(id) = viewer.session_id() {
        store::end_session(&db, id).await?;
    }
    Ok(HttpResponse::SeeOther()
        .insert_header(("Location", "/"))
        // what this person saw and typed must not be left for the next one at this browser
        .insert_header(("Clear-Site-Data", "\"cache\", \"storage\""))
        .cookie(no_cookie(&url))
        .finish())
}

#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

#[get("/account")]
async fn account_page(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    me: CurrentReader,
    query: web::Query<Done>,
) -> Result<HttpResponse> {
    let done = match query.done.as_str() {
        "password" => Some("Your password is changed, and your other sessions are ended."),
        "sessions" => Some("Done: signed out there."),
        _ => None,
    };
    show_account(&db, &site, &me, None, done).await
}

async fn show_account(
    db: &PgPool,
    site: &Site,
    me: &CurrentReader,
    problem: Option<&Problem>,
    done: Option<&'static str>,
) -> Result<HttpResponse> {
    let sessions = store::sessions_of(db, me.account.id).await?;
    let shown = AccountPage {
        chrome: &chrome(&site.name, &site.lang, &me.viewer()),
        account: &me.account,
        sessions: sessions
            .iter()
            .map(|session| SessionLine::new(session, me.session.id))
            .collect(),
        problem,
        done,
    };
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    html(status, &shown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// for password managers; whose password it is, the session says
    #[serde(default, rename = "username")]
    _username: String,
    current_password: String,
    new_password: String,
}

#[post("/account/password")]
async fn change_password(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    ip: ClientIp,
    me: CurrentReader,
    form: Form<ChangePassword>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    allow_password_work(&db, ip).await?;
    let account = me.account.clone();
    let (current, new) = (&form.current_password, &form.new_password);
    match sign_in::change_password(&db, &site, account, current, new).await? {
        Ok(new) => Ok(enter(&new, &url, "/account?done=password")),
        Err(problem) => show_account(&db, &site, &me, Some(&problem), None).await,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndSessions {
    /// a session's id, or `others`
    session: String,
}

#[post("/account/sessions/end")]
async fn end_sessions(
    db: web::Data<PgPool>,
    me: CurrentReader,
    form: Form<EndSessions>,
) -> Result<HttpResponse> {
    if form.0.session == "others" {
        store::end_other_sessions(&db, me.account.id, me.session.id).await?;
    } else {
        let id = Uuid::try_parse(&form.0.session).map_err(|_| Error::NotFound)?;
        store::end_own_session(&db, me.account.id, id).await?;
    }
    Ok(see_other("/account?done=sessions"))
}
