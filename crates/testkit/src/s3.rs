//! An S3-compatible store on this machine that keeps objects in memory, checks the signature of each request by its own
//! computation, and fails as a test makes it.
//!
//! Written from the public description of signature version 4 (signed address, unsigned payload) and of five requests, with
//! nothing of the client's library, so that a mistake in either shows.

use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, Response};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use kernel::Instant;
use platform::Clock;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The one access key that the store knows.
pub const KEY: &str = "AKIAXUEQUANTEST";
/// Its secret.
pub const SECRET: &str = "a/secret+that=only-tests-know";
/// The one region of the store.
pub const REGION: &str = "cn-test-1";
/// The one bucket that is there.
pub const BUCKET: &str = "xuequan-files";
/// Names in one answer to a request for a list: few, so that lists have several pages.
const PAGE: usize = 2;
const BODY_BYTES: usize = 64 << 20;
/// How far a request's time may lie ahead, in milliseconds.
const SKEW_MS: i64 = 900_000;

/// What the store does instead of answering one request rightly.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Answers this status with this code.
    Status(u16, &'static str),
    /// Waits so long, then answers rightly.
    Wait(Duration),
    /// Does what it was asked and ends the connection without a word.
    HangUp,
    /// Announces more bytes than it sends.
    BreakOff,
}

/// The store.
#[derive(Clone)]
pub struct FakeS3 {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    objects: BTreeMap<String, Vec<u8>>,
    faults: VecDeque<Fault>,
    /// Method and name of each request.
    asked: Vec<String>,
}

impl FakeS3 {
    /// Starts an empty store that runs as long as the test's runtime.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let store = Self {
            address: listener.local_addr().expect("an address"),
            kept: Arc::default(),
        };
        let routes = axum::Router::new().fallback(answer).with_state(store.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        store
    }

    /// Its address.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes the next requests fail, one by one.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept().faults.extend(faults);
    }

    /// The names of all objects, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.kept().objects.keys().cloned().collect()
    }

    /// Writes an object past all rules, as somebody else with the key might.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        self.kept().objects.insert(name.to_owned(), bytes.to_vec());
    }

    /// The requests since the last time this was asked, each as method, blank and name.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.kept().asked)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(store): State<FakeS3>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES)
        .await
        .expect("a whole body");
    let path = decoded(head.uri.path());
    store.kept().asked.push(format!("{} {path}", head.method));
    let fault = store.kept().faults.pop_front();
    match fault {
        Some(Fault::Status(status, code)) => return refused(status, code),
        Some(Fault::BreakOff) => {
            let half = Response::builder().header("Content-Length", "1000");
            return half.body(Body::from("half")).expect("an answer");
        }
        Some(Fault::Wait(time)) => tokio::time::sleep(time).await,
        Some(Fault::HangUp) | None => {}
    }
    let query = query(head.uri.query().unwrap_or(""));
    let host = head.headers.get("host").and_then(|host| host.to_str().ok());
    let right = match believe(&head.method, &path, &query, host.unwrap_or("")) {
        Err(code) => refused(403, code),
        Ok(()) => store.kept().act(&head.method, &path, &query, &body),
    };
    if matches!(fault, Some(Fault::HangUp)) {
        // The task of this connection ends here, and the connection with it; no message is printed.
        std::panic::resume_unwind(Box::new("the store hangs up"));
    }
    right
}

