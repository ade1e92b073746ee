//! How long a connection may take for the head of a request, without setting the runtime's timer for each of them.
//!
//! A timer of the runtime is set and taken back under a lock, which was 1.3 % of the CPU of an enrolment. Here a
//! connection is looked at every few seconds, and a head is found slow when it is (`docs/adr/0007-seat-desk.md`).

use hyper::rt::{Sleep, Timer};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Times of which a connection under [`looked_after`] finds out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience;

impl Timer for Patience {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Until(deadline))
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// Over when it is looked at after its time; it wakes nobody.
struct Until(Instant);

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if Patience.now() < self.0 {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Sleep for Until {}

/// Runs a connection, and looks at it this often also when nothing comes in: by so much later than its time a slow head
/// is found.
pub(super) async fn looked_after<T>(connection: impl Future<Output = T>, every: Duration) -> T {
    let mut connection = pin!(connection);
    loop {
        // The connection is asked first each time, so after a pause it finds what is over.
        if let Ok(done) = tokio::time::timeout(every, &mut connection).await {
            return done;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, looked_after};
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use std::convert::Infallible;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    /// What becomes of a connection whose heads may take 200 milliseconds.
    async fn served(stream: DuplexStream) -> hyper::Result<()> {
        let service = service_fn(async |_| Ok::<_, Infallible>(hyper::Response::new(String::from("well"))));
        let connection = http1::Builder::new()
            .timer(Patience)
            .header_read_timeout(Duration::from_millis(200))
            .serve_connection(TokioIo::new(stream), service);
        looked_after(connection, Duration::from_millis(50)).await
    }

    #[tokio::test]
    async fn a_head_that_stops_half_way_is_given_up() {
        let (mut browser, server) = tokio::io::duplex(1024);
        let serving = tokio::spawn(served(server));
        browser.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(20), serving).await;
        let error = ended.expect("it ends by itself").unwrap().unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }

    #[tokio::test]
    async fn so_is_a_connection_that_asks_nothing_more_after_an_answer() {
        let (mut browser, server) = tokio::io::duplex(1024);
        let serving = tokio::spawn(served(server));
        browser
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        let read = browser.read_to_string(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(20), read).await;
        read.expect("it is closed").unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("well"),
            "{answer}"
        );
        assert!(serving.await.unwrap().unwrap_err().is_timeout());
    }
}
