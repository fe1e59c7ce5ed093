//! A server that takes the whole request, answers a few bytes and closes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

pub(crate) struct Breaking {
    pub(crate) base: String,
    connections: Arc<AtomicUsize>,
    _server: JoinSet<()>,
}

impl Breaking {
    pub(crate) async fn start(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let connections = Arc::new(AtomicUsize::new(0));
        let mut server = JoinSet::new();
        server.spawn(serve(listener, bytes, connections.clone()));
        Self { base, connections, _server: server }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(listener: TcpListener, bytes: &'static [u8], connections: Arc<AtomicUsize>) {
    loop {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        connections.fetch_add(1, Ordering::SeqCst);
        let mut request = String::new();
        let mut buffer = [0; 4096];
        while !request.ends_with("]}") {
            let read = stream.read(&mut buffer).await.expect("a request");
            request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        stream.write_all(bytes).await.expect("a reader");
    }
}
