//! A browser of one's own: Chromium behind its driver, with what tests ask of a page.

use std::future::Future;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::action_chain::ActionChain;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{By, DesiredCapabilities, Key, LoggingPrefsLogLevel, WebDriver, WebElement};

use crate::harness::Belowline;

/// Longer than anything takes on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(40);

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-GB",
    // so that a click lands where the page stands
    "--force-prefers-reduced-motion",
    "--window-size=1280,900",
];

/// Put into every page before its own scripts: what an injected script would do, and what the page's policy stops.
const WATCH: &str = "
    window.__violations = [];
    addEventListener('securitypolicyviolation', (event) =>
        window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
    for (const name of ['alert', 'confirm', 'prompt', 'print'])
        window[name] = () => { window.__pwned = name; };
";

/// The program that drives browsers; one for each test, with all their files in a folder of its own.
pub struct Chrome {
    child: Child,
    address: SocketAddr,
    http: reqwest::Client,
    server: SocketAddr,
    // after the child that writes in it
    _files: tempfile::TempDir,
}

/// One person's browser.
pub struct Browser {
    driver: WebDriver,
    base: String,
    // after the session that it runs
    chrome: Arc<Chrome>,
}

fn found<T>(result: std::io::Result<T>, what: &str) -> T {
    result.unwrap_or_else(|error| {
        panic!("{what} cannot be used ({error}); run `scripts/setup test` to install it")
    })
}

impl Chrome {
    pub async fn start(house: &Belowline) -> Arc<Self> {
        // reqwest wants one even for plain HTTP; an error says that it is there already
        let _ = rustls::crypto::ring::default_provider().install_default();
        let files = tempfile::tempdir().expect("a folder");
        // free a moment ago; nobody else asks for a port without naming one
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("TMPDIR", files.path())
            .env("HOME", files.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let chrome = Self {
            child: found(child, "Chromium's driver (chromedriver)"),
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            http: reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()
                .expect("a client"),
            server: house.address,
            _files: files,
        };
        until("the driver answers", async || {
            tokio::net::TcpStream::connect(chrome.address).await.is_ok()
        })
        .await;
        Arc::new(chrome)
    }

    /// Somebody new.
    pub async fn open(self: &Arc<Self>) -> Browser {
        self.open_with(&json!({})).await
    }

    /// Somebody who has switched scripts off.
    pub async fn open_without_scripts(self: &Arc<Self>) -> Browser {
        self.open_with(&json!({ "profile.managed_default_content_settings.javascript": 2 }))
            .await
    }

    async fn open_with(self: &Arc<Self>, settings: &Value) -> Browser {
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag).expect("a flag");
        }
        wanted
            .add_experimental_option("prefs", settings)
            .expect("settings");
        wanted
            .set_browser_log_level(LoggingPrefsLogLevel::All)
            .expect("a level");
        let driver = WebDriver::new(format!("http://{}", self.address), wanted).await;
        let driver = driver.unwrap_or_else(|error| {
            panic!("Chromium does not start; run `scripts/setup test` to install it: {error}")
        });
        let browser = Browser {
            driver,
            base: format!("http://{}", self.server),
            chrome: Arc::clone(self),
        };
        browser
            .devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": WATCH }),
            )
            .await;
        browser
    }
}

impl Drop for Browser {
    /// The driver ends its browsers only when it is told to.
    fn drop(&mut self) {
        let session = self.driver.session_id().to_string();
        let _ = self.driver.clone().leak();
        let _ = self.chrome.end(&session);
    }
}

