//! Connections: a long queue for the rush, small buffers, bounds on slow and large heads, an orderly end.

use super::patience::{self, Patience};
use crate::web::metrics::Counters;
use crate::{Done, Trouble};
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use ui::layers::Site;

/// Connections that may wait to be taken; with 128, a rush of 36,000 people took up to 57 s instead of 1.3.
pub const BACKLOG: u32 = 4_096;
/// Bytes a connection buffers, and so the largest head of a request.
const BUFFER_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// A head, or a handshake, that takes longer is given up.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How often a connection is looked at, and so how much later than its time a slow head is found.
const LOOK: Duration = Duration::from_secs(5);
/// Running requests have so long to finish when the program stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// After a failed `accept` (no file descriptors left), a moment for others to close.
const PAUSE: Duration = Duration::from_millis(50);

/// Binds the address.
///
/// # Errors
/// When it is taken or not of this machine.
pub fn bind(address: SocketAddr) -> Done<TcpListener> {
    let bound = || {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|error: std::io::Error| {
        Trouble::new(format!(
            "地址 {address} 不能用：{error}。可能另一个程序正占着它，请用 --listen 换一个，例如 --listen 127.0.0.1:8081。"
        ))
    })
}

/// Answers requests until `stopping` says so.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Site,
    counters: Arc<Counters>,
    mut stopping: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.changed() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, counters) = (router.clone(), Arc::clone(&counters));
                tokio::spawn(take(
                    stream,
                    peer,
                    tls.clone(),
                    router,
                    counters,
                    graceful.watcher(),
                ));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn take(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Site,
    counters: Arc<Counters>,
    watcher: Watcher,
) {
    let _ = stream.set_nodelay(true);
    match tls {
        None => answer(stream, peer, router, counters, watcher).await,
        Some(acceptor) => match tokio::time::timeout(HEAD_TIME, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => answer(stream, peer, router, counters, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "handshake"),
            Err(_) => tracing::debug!("handshake too slow"),
        },
    }
}

async fn answer<S>(stream: S, peer: SocketAddr, router: Site, counters: Arc<Counters>, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        let (router, counters) = (router.clone(), Arc::clone(&counters));
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            let response = router.answer(request.map(Body::new)).await;
            counters.count(response.status());
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(Patience)
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = patience::looked_after(watcher.watch(connection), LOOK).await {
        // A browser that goes away in the middle is daily business.
        tracing::debug!(%error, "connection");
    }
}
