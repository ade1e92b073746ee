//! Paying on line: one seam for whatever provider an installation has a contract with.
//!
//! A provider is asked to begin a payment and to send money back; that somebody has paid, it tells by calling us. Every
//! request in either direction is signed: `X-Xuequan-Timestamp` (seconds since 1970), `X-Xuequan-Nonce` and
//! `X-Xuequan-Signature`, hexadecimal HMAC-SHA256 over timestamp, nonce and body, joined by line feeds.

use crate::crypto::mac;
use crate::notifier::{ANSWER_BYTES, BadGateway, KEY_BYTES, agent, cause, is_gateway_url, is_provider_id};
use crate::{AppError, AppResult, Clock, Random};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// A call whose time lies further off than this (seconds) is not believed: it may be an old one sent again.
const CALL_AGE_SECS: i64 = 300;

/// A payment to begin.
#[derive(Debug, Clone, Serialize)]
pub struct PayOrder {
    /// Our number of it; the provider begins one payment for one number, however often it is asked.
    pub order: String,
    /// How much, in fen.
    pub amount_fen: i64,
    /// What for, as the person reads it: no name, no number of a person.
    pub title: String,
    /// Where the provider tells that it was paid.
    pub notify_url: String,
    /// Where the person comes back to.
    pub return_url: String,
}

/// Money to send back.
#[derive(Debug, Clone, Serialize)]
pub struct PayBack {
    /// Our number of it; the provider sends it back once, however often it is asked.
    pub refund: String,
    /// The provider's number of the payment.
    pub number: String,
    /// How much, in fen.
    pub amount_fen: i64,
}

/// A call of the provider, as it came in.
#[derive(Debug, Clone, Copy)]
pub struct PayCall<'a> {
    /// Seconds since 1970.
    pub timestamp: &'a str,
    /// Used once.
    pub nonce: &'a str,
    /// Over both and the body.
    pub signature: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// An answer of a provider that is waited for.
pub type Paying<'a, T> = Pin<Box<dyn Future<Output = AppResult<T>> + Send + 'a>>;

/// A provider of payments on line.
pub trait PaymentProvider: Send + Sync {
    /// Begins a payment; gives the address at which the person pays.
    fn begin(&self, order: PayOrder) -> Paying<'_, String>;

    /// Sends money back. An error means: ask again with the same number.
    fn send_back(&self, back: PayBack) -> Paying<'_, ()>;

    /// Whether a call comes from this provider, and now.
    fn believes(&self, call: &PayCall<'_>) -> bool;
}

/// The key that we share with a provider.
pub struct PayKey(Zeroizing<Vec<u8>>);

impl PayKey {
    /// A key of 16 to 64 bytes.
    ///
    /// # Errors
    /// Its length is wrong.
    pub fn new(key: &[u8]) -> Result<Self, BadGateway> {
        if KEY_BYTES.contains(&key.len()) {
            Ok(Self(Zeroizing::new(key.to_vec())))
        } else {
            Err(BadGateway::Key)
        }
    }

    fn mac(&self, timestamp: &str, nonce: &str, body: &[u8]) -> Hmac<Sha256> {
        let parts = [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body];
        mac::<Hmac<Sha256>>(&self.0, &parts)
    }

    /// The signature of a request.
    #[must_use]
    pub fn sign(&self, timestamp: &str, nonce: &str, body: &[u8]) -> String {
        HEXLOWER.encode(&self.mac(timestamp, nonce, body).finalize().into_bytes())
    }

    /// Whether a call was signed with this key, not long ago; compared in constant time.
    #[must_use]
    pub fn believes(&self, call: &PayCall<'_>, clock: &Clock) -> bool {
        let now = clock.now().millis().div_euclid(1000);
        let fresh = call
            .timestamp
            .parse::<i64>()
            .is_ok_and(|at| now.abs_diff(at) <= CALL_AGE_SECS.unsigned_abs());
        let Ok(given) = HEXLOWER.decode(call.signature.as_bytes()) else {
            return false;
        };
        fresh
            && self
                .mac(call.timestamp, call.nonce, call.body)
                .verify_slice(&given)
                .is_ok()
    }
}

/// A provider that is asked by `POST` of JSON: `{url}/payments` answers `{"pay_url": "…"}`, `{url}/refunds` `{"id": "…"}`.
#[derive(Clone)]
pub struct HttpPay(Arc<Gateway>);

struct Gateway {
    agent: ureq::Agent,
    url: String,
    key: PayKey,
    clock: Clock,
    random: Random,
}

#[derive(Deserialize)]
struct Begun {
    pay_url: String,
}

#[derive(Deserialize)]
struct SentBack {
    id: String,
}

impl HttpPay {
    /// The provider at this address, given up after `timeout`.
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
        Ok(Self(Arc::new(Gateway {
            agent: agent(timeout),
            url: url.trim_end_matches('/').to_owned(),
            key: PayKey::new(key)?,
            clock: clock.clone(),
            random: random.clone(),
        })))
    }

