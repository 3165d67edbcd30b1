//! A browser or program in front of the service: an address of its own, cookies, what it shows to say who it is.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

/// Longer than any answer takes; what hangs fails.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Client {
    http: reqwest::Client,
    base: String,
    /// what limits count
    pub ip: IpAddr,
    bearer: Option<String>,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// Nobody known, from an address that nobody else has.
    pub fn new(server: SocketAddr) -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0x0a00_0000);
        let ip = IpAddr::V4(Ipv4Addr::from_bits(
            LAST.fetch_add(1, Ordering::Relaxed) + 1,
        ));
        Self::from(server, ip)
    }

    pub fn from(server: SocketAddr, ip: IpAddr) -> Self {
        // reqwest wants one even for plain HTTP; an error says that it is there already
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            http,
            base: format!("http://{server}"),
            ip,
            bearer: None,
            cookies: Mutex::default(),
        }
    }

    /// The same, showing a token in each request.
    pub fn with_token(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("x-forwarded-for", self.ip.to_string());
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        }
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        if !cookies.is_empty() {
            let all: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", all.join("; "));
        }
        request
    }

    /// Sends, and again when the service says that it has no time just now: on a machine that does ten other things,
    /// its own limits are met. Tests of that very answer use [`Client::try_send`].
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let limit = Instant::now() + PATIENCE;
        loop {
            let again = request.try_clone().expect("a body at hand");
            let answer = self.try_send(again).await.expect("an answer");
            if answer.status != 503 || Instant::now() > limit {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Sends once; the server may be away.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.timeout(PATIENCE).send().await?;
        self.keep_cookies(&response);
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }

    /// As [`Client::send`], without waiting for the body's end.
    pub async fn open(&self, request: RequestBuilder) -> Response {
        let limit = Instant::now() + PATIENCE;
        loop {
            let again = request.try_clone().expect("a body at hand");
            let response = again.send().await.expect("an answer");
            if response.status() != 503 || Instant::now() > limit {
                return response;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn keep_cookies(&self, response: &Response) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in response.headers().get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let (name, value) = line
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.program_request(method, path).await;
        self.send(request.body(body.to_string())).await
    }

    /// A request with a JSON body to come, and the token if it shows a session by cookie.
    pub async fn program_request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .request(method, path)
            .header("content-type", "application/json");
        if self.has_cookies() {
            request.header("x-csrf-token", self.csrf().await)
        } else {
            request
        }
    }

    fn has_cookies(&self) -> bool {
        !self
            .cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    /// A form exactly as it is given; the token is the sender's business.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(encoded(fields))).await
    }

    /// A form with the token that this session's pages carry.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.form(path, &fields).await
    }

    /// The synchroniser token in this session's pages; empty where there is no session.
    pub async fn csrf(&self) -> String {
        // whoever is signed in finds it on every page, a guest on those with a form
        for path in ["/", "/sign-in"] {
            let page = self.get(path).await.text();
            let token = page
                .split("name=\"csrf\" value=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            if let Some(token) = token {
                return token.to_owned();
            }
        }
        String::new()
    }
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    /// Empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// Fails with the body unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }
}
