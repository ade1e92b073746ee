//! Sending messages, against a server of the test.

use super::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

const KEY: &[u8] = b"a key of the gateway";

/// One request as the fake gateway saw it.
struct Seen {
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// A gateway on this machine that answers each connection in turn by the next of `answers`; it says
/// nothing for an answer that is empty, and waits for `delay` before each.
fn gateway(answers: Vec<String>, delay: Duration) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sms", listener.local_addr().unwrap());
    let (tell, seen) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut connection, _) = listener.accept().unwrap();
            tell.send(request(&mut connection)).unwrap();
            thread::sleep(delay);
            // The client may have given up by now, as one test wants.
            drop(connection.write_all(answer.as_bytes()));
        }
    });
    (url, seen)
}

fn request(connection: &mut TcpStream) -> Seen {
    let mut reader = BufReader::new(connection);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    assert_eq!(first, "POST /sms HTTP/1.1\r\n");
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    Seen { headers, body }
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn taken(id: &str) -> String {
    answer(200, "", &format!("{{\"id\":\"{id}\"}}"))
}

fn notifier(url: &str, timeout: Duration) -> Notifier {
    let clock = Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap());
    Notifier::Http(HttpSms::new(url, KEY, timeout, &clock, &Random::system()).unwrap())
}

fn message() -> Message {
    Message {
        key: "msg-1".to_owned(),
        to: "13800000000".to_owned(),
        template: "offer".to_owned(),
        params: BTreeMap::from([("course".to_owned(), "书法".to_owned())]),
        text: "您候补的书法班有名额了。".to_owned(),
    }
}

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn the_request_is_signed_and_names_its_message() {
    let (url, seen) = gateway(vec![taken("p-1"), taken("p-2")], Duration::ZERO);
    let notifier = notifier(&url, SOON);
    assert_eq!(
        notifier.send(&message()).await,
        Outcome::Sent {
            provider_id: "p-1".to_owned()
        }
    );
    let first = seen.recv().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&first.body).unwrap();
    let expected = serde_json::json!({
        "to": "13800000000", "template": "offer", "params": {"course": "书法"}, "text": "您候补的书法班有名额了。"
    });
    assert_eq!(json, expected);
    assert_eq!(first.headers["idempotency-key"], "msg-1");
    assert_eq!(first.headers["content-type"], "application/json");
    assert_eq!(first.headers["x-xuequan-timestamp"], "1795309200");
    let nonce = &first.headers["x-xuequan-nonce"];
    assert_eq!(nonce.len(), 32);
    let mut signed = format!("1795309200\n{nonce}\nmsg-1\n").into_bytes();
    signed.extend(&first.body);
    let expected = HEXLOWER.encode(&mac::<Hmac<Sha256>>(KEY, &[&signed]).finalize().into_bytes());
    assert_eq!(first.headers["x-xuequan-signature"], expected);

    notifier.send(&message()).await;
    let second = seen.recv().unwrap();
    assert_eq!(
        second.headers["idempotency-key"], "msg-1",
        "asking again names the same message"
    );
    assert_ne!(&second.headers["x-xuequan-nonce"], nonce);
}

