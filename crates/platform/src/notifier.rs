//! Sending a message to a person's phone, through the gateway that the installation has, or into the outbox.

use crate::crypto::mac;
use crate::{Clock, Random};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// An answer longer than this is not read: the gateway has only an id to tell.
pub(crate) const ANSWER_BYTES: u64 = 16 * 1024;
/// Seconds to wait after a passing fault, when the gateway names no time.
const RETRY_SECS: i64 = 60;
/// Seconds to wait after a fault that an operator has to mend (key, address).
const MEND_SECS: i64 = 600;
/// The longest wait that a gateway may ask for.
const LONGEST_SECS: i64 = 3600;
pub(crate) const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// One message to one phone.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Names this message for ever: the gateway sends one message for one key, however often it is asked.
    #[serde(skip)]
    pub key: String,
    /// The phone number.
    pub to: String,
    /// The template that the gateway's operator has registered.
    pub template: String,
    /// Values for the template's blanks.
    pub params: BTreeMap<String, String>,
    /// The whole text, as the person will read it.
    pub text: String,
}

impl fmt::Debug for Message {
    /// Shows no number and no text: messages pass through logs and errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {})", self.key, self.template)
    }
}

/// What became of a message; `why` holds no personal data and may be logged and shown to operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway has taken it.
    Sent {
        /// The gateway's name for it.
        provider_id: String,
    },
    /// Not sent as far as is known; ask again with the same key.
    Retry {
        /// Seconds to wait.
        after: i64,
        /// The cause.
        why: String,
    },
    /// Refused for good.
    Failed {
        /// The cause.
        why: String,
    },
}

/// Where messages go.
#[derive(Clone, Debug)]
pub enum Notifier {
    /// Nowhere: the message stays in the outbox, where operators (and the demo's visitors) read it.
    Outbox,
    /// To a gateway for text messages.
    Http(HttpSms),
}

impl Notifier {
    /// Sends one message; waits at most the gateway's timeout.
    pub async fn send(&self, message: &Message) -> Outcome {
        match self {
            Self::Outbox => Outcome::Sent {
                provider_id: "outbox".to_owned(),
            },
            Self::Http(gateway) => gateway.send(message).await,
        }
    }

    /// Whether messages leave this program; if not, pages say that they are only kept.
    #[must_use]
    pub const fn reaches_phones(&self) -> bool {
        matches!(self, Self::Http(_))
    }
}

/// Why a gateway cannot be used; its text tells the operator what to write in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadGateway {
    /// Not an http or https address, or with a name and password in it.
    Url,
    /// The signing key is not 16 to 64 bytes.
    Key,
}

impl fmt::Display for BadGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => {
                "网关地址不正确。请填写以 https:// 或 http:// 开头的地址，不要在地址里写用户名和密码。"
            }
            Self::Key => "网关签名密钥的长度不对。请填写 16 到 64 个字节的密钥。",
        })
    }
}
impl std::error::Error for BadGateway {}

/// A gateway for text messages that is asked by `POST` of JSON.
///
/// The request bears `Idempotency-Key`, `X-Xuequan-Timestamp` (seconds since 1970), `X-Xuequan-Nonce` and
/// `X-Xuequan-Signature` (hexadecimal HMAC-SHA256 over timestamp, nonce, idempotency key and body, joined
/// by line feeds). An answer of 2xx holds `{"id": "…"}`.
#[derive(Clone)]
pub struct HttpSms(Arc<Gateway>);

struct Gateway {
    agent: ureq::Agent,
    url: String,
    key: Zeroizing<Vec<u8>>,
    clock: Clock,
    random: Random,
}

#[derive(Deserialize)]
struct Answer {
    id: String,
}

