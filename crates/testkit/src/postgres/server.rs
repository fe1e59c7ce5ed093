//! The server for tests: found, or started for the life of the test process.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::sync::OnceCell;
use url::Url;

use super::VARIABLE;
use crate::TempFolder;

/// Where Debian puts PostgreSQL's programs, a folder per version.
const PROGRAMS: &str = "/usr/lib/postgresql";

/// Runs the server until a line comes, which names the signal that stops it, or standard input ends: it does when the process that holds the other end ends, however that
/// happens, and then nobody else is left to remove the folder.
const UNTIL_INPUT_ENDS: &str = "\"$@\" >>log 2>&1 & server=$!; echo started; read -r line; kill -${line:-INT} $server; wait $server; [ -n \"$line\" ] || rm -rf \"$PWD\"";

/// Runs in the folder of the data; says where it listens by a socket there. Durability is nothing to tests: `fsync` is off.
const SETTINGS: [&str; 7] = [
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=32MB",
    "wal_level=minimal",
    "max_wal_senders=0",
];

/// A minute at most until the server answers.
const LOOKS: u32 = 3000;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A PostgreSQL server of the test's own, in a folder of its own; it ends when this is dropped, and when the process ends.
#[derive(Debug)]
pub struct PostgresServer {
    folder: TempFolder,
    programs: PathBuf,
    process: Option<Child>,
}

/// The server that the tests of this process share.
pub(super) async fn shared() -> Url {
    static SHARED: OnceCell<(Url, Option<PostgresServer>)> = OnceCell::const_new();
    let (address, _) = SHARED
        .get_or_init(|| async {
            if let Some(address) = running().await {
                return (address, None);
            }
            let server = PostgresServer::start().await;
            (server.address(), Some(server))
        })
        .await;
    address.clone()
}

#[expect(clippy::panic, reason = "a test that is pointed at a server may not quietly use another")]
async fn running() -> Option<Url> {
    if let Ok(address) = std::env::var(VARIABLE) {
        return Some(address.parse().unwrap_or_else(|error| panic!("{VARIABLE} is no address: {error}")));
    }
    for user in ["postgres", "root"] {
        let address = address(&format!("postgres://{user}@127.0.0.1:5432/postgres"));
        if may_create_databases(&address).await {
            return Some(address);
        }
    }
    None
}

async fn may_create_databases(address: &Url) -> bool {
    let Ok(mut connection) = PgConnection::connect(address.as_str()).await else { return false };
    let may: Result<bool, _> = sqlx::query_scalar("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&mut connection)
        .await;
    may.unwrap_or_default()
}

impl PostgresServer {
    /// Makes one and starts it.
    ///
    /// # Panics
    /// When PostgreSQL's programs are missing (`make install-tools` brings them) or do not start.
    #[expect(clippy::expect_used, reason = "a test without its server cannot go on")]
    pub async fn start() -> Self {
        let programs = programs().expect(
            "no PostgreSQL answers without a password on 127.0.0.1:5432, SALESBRIDGE_TEST_POSTGRES_URL is not set, and there \
             are no programs under /usr/lib/postgresql; `make install-tools` installs them",
        );
        let folder = TempFolder::new();
        let mut server = Self { folder, programs, process: None };
        server.give_away();
        let made = server
            .command("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(server.data())
            .output();
        let made = made.expect("initdb starts");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        server.go_on().await;
        server
    }

    /// Starts it again after [`PostgresServer::stop`].
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::expect_used, reason = "a test without its server cannot go on")]
    pub async fn go_on(&mut self) {
        let mut command = self.command("sh");
        command
            .args(["-c", UNTIL_INPUT_ENDS, "sh"])
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path());
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("sh starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("sh says that it started");
        self.process = Some(process);
        let address = self.address();
        let mut looks = 0;
        while !may_create_databases(&address).await {
            looks += 1;
            assert!(looks < LOOKS, "{}", std::fs::read_to_string(self.folder.join("log")).unwrap_or_default());
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Stops it as an administrator would (`pg_ctl stop -m fast`): connections are cut, what was committed stays.
    pub fn stop(&mut self) {
        self.stop_by(b"INT\n");
    }

    /// Stops it without letting it do anything more (`pg_ctl stop -m immediate`): it recovers from its log when it is started again.
    pub fn stop_at_once(&mut self) {
        self.stop_by(b"QUIT\n");
    }

    fn stop_by(&mut self, signal: &[u8]) {
        if let Some(mut process) = self.process.take() {
            if let Some(mut input) = process.stdin.take() {
                let _ = input.write_all(signal);
            }
            let _ = process.wait();
        }
    }

    /// Its address, with a user that may do everything.
    pub fn address(&self) -> Url {
        let mut address = address("postgres://postgres@localhost/postgres");
        address.query_pairs_mut().append_pair("host", &self.folder.path().display().to_string());
        address
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A command that runs as somebody PostgreSQL accepts, which root is not.
    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = if path.exists() { Command::new(path) } else { Command::new(program) };
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        if let Some((user, group)) = stand_in() {
            command.uid(user).gid(group);
        }
        command
    }

    #[expect(clippy::expect_used, reason = "a test without its server cannot go on")]
    fn give_away(&self) {
        if let Some((user, group)) = stand_in() {
            chown(self.folder.path(), Some(user), Some(group)).expect("root may give a folder away");
        }
        std::fs::set_permissions(self.folder.path(), Permissions::from_mode(0o755)).expect("our own folder");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(PROGRAMS).ok()?;
    let programs = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    programs.filter(|folder| folder.join("initdb").exists()).max()
}

/// User and group to run as in place of root.
fn stand_in() -> Option<(u32, u32)> {
    if !is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody"))
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self").metadata().is_ok_and(|us| us.uid() == 0)
}

#[expect(clippy::expect_used, reason = "written here, and right")]
fn address(text: &str) -> Url {
    text.parse().expect("an address")
}
