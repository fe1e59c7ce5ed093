//! Taking connections on a network: TLS or plain, HTTP/1.1 or HTTP/2, so many at once, and an orderly end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::guard::Ends;
use super::{CertificateProblem, Certificates, DoorSettings};

/// Why the door does not open.
#[derive(Debug, thiserror::Error)]
pub enum DoorProblem {
    /// The address cannot be listened on.
    #[error("nothing can listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// There is no certificate to show.
    #[error(transparent)]
    Certificate(#[from] CertificateProblem),
}

/// A door that listens.
pub struct TcpDoor {
    listener: TcpListener,
    certificates: Option<Arc<Certificates>>,
    connections: Arc<Semaphore>,
}

/// Longest time a client may take to say who it wants and to read our certificate.
const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);
/// Longest time for the head of a request, an idle connection's next one included.
const LONGEST_HEAD: Duration = Duration::from_secs(30);
/// Bytes of a request's head, in HTTP/1.1.
const LARGEST_HEAD: usize = 64 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// How long requests under way may still take once the process is to end.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Pause when the system has no room for another connection.
const BREATH: Duration = Duration::from_millis(50);

impl TcpDoor {
    /// Begins to listen; connections wait until [`TcpDoor::serve`].
    pub async fn open(settings: &DoorSettings) -> Result<Self, DoorProblem> {
        let certificates = settings.tls.clone().map(Certificates::read).transpose()?.map(Arc::new);
        let address = settings.listen;
        let listener = TcpListener::bind(address).await.map_err(|cause| DoorProblem::Listen { address, cause })?;
        Ok(Self { listener, certificates, connections: Arc::new(Semaphore::new(settings.connections)) })
    }

    /// Where it listens: the port that the system chose, when it was to choose.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The certificate it shows, to be renewed.
    pub fn certificates(&self) -> Option<Arc<Certificates>> {
        self.certificates.clone()
    }

    /// Serves until `stop` is set, then finishes requests under way.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        loop {
            let room = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                room = self.connections.clone().acquire_owned() => room,
            };
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            };
            let (router, stop, certificates) = (router.clone(), stop.clone(), self.certificates.clone());
            tasks.spawn(async move {
                connection(stream, peer, certificates, router, stop).await;
                drop(room);
            });
        }
        drop(self.listener);
        tasks.close();
        if tokio::time::timeout(LAST_WORDS, tasks.wait()).await.is_err() {
            tracing::warn!("requests that were still under way are broken off");
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    certificates: Option<Arc<Certificates>>,
    router: Router,
    stop: CancellationToken,
) {
    let Ok(local) = stream.local_addr() else { return };
    // Answers are small and awaited one by one: waiting to fill a packet only delays them.
    drop(stream.set_nodelay(true));
    let ends = Ends { peer, local };
    let Some(certificates) = certificates else { return spoken(stream, ends, router, stop).await };
    let handshake = TlsAcceptor::from(certificates.current()).accept(stream);
    match tokio::time::timeout(LONGEST_HANDSHAKE, handshake).await {
        Ok(Ok(stream)) => spoken(stream, ends, router, stop).await,
        Ok(Err(error)) => {
            tracing::debug!(peer = %peer.ip(), error = %error, "a client did not finish the TLS handshake")
        }
        Err(_) => tracing::debug!(peer = %peer.ip(), "a client took too long for the TLS handshake"),
    }
}

async fn spoken(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ends: Ends,
    router: Router,
    stop: CancellationToken,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ends);
        router.clone().oneshot(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(LONGEST_HEAD).max_buf_size(LARGEST_HEAD);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).keep_alive_interval(LONGEST_HEAD);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(peer = %ends.peer.ip(), error = %error, "a connection was broken off");
    }
}