    async fn ask<T: for<'de> Deserialize<'de> + Send + 'static>(
        &self,
        path: &'static str,
        body: impl Serialize,
    ) -> AppResult<T> {
        let body = serde_json::to_vec(&body).map_err(|error| AppError::Internal(error.to_string()))?;
        let gateway = Arc::clone(&self.0);
        let asked = tokio::task::spawn_blocking(move || gateway.post(path, &body)).await;
        asked.unwrap_or_else(|_| Err(AppError::Unavailable("asking the provider was broken off".into())))
    }
}

impl PaymentProvider for HttpPay {
    fn begin(&self, order: PayOrder) -> Paying<'_, String> {
        Box::pin(async move {
            let begun: Begun = self.ask("/payments", order).await?;
            if is_gateway_url(&begun.pay_url) {
                Ok(begun.pay_url)
            } else {
                Err(AppError::Unavailable(
                    "the provider's answer holds no address".into(),
                ))
            }
        })
    }

    fn send_back(&self, back: PayBack) -> Paying<'_, ()> {
        Box::pin(async move {
            let sent: SentBack = self.ask("/refunds", back).await?;
            if is_provider_id(&sent.id) {
                Ok(())
            } else {
                Err(AppError::Unavailable("the provider's answer holds no id".into()))
            }
        })
    }

    fn believes(&self, call: &PayCall<'_>) -> bool {
        self.0.key.believes(call, &self.0.clock)
    }
}

impl Gateway {
    fn post<T: for<'de> Deserialize<'de>>(&self, path: &str, body: &[u8]) -> AppResult<T> {
        let timestamp = self.clock.now().millis().div_euclid(1000).to_string();
        let nonce = HEXLOWER.encode(&self.random.bytes::<16>());
        let signature = self.key.sign(&timestamp, &nonce, body);
        let asked = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("Content-Type", "application/json")
            .header("Connection", "close")
            .header("X-Xuequan-Timestamp", &timestamp)
            .header("X-Xuequan-Nonce", &nonce)
            .header("X-Xuequan-Signature", &signature)
            .send(body);
        let mut answer = asked.map_err(|error| AppError::Unavailable(cause(&error).into()))?;
        let status = answer.status().as_u16();
        if !(200..=299).contains(&status) {
            return Err(AppError::Unavailable(format!("the provider answered {status}")));
        }
        let read = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
        read.ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .ok_or_else(|| AppError::Unavailable("the provider's answer cannot be read".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key of sixteen and more";

    #[test]
    fn a_call_is_believed_once_signed_and_fresh() {
        let clock = Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap());
        let now = clock.now().millis() / 1000;
        let key = PayKey::new(KEY).unwrap();
        let other = PayKey::new(b"another key of sixteen").unwrap();
        let (nonce, body) = ("n1", b"{}".as_slice());
        for (at, signer, given, believed) in [
            (now, &key, body, true),
            (now - 300, &key, body, true),
            (now + 300, &key, body, true),
            (now - 301, &key, body, false),
            (now + 301, &key, body, false),
            (now, &other, body, false),
            (now, &key, b"{ }".as_slice(), false),
        ] {
            let timestamp = at.to_string();
            let signature = signer.sign(&timestamp, nonce, body);
            let call = PayCall {
                timestamp: &timestamp,
                nonce,
                signature: &signature,
                body: given,
            };
            assert_eq!(key.believes(&call, &clock), believed, "{at} {given:?}");
        }
    }

    #[test]
    fn a_wrong_address_or_key_is_told_at_the_start() {
        let clock = Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap());
        let made = |url, key| HttpPay::new(url, key, Duration::from_secs(1), &clock, &Random::system()).err();
        assert_eq!(made("ftp://pay", KEY), Some(BadGateway::Url));
        assert_eq!(made("https://pay.example", b"short"), Some(BadGateway::Key));
        assert_eq!(made("https://pay.example/v1", KEY), None);
    }
}