impl HttpSms {
    /// The gateway at this address, its requests signed by `key`, given up after `timeout`.
    ///
    /// # Errors
    /// The address or the key is not usable.
    pub fn new(
        url: &str,
        key: &[u8],
        timeout: Duration,
        clock: &Clock,
        random: &Random,
    ) -> Result<Self, BadGateway> {
        if !is_gateway_url(url) {
            return Err(BadGateway::Url);
        }
        if !KEY_BYTES.contains(&key.len()) {
            return Err(BadGateway::Key);
        }
        Ok(Self(Arc::new(Gateway {
            agent: agent(timeout),
            url: url.to_owned(),
            key: Zeroizing::new(key.to_vec()),
            clock: clock.clone(),
            random: random.clone(),
        })))
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Ok(body) = serde_json::to_vec(message) else {
            return Outcome::Failed {
                why: "message is not JSON".to_owned(),
            };
        };
        let (gateway, key) = (Arc::clone(&self.0), message.key.clone());
        let asked = tokio::task::spawn_blocking(move || gateway.post(&key, &body)).await;
        asked.unwrap_or_else(|_| retry(RETRY_SECS, "sending was broken off"))
    }
}

impl fmt::Debug for HttpSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpSms(address and key hidden)")
    }
}

impl Gateway {
    fn post(&self, message_key: &str, body: &[u8]) -> Outcome {
        let timestamp = self.clock.now().millis().div_euclid(1000).to_string();
        let nonce = HEXLOWER.encode(&self.random.bytes::<16>());
        let signature = self.signature(&timestamp, &nonce, message_key, body);
        let answer = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("Connection", "close")
            .header("Idempotency-Key", message_key)
            .header("X-Xuequan-Timestamp", &timestamp)
            .header("X-Xuequan-Nonce", &nonce)
            .header("X-Xuequan-Signature", &signature)
            .send(body);
        match answer {
            Ok(answer) => judge(answer),
            Err(error) => retry(RETRY_SECS, cause(&error)),
        }
    }

    fn signature(&self, timestamp: &str, nonce: &str, message_key: &str, body: &[u8]) -> String {
        let line = b"\n".as_slice();
        let parts = [
            timestamp.as_bytes(),
            line,
            nonce.as_bytes(),
            line,
            message_key.as_bytes(),
            line,
            body,
        ];
        HEXLOWER.encode(&mac::<Hmac<Sha256>>(&self.key, &parts).finalize().into_bytes())
    }
}

fn judge(mut answer: ureq::http::Response<ureq::Body>) -> Outcome {
    let status = answer.status().as_u16();
    match status {
        200..=299 => {
            let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
            let id = text
                .ok()
                .and_then(|text| serde_json::from_slice::<Answer>(&text).ok())
                .map(|read| read.id);
            match id.filter(|id| is_provider_id(id)) {
                Some(provider_id) => Outcome::Sent { provider_id },
                // Asking again is safe: the gateway knows the key if it has taken the message.
                None => retry(RETRY_SECS, "the gateway's answer holds no id"),
            }
        }
        408 | 409 | 425 | 429 | 500..=599 => {
            let asked = answer
                .headers()
                .get("Retry-After")
                .and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
            let after = asked.unwrap_or(RETRY_SECS).clamp(1, LONGEST_SECS);
            retry(after, &format!("the gateway answered {status}"))
        }
        // The gateway is set up wrongly, the message is not at fault: keep it until that is mended.
        300..=399 | 401 | 403 | 404 | 405 => retry(
            MEND_SECS,
            &format!("the gateway answered {status}; check its address and key"),
        ),
        _ => Outcome::Failed {
            why: format!("the gateway answered {status}"),
        },
    }
}

fn retry(after: i64, why: &str) -> Outcome {
    Outcome::Retry {
        after,
        why: why.to_owned(),
    }
}

/// A short cause without the request's text, which an error's own words might repeat.
pub(crate) fn cause(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "the gateway did not answer in time",
        ureq::Error::HostNotFound => "the gateway's host is not known",
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => "the connection to the gateway failed",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "the gateway's certificate was not accepted",
        _ => "the gateway could not be asked",
    }
}

pub(crate) fn is_provider_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What asks a gateway.
pub(crate) fn agent(timeout: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        // The request would go to an address that nobody has configured.
        .max_redirects(0)
        .max_redirects_will_error(false)
        // None from the environment either.
        .proxy(None)
        // Each request has its own connection, so no late answer can be taken for the next one's.
        .max_idle_connections(0)
        .build();
    config.into()
}

pub(crate) fn is_gateway_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or("");
    !host.is_empty()
        && !host.starts_with(':')
        && !host.contains('@')
        && url.bytes().all(|byte| byte.is_ascii_graphic())
        && url.parse::<ureq::http::Uri>().is_ok()
}

#[cfg(test)]
mod tests;