#[tokio::test]
async fn answers_by_cases() {
    let wait = |after: i64| Some(after);
    let cases = [
        (answer(200, "", "{\"id\":\"a\",\"more\":1}"), wait(0)),
        (answer(202, "", "{\"id\":\"b\"}"), wait(0)),
        (answer(200, "", ""), wait(60)),
        (answer(200, "", "{}"), wait(60)),
        (answer(200, "", "<html>"), wait(60)),
        (answer(200, "", "{\"id\":\"\"}"), wait(60)),
        (
            answer(200, "", &format!("{{\"id\":\"{}\"}}", "a".repeat(20_000))),
            wait(60),
        ),
        (answer(500, "", "down"), wait(60)),
        (answer(503, "Retry-After: 7\r\n", ""), wait(7)),
        (answer(429, "Retry-After: 999999\r\n", ""), wait(3600)),
        (answer(429, "Retry-After: -5\r\n", ""), wait(1)),
        (
            answer(429, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", ""),
            wait(60),
        ),
        (answer(409, "", ""), wait(60)),
        (answer(401, "", ""), wait(600)),
        (answer(302, "Location: http://127.0.0.1:1/\r\n", ""), wait(600)),
        (answer(400, "", "bad number 13800000000"), None),
        (answer(422, "", ""), None),
        (String::new(), wait(60)),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\"".to_owned(),
            wait(60),
        ),
        ("nonsense\r\n\r\n".to_owned(), wait(60)),
    ];
    for (answer, expected) in cases {
        let (url, _seen) = gateway(vec![answer.clone()], Duration::ZERO);
        let outcome = notifier(&url, SOON).send(&message()).await;
        let waited = match &outcome {
            Outcome::Sent { .. } => Some(0),
            Outcome::Retry { after, .. } => Some(*after),
            Outcome::Failed { .. } => None,
        };
        assert_eq!(waited, expected, "{answer}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains("13800000000"));
    }
}

#[tokio::test]
async fn a_slow_gateway_is_given_up_in_time() {
    let (url, _seen) = gateway(vec![taken("late")], Duration::from_secs(3));
    let clock = Clock::system();
    let start = clock.now();
    let outcome = notifier(&url, Duration::from_millis(200)).send(&message()).await;
    let why = "the gateway did not answer in time".to_owned();
    assert_eq!(outcome, Outcome::Retry { after: 60, why });
    assert!(clock.now().millis() - start.millis() < 2_000);
}

#[tokio::test]
async fn an_answer_given_twice_is_not_taken_for_the_next_message() {
    let twice = format!("{}{}", taken("first"), taken("first"));
    let (url, seen) = gateway(vec![twice, taken("second")], Duration::ZERO);
    let notifier = notifier(&url, SOON);
    assert_eq!(
        notifier.send(&message()).await,
        Outcome::Sent {
            provider_id: "first".to_owned()
        }
    );
    let next = Message {
        key: "msg-2".to_owned(),
        ..message()
    };
    assert_eq!(
        notifier.send(&next).await,
        Outcome::Sent {
            provider_id: "second".to_owned()
        }
    );
    assert_eq!(seen.iter().count(), 2);
}

#[tokio::test]
async fn no_gateway_there_means_again_later() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sms", listener.local_addr().unwrap());
    drop(listener);
    let why = "the connection to the gateway failed".to_owned();
    assert_eq!(
        notifier(&url, SOON).send(&message()).await,
        Outcome::Retry { after: 60, why }
    );
}

#[tokio::test]
async fn a_gateway_without_a_certificate_is_not_told_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/sms", listener.local_addr().unwrap());
    let heard = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        let length = connection.read(&mut bytes).unwrap();
        connection.write_all(taken("p").as_bytes()).unwrap();
        bytes[..length].to_vec()
    });
    let outcome = notifier(&url, SOON).send(&message()).await;
    assert!(matches!(outcome, Outcome::Retry { after: 60, .. }), "{outcome:?}");
    let heard = heard.join().unwrap();
    assert_eq!(heard.first(), Some(&0x16), "a TLS handshake and no request");
    assert!(!heard.windows(11).any(|window| window == b"13800000000"));
}

#[tokio::test]
async fn the_outbox_keeps_messages_and_says_so() {
    assert_eq!(
        Notifier::Outbox.send(&message()).await,
        Outcome::Sent {
            provider_id: "outbox".to_owned()
        }
    );
    assert!(!Notifier::Outbox.reaches_phones());
    assert!(notifier("https://sms.example/v1", SOON).reaches_phones());
}

#[test]
fn settings_by_cases() {
    let clock = Clock::system();
    let make = |url: &str, key: &[u8]| HttpSms::new(url, key, SOON, &clock, &Random::seeded(1)).err();
    for url in [
        "http://127.0.0.1:8000/sms",
        "https://sms.example/v1?a=b",
        "https://sms.example",
    ] {
        assert_eq!(make(url, KEY), None, "{url}");
    }
    for url in [
        "",
        "sms.example",
        "ftp://sms.example",
        "file:///etc/passwd",
        "https://",
        "http:///x",
        "http://:80/",
        "https://user:secret@sms.example/",
        "https://sms.example/ x",
        "https://sms.example/\r\nX: y",
        "javascript:alert(1)",
        "https://短信.example/",
    ] {
        assert_eq!(make(url, KEY), Some(BadGateway::Url), "{url}");
    }
    assert_eq!(make("https://sms.example/", b"short"), Some(BadGateway::Key));
    assert_eq!(make("https://sms.example/", &[b'k'; 65]), Some(BadGateway::Key));
    assert!(BadGateway::Url.to_string().ends_with('。') && BadGateway::Key.to_string().ends_with('。'));
}

#[test]
fn nothing_personal_or_secret_is_printed() {
    let shown = format!("{:?} {:?}", message(), notifier("https://sms.example/v1", SOON));
    for hidden in ["13800000000", "书法", "gateway", "sms.example"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