impl Kept {
    fn act(
        &mut self,
        method: &Method,
        path: &str,
        query: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Response<Body> {
        let below = path.trim_start_matches('/');
        let (bucket, name) = below.split_once('/').unwrap_or((below, ""));
        if bucket != BUCKET {
            return refused(404, "NoSuchBucket");
        }
        match (method.as_str(), name) {
            ("GET", "") if query.get("list-type").is_some_and(|kind| kind == "2") => {
                said(200, self.list(query))
            }
            (_, "") => refused(400, "InvalidRequest"),
            ("GET", name) => match self.objects.get(name) {
                Some(bytes) => said(200, bytes.clone()),
                None => refused(404, "NoSuchKey"),
            },
            ("PUT", name) => {
                self.objects.insert(name.to_owned(), body.to_vec());
                said(200, "")
            }
            ("DELETE", name) => {
                self.objects.remove(name);
                said(204, "")
            }
            _ => refused(405, "MethodNotAllowed"),
        }
    }

    /// A page of names; the mark of the next is the last name of this one.
    fn list(&self, query: &BTreeMap<String, String>) -> String {
        let text = |name: &str| query.get(name).map_or("", String::as_str);
        let prefix = text("prefix");
        let after = HEXLOWER
            .decode(text("continuation-token").as_bytes())
            .expect("a mark of ours");
        let wanted = |name: &&String| name.starts_with(prefix) && name.as_bytes() > after.as_slice();
        let rest: Vec<&String> = self.objects.keys().filter(wanted).collect();
        let page = &rest[..rest.len().min(PAGE)];
        let more = rest.len() > page.len();
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>",
        );
        write!(xml, "<IsTruncated>{more}</IsTruncated>").expect("text");
        if let (true, Some(last)) = (more, page.last()) {
            // To the client the mark means nothing.
            let mark = HEXLOWER.encode(last.as_bytes());
            write!(xml, "<NextContinuationToken>{mark}</NextContinuationToken>").expect("text");
        }
        for name in page {
            let name = encoded(name, true);
            write!(xml, "<Contents><Key>{name}</Key><Size>1</Size></Contents>").expect("text");
        }
        xml + "</ListBucketResult>"
    }
}

/// Believes the signature of a request, or says why not in the words of the service.
fn believe(
    method: &Method,
    path: &str,
    query: &BTreeMap<String, String>,
    host: &str,
) -> Result<(), &'static str> {
    let part = |name: &str| query.get(name).map_or("", String::as_str);
    let (moment, signed) = (part("X-Amz-Date"), part("X-Amz-SignedHeaders"));
    let day = moment.split('T').next().unwrap_or("");
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    if part("X-Amz-Credential") != format!("{KEY}/{scope}") {
        return Err("InvalidAccessKeyId");
    }
    if part("X-Amz-Algorithm") != "AWS4-HMAC-SHA256" || signed != "host" {
        return Err("InvalidRequest");
    }
    let signed_at = written(moment).ok_or("InvalidRequest")?;
    let good_for: i64 = part("X-Amz-Expires").parse().map_err(|_| "InvalidRequest")?;
    let age = Clock::system().now().millis() - signed_at.millis();
    if !(-SKEW_MS..=good_for * 1000).contains(&age) {
        return Err("RequestTimeTooSkewed");
    }
    let fields: Vec<String> = query
        .iter()
        .filter(|(name, _)| *name != "X-Amz-Signature")
        .map(|(name, value)| format!("{}={}", encoded(name, false), encoded(value, false)))
        .collect();
    let canonical = format!(
        "{method}\n{}\n{}\nhost:{host}\n\n{signed}\nUNSIGNED-PAYLOAD",
        encoded(path, true),
        fields.join("&"),
    );
    let digest = HEXLOWER.encode(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}");
    let secret = format!("AWS4{SECRET}").into_bytes();
    let key = scope.split('/').fold(secret, |key, part| signature(&key, part));
    let expected = HEXLOWER.encode(&signature(&key, &to_sign));
    if part("X-Amz-Signature") == expected {
        Ok(())
    } else {
        Err("SignatureDoesNotMatch")
    }
}

fn signature(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// `20261122T010000Z` as a moment.
fn written(moment: &str) -> Option<Instant> {
    let mut rfc = String::new();
    for (at, letter) in moment.chars().enumerate() {
        match at {
            4 | 6 => rfc.push('-'),
            11 | 13 => rfc.push(':'),
            _ => {}
        }
        rfc.push(letter);
    }
    rfc.parse().ok()
}

fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = String::from_utf8_lossy(&[*high, *low]).into_owned();
                bytes.push(u8::from_str_radix(&digits, 16).expect("two hexadecimal digits"));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Everything but letters, digits and `-._~` as `%XX`; a slash stays only in paths.
fn encoded(text: &str, slash_stays: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if slash_stays => out.push('/'),
            _ => write!(out, "%{byte:02X}").expect("text"),
        }
    }
    out
}

fn refused(status: u16, code: &str) -> Response<Body> {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>no</Message></Error>"
    );
    said(status, xml)
}

fn said(status: u16, body: impl Into<Body>) -> Response<Body> {
    let answer = Response::builder().status(status);
    answer.body(body.into()).expect("an answer")
}
