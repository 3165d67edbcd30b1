//! Who sent this request? The middleware that finds out, and the extractors that ask.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use sqlx::PgPool;
use uuid::Uuid;

use super::session::cookie_name;
use super::{Account, Role, Session, Token, store};
use crate::config::PublicUrl;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::{Chrome, Csrf, see_other};

/// What a request shows to say whose it is.
enum Shown {
    Nothing,
    /// browsers send it by themselves, so its requests must also bring the synchroniser token
    Cookie(Token),
    /// `Authorization: Bearer`: no other site can make a browser send it
    Bearer(Token),
}

/// Middleware: looks up the session that a request shows and puts it, and what its forms must bring, into
/// the request's extensions. A request that shows nothing, or nothing usable, is anonymous. When the database
/// cannot be asked, whoever shows a token is [`Unknown`]: every extractor refuses, and nobody is let in as
/// somebody else.
///
/// # Errors
/// Those of the inner service.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    match find(request.request()).await {
        Ok((session, csrf)) => {
            request.extensions_mut().insert(csrf);
            if let Some(session) = session {
                request.extensions_mut().insert(session);
            }
        }
        Err(error) => {
            tracing::warn!(cause = error.cause(), "a session could not be looked up");
            request.extensions_mut().insert(Unknown);
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// In a request's extensions: it shows a token, and the database could not say whose.
#[derive(Clone, Copy)]
struct Unknown;

/// The session of whoever is asking, if any.
fn session(request: &HttpRequest) -> Result<Option<Session>> {
    let extensions = request.extensions();
    match extensions.get::<Unknown>() {
        Some(Unknown) => Err(Error::Unavailable(anyhow::anyhow!(
            "a session could not be looked up"
        ))),
        None => Ok(extensions.get::<Session>().cloned()),
    }
}

/// Whose session a request shows, and what its forms must bring.
async fn find(request: &HttpRequest) -> Result<(Option<Session>, Csrf)> {
    let (token, by_cookie) = match shown(request)? {
        Shown::Nothing => return Ok((None, Csrf::NotNeeded)),
        Shown::Cookie(token) => (token, true),
        Shown::Bearer(token) => (token, false),
    };
    let (db, site) = (data::<PgPool>(request)?, data::<Site>(request)?);
    let session = store::find_session(db, site.id, &token).await?;
    let csrf = match &session {
        Some(session) if by_cookie => Csrf::Expected(session.csrf.clone()),
        _ => Csrf::NotNeeded,
    };
    Ok((session, csrf))
}

fn shown(request: &HttpRequest) -> Result<Shown> {
    let authorization = request.headers().get(header::AUTHORIZATION);
    if let Some(text) = authorization.and_then(|value| value.to_str().ok())
        && let Some((scheme, token)) = text.split_once(' ')
        && scheme.eq_ignore_ascii_case("bearer")
    {
        return Ok(Token::parse(token.trim()).map_or(Shown::Nothing, Shown::Bearer));
    }
    let cookie = request.cookie(cookie_name(data::<PublicUrl>(request)?));
    let token = cookie.and_then(|cookie| Token::parse(cookie.value()));
    Ok(token.map_or(Shown::Nothing, Shown::Cookie))
}

fn data<T: 'static>(request: &HttpRequest) -> Result<&T> {
    let missing = || {
        let name = std::any::type_name::<T>();
        Error::Internal(anyhow::anyhow!("the server was started without its {name}"))
    };
    request
        .app_data::<web::Data<T>>()
        .map(|data| data.as_ref())
        .ok_or_else(missing)
}

/// Whoever looks: somebody signed in, a guest who has come before, or nobody known. Fails only when the database cannot say.
#[derive(Clone, Debug)]
pub struct Viewer(pub Option<Session>);

impl Viewer {
    pub fn account(&self) -> Option<&Account> {
        self.0.as_ref()?.account.as_ref()
    }

    pub fn session_id(&self) -> Option<Uuid> {
        self.0.as_ref().map(|session| session.id)
    }

    /// The synchroniser token for forms; empty without a session.
    pub fn csrf(&self) -> &str {
        self.0.as_ref().map_or("", |session| &session.csrf)
    }
}

impl FromRequest for Viewer {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(session(request).map(Self))
    }
}

/// Somebody signed in, in whatever role. Otherwise [`Error::SignInNeeded`]; a page then leads to the
/// sign-in form and back.
#[derive(Clone, Debug)]
pub struct CurrentReader {
    pub account: Account,
    pub session: Session,
}

/// A moderator or admin. Not signed in: as [`CurrentReader`]; signed in as a reader: [`Error::Forbidden`].
#[derive(Clone, Debug)]
pub struct CurrentModerator {
    pub account: Account,
    pub session: Session,
}

/// An admin; refusals as for [`CurrentModerator`].
#[derive(Clone, Debug)]
pub struct CurrentAdmin {
    pub account: Account,
    pub session: Session,
}

macro_rules! extracts {
    ($type:ident, $role:expr) => {
        impl FromRequest for $type {
            type Error = actix_web::Error;
            type Future = Ready<Result<Self, actix_web::Error>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(signed_in(request, $role).map(|(account, session)| Self { account, session }))
            }
        }

        impl $type {
            /// The same person as a [`Viewer`], for the frame around a page.
            pub fn viewer(&self) -> Viewer {
                Viewer(Some(self.session.clone()))
            }
        }
    };
}
extracts!(CurrentReader, Role::Reader);
extracts!(CurrentModerator, Role::Moderator);
extracts!(CurrentAdmin, Role::Admin);

fn signed_in(request: &HttpRequest, least: Role) -> Result<(Account, Session), actix_web::Error> {
    let Some(session) = session(request)? else {
        return Err(sign_in_needed(request));
    };
    match session.account.clone() {
        Some(account) if account.role >= least => Ok((account, session)),
        Some(_) => Err(Error::Forbidden(refusal(least).into()).into()),
        None => Err(sign_in_needed(request)),
    }
}

fn refusal(least: Role) -> &'static str {
    match least {
        Role::Reader => "Only readers with an account may do this.",
        Role::Moderator => "Only moderators may do this.",
        Role::Admin => "Only administrators may do this.",
    }
}

/// A page leads to the sign-in form; a form that was sent, or a program, is told.
fn sign_in_needed(request: &HttpRequest) -> actix_web::Error {
    if *request.method() != Method::GET || request.path().starts_with("/api/") {
        return Error::SignInNeeded.into();
    }
    let next = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    let answer = see_other(&format!("/sign-in?{query}"));
    InternalError::from_response(Error::SignInNeeded, answer).into()
}

/// The frame around a page, as this viewer sees it.
pub fn chrome(site_name: &str, lang: &str, viewer: &Viewer) -> Chrome {
    let account = viewer.account();
    let role = account.map_or(Role::Reader, |account| account.role);
    Chrome {
        site_name: site_name.to_owned(),
        lang: lang.to_owned(),
        viewer: account.map(|account| account.name.clone()),
        is_moderator: role >= Role::Moderator,
        is_admin: role >= Role::Admin,
        csrf: viewer.csrf().to_owned(),
    }
}
