//! The account API, for programs: the same rules, in JSON.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::{Account, CurrentReader, NewAccount, Role, Viewer, register, sign_in, store};
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::{ClientIp, Document, check_csrf};

/// The room's part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(create_account, create_session, end_session, me))]
pub struct Doc;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(create_account)
        .service(create_session)
        .service(end_session)
        .service(me);
}

/// An account, as its owner sees it.
#[derive(Serialize, ToSchema)]
struct AccountOut {
    id: Uuid,
    name: String,
    email: String,
    role: Role,
}

impl From<&Account> for AccountOut {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            name: account.name.clone(),
            email: account.email.clone(),
            role: account.role,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountIn {
    /// shown with every comment: 2 to 40 characters, one alphabet
    #[schema(min_length = 2, max_length = 40)]
    name: String,
    /// never shown to others
    #[schema(max_length = 254)]
    email: String,
    /// hard to guess
    #[schema(min_length = 8, max_length = 128)]
    password: String,
}

/// Create a reader's account
#[utoipa::path(
    tag = "account",
    request_body = AccountIn,
    responses(
        (status = 201, description = "The account exists", body = AccountOut),
        (status = 422, description = "The name, address or password cannot be accepted; the sentence says why"),
        (status = 429, description = "Too many accounts from this network address"),
    )
)]
#[post("/api/v1/accounts")]
async fn create_account(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    ip: ClientIp,
    body: Document<AccountIn>,
) -> Result<HttpResponse> {
    let Document(body) = body;
    let new = NewAccount {
        name: body.name,
        email: body.email,
        password: body.password,
        role: Role::Reader,
    };
    let made = match sign_in::check_sign_up(&db, &site, ip, new).await? {
        Ok(checked) => register::insert(&db, site.id, checked).await?,
        Err(problem) => Err(problem),
    };
    let account = made.map_err(|problem| Error::Invalid(problem.sentence))?;
    Ok(HttpResponse::Created().json(AccountOut::from(&account)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionIn {
    name_or_email: String,
    password: String,
}

#[derive(Serialize, ToSchema)]
struct SessionOut {
    /// to be sent as `Authorization: Bearer …`; shown this once
    token: String,
    account: AccountOut,
}

/// Sign in
#[utoipa::path(
    tag = "account",
    request_body = SessionIn,
    responses(
        (status = 201, description = "Signed in: 30 days for readers; 12 hours, half an hour idle, for staff", body = SessionOut),
        (status = 422, description = "The name, the address or the password is wrong"),
        (status = 429, description = "Too many tries"),
    )
)]
#[post("/api/v1/session")]
async fn create_session(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    ip: ClientIp,
    body: Document<SessionIn>,
) -> Result<HttpResponse> {
    let Document(body) = body;
    let new = sign_in::sign_in(&db, &site, ip, &body.name_or_email, &body.password).await?;
    let account = new.session.account.as_ref();
    let account = account.ok_or_else(|| anyhow::anyhow!("a sign-in without an account"))?;
    Ok(HttpResponse::Created().json(SessionOut {
        token: new.token.as_str().to_owned(),
        account: account.into(),
    }))
}

/// Sign out: end the session that this request shows
#[utoipa::path(
    tag = "account",
    responses(
        (status = 204, description = "The session has ended"),
        (status = 401, description = "The request shows no session"),
        (status = 403, description = "A browser's session must send its token in X-CSRF-Token"),
    )
)]
#[delete("/api/v1/session")]
async fn end_session(
    request: HttpRequest,
    db: web::Data<PgPool>,
    viewer: Viewer,
) -> Result<HttpResponse> {
    // there is no body whose extractor would look
    check_csrf(&request)?;
    let id = viewer.session_id().ok_or(Error::SignInNeeded)?;
    store::end_session(&db, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who am I?
#[utoipa::path(
    tag = "account",
    responses(
        (status = 200, description = "Signed in", body = AccountOut),
        (status = 401, description = "Not signed in"),
    )
)]
#[get("/api/v1/me")]
async fn me(me: CurrentReader) -> HttpResponse {
    HttpResponse::Ok().json(AccountOut::from(&me.account))
}