impl Chrome {
    /// By hand, because the runtime of the test stands still while its browser is dropped.
    fn end(&self, session: &str) -> std::io::Result<()> {
        let mut driver = TcpStream::connect(self.address)?;
        driver.set_read_timeout(Some(PATIENCE))?;
        write!(
            driver,
            "DELETE /session/{session} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        driver.read_exact(&mut [0])
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a condition holds; fails when it does not come to hold.
async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let limit = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Tries again while the page is still on its way.
async fn patiently<T, F>(what: &str, attempt: impl Fn() -> F) -> T
where
    F: Future<Output = WebDriverResult<T>>,
{
    let limit = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(error) if Instant::now() > limit => panic!("{what}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(30)).await,
        }
    }
}

impl Browser {
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let session = self.driver.session_id();
        let url = format!(
            "http://{}/session/{session}/goog/cdp/execute",
            self.chrome.address
        );
        let command = json!({ "cmd": method, "params": parameters });
        let sent = self.chrome.http.post(url).body(command.to_string()).send();
        let answer = sent.await.expect("an answer").text().await.expect("a body");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{method}: {answer}");
        answer["value"].clone()
    }

    pub async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.driver.goto(&url).await.expect("the page");
    }

    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page");
    }

    /// The address without its server.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("an address");
        url.as_str()
            .strip_prefix(&self.base)
            .unwrap_or(url.as_str())
            .to_owned()
    }

    /// What an expression is on this page.
    pub async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression})");
        self.execute(&script, vec![]).await
    }

    pub async fn execute(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.driver.execute(script, arguments).await;
        let answer = answer.unwrap_or_else(|error| panic!("{script}: {error}"));
        answer.json().clone()
    }

    /// The last argument of the script is to be called with the answer.
    pub async fn execute_async(&self, script: &str) -> Value {
        let answer = self.driver.execute_async(script, vec![]).await;
        answer.expect("an answer").json().clone()
    }

    pub async fn text_of_page(&self) -> String {
        let text = self.eval("document.body.innerText").await;
        text.as_str().expect("text").to_owned()
    }

    pub async fn shows(&self, words: &str) -> bool {
        self.text_of_page().await.contains(words)
    }

    /// Waits for these words; fails with what the page says instead.
    pub async fn waits_for(&self, words: &str) {
        let script = "return (document.body?.innerText ?? '').includes(arguments[0])";
        let came = self.comes_true(script, vec![json!(words)]).await;
        assert!(
            came,
            "{words:?} did not come: {}",
            self.text_of_page().await
        );
    }

    /// Waits until an expression is true on this page.
    pub async fn waits_until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        let came = self.comes_true(&script, vec![]).await;
        assert!(came, "not {expression}: {}", self.text_of_page().await);
    }

    async fn comes_true(&self, script: &str, arguments: Vec<Value>) -> bool {
        let limit = Instant::now() + PATIENCE;
        while Instant::now() < limit {
            let answer = self.driver.execute(script, arguments.clone()).await;
            if answer.is_ok_and(|answer| answer.json() == &json!(true)) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        false
    }

    /// Waits for the first that the selector finds.
    pub async fn find(&self, selector: &str) -> WebElement {
        patiently(selector, || self.driver.find(By::Css(selector))).await
    }

    pub async fn count(&self, selector: &str) -> usize {
        let all = self.driver.find_all(By::Css(selector)).await;
        all.expect("a list").len()
    }

    pub async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.expect("text")
    }

    pub async fn value(&self, selector: &str) -> String {
        let value = self.find(selector).await.prop("value").await;
        value.expect("a value").unwrap_or_default()
    }

    pub async fn click(&self, selector: &str) {
        patiently(selector, || async move {
            self.driver.find(By::Css(selector)).await?.click().await
        })
        .await;
    }

    /// The link or button that says this.
    pub async fn press(&self, words: &str) {
        let path = format!(
            "//*[self::a or self::button or self::summary][starts-with(normalize-space(.), \"{words}\")]"
        );
        patiently(words, || {
            let path = path.clone();
            async move { self.driver.find(By::XPath(path)).await?.click().await }
        })
        .await;
    }

    /// In place of what stands in the field.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    /// A key, wherever the page has its focus.
    pub async fn strike(&self, key: &str) {
        self.keys().send_keys(key).perform().await.expect("typed");
    }

    /// Waits until the desk takes decisions on the comment that it shows: long enough to have read it.
    pub async fn has_read(&self) {
        self.waits_until(
            "document.querySelector('.desk') && performance.now() >
                800 + (performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd || Infinity)",
        )
        .await;
    }

    pub async fn strike_special(&self, key: Key) {
        self.keys().send_keys(key).perform().await.expect("typed");
    }

    fn keys(&self) -> ActionChain {
        self.driver
            .action_chain_with_delay(None, Some(Duration::ZERO))
    }

    /// The screen's size in CSS pixels, of a window without scroll bars in its way.
    pub async fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// `light` or `dark`.
    pub async fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// The errors that the console has shown since it was asked last.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the log");
        log.into_iter()
            .filter(|entry| entry.level == "SEVERE")
            .map(|entry| entry.message)
            .collect()
    }

    /// A picture of the whole page, for eyes.
    pub async fn photograph(&self, file: &Path) {
        self.driver.screenshot(file).await.expect("a picture");
    }

    /// Signs in by the form.
    pub async fn signs_in(&self, name: &str) {
        self.go("/sign-in").await;
        self.fill("#name_or_email", name).await;
        self.fill("#password", crate::harness::PASSWORD).await;
        self.click("form.stack button").await;
        self.find("form[action='/sign-out']").await;
    }

    /// Fills in a guest's form and sends it.
    pub async fn posts_as_guest(&self, name: &str, text: &str) {
        self.fill("#text", text).await;
        self.fill("#name", name).await;
        self.fill("#email", "guest@guest.example").await;
        self.click("#form button.primary").await;
    }
}
