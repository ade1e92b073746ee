//! A provider of payments that does what a test makes it do: it calls late, twice, never, or with a wrong sum, because the
//! test makes the calls.

use crate::{Answer, Client};
use kernel::Instant;
use platform::Clock;
use platform::payment::{PayBack, PayCall, PayKey, PayOrder, Paying, PaymentProvider};

const KEY: &[u8] = b"a key that only tests know";

/// The provider.
pub struct FakePay {
    key: PayKey,
    clock: Clock,
}

impl FakePay {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self {
            key: PayKey::new(KEY).expect("a key"),
            clock: clock.clone(),
        }
    }
}

impl PaymentProvider for FakePay {
    fn begin(&self, order: PayOrder) -> Paying<'_, String> {
        Box::pin(async move { Ok(format!("https://pay.example/{}", order.order)) })
    }

    fn send_back(&self, _: PayBack) -> Paying<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn believes(&self, call: &PayCall<'_>) -> bool {
        self.key.believes(call, &self.clock)
    }
}

/// Makes a signed call to the address at which a provider tells of payments.
pub async fn call(client: Client, path: &str, now: Instant, body: &str) -> Answer {
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let timestamp = now.millis().div_euclid(1000).to_string();
    let key = PayKey::new(KEY).expect("a key");
    let signature = key.sign(&timestamp, "nonce", body.to_string().as_bytes());
    let client = client
        .header("x-xuequan-timestamp", &timestamp)
        .header("x-xuequan-nonce", "nonce")
        .header("x-xuequan-signature", &signature);
    client.api("POST", path, &body).await
}
