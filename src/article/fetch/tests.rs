use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{FetchError, Fetched, fetch, fetch_where};

/// Answers every connection with the same bytes and gives its address.
async fn server(answer: impl Into<String>) -> String {
    let answer = answer.into();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/story")
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn page(body: &str) -> String {
    answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", body)
}

fn is_first_loopback(address: IpAddr) -> bool {
    address == Ipv4Addr::LOCALHOST
}

#[tokio::test]
async fn a_private_address_is_not_even_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::ffff:127.0.0.1]",
    ] {
        let refused = fetch(&format!("http://{host}:{port}/"), false).await;
        assert!(
            matches!(refused, Err(FetchError::PrivateAddress(_))),
            "{host}: {refused:?}"
        );
    }
    let waiting = listener.accept().map_err(|error| error.kind());
    assert!(matches!(waiting, Err(ErrorKind::WouldBlock)), "{waiting:?}");
}

#[tokio::test]
async fn a_redirect_into_the_network_is_refused() {
    let inside = TcpListener::bind("127.0.0.2:0").unwrap();
    inside.set_nonblocking(true).unwrap();
    let target = inside.local_addr().unwrap();
    let url = server(answer(
        "302 Found",
        &format!("Location: http://{target}/\r\n"),
        "",
    ))
    .await;
    let refused = fetch_where(&url, is_first_loopback).await;
    assert_eq!(
        refused,
        Err(FetchError::PrivateAddress("127.0.0.2".to_owned()))
    );
    let waiting = inside.accept().map_err(|error| error.kind());
    assert!(matches!(waiting, Err(ErrorKind::WouldBlock)), "{waiting:?}");
}

#[tokio::test]
async fn a_page_is_read_where_a_redirect_leads() {
    let last = server(page("<h1>Ferry stops</h1>")).await;
    let first = server(answer("301 Moved", &format!("Location: {last}\r\n"), "")).await;
    let fetched = fetch(&first, true).await;
    let expected = Fetched {
        bytes: b"<h1>Ferry stops</h1>".to_vec(),
        content_type: "text/html; charset=utf-8".to_owned(),
        final_url: last,
    };
    assert_eq!(fetched, Ok(expected));
}

#[tokio::test]
async fn what_is_refused() {
    let endless = "x".repeat(super::MAX_BYTES + 1);
    let unannounced =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{endless}");
    for (given, expected) in [
        (page(&endless), FetchError::TooLarge),
        (unannounced, FetchError::TooLarge),
        (answer("404 Not Found", "", ""), FetchError::Status(404)),
        (answer("304 Not Modified", "", ""), FetchError::Status(304)),
        (
            answer("302 Found", "Location: /again\r\n", ""),
            FetchError::TooManyRedirects,
        ),
        (
            answer("302 Found", "Location: file:///etc/passwd\r\n", ""),
            FetchError::BadUrl,
        ),
        (
            answer("200 OK", "Content-Type: image/png\r\n", "x"),
            FetchError::NotText("image/png".to_owned()),
        ),
    ] {
        let url = server(given).await;
        assert_eq!(fetch(&url, true).await, Err(expected));
    }
}

#[tokio::test]
async fn what_is_not_a_web_address() {
    for url in [
        "",
        "story.txt",
        "ftp://paper.example/",
        "file:///etc/passwd",
        "https://me:secret@paper.example/",
    ] {
        assert_eq!(fetch(url, false).await, Err(FetchError::BadUrl), "{url}");
    }
}
