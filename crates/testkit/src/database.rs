//! A database for each test, thrown away when the test is over: a thousand kept ones would fill a small disk.

use db::{Db, Durability, Schema, args};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

static NEXT: AtomicU32 = AtomicU32::new(0);
/// Names of databases whose test is over; the next test that wants a database drops them.
static OVER: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    /// The databases of the test that runs on this thread.
    static OWN: RefCell<Own> = const { RefCell::new(Own(Vec::new())) };
}

/// Says that its databases are over when the thread of their test ends.
struct Own(Vec<String>);

impl Drop for Own {
    fn drop(&mut self) {
        over().append(&mut self.0);
    }
}

fn over() -> std::sync::MutexGuard<'static, Vec<String>> {
    OVER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Names of databases on the test server that processes left which are gone; none where that cannot be known.
async fn left_behind(root: &Db) -> Vec<String> {
    if !Path::new("/proc/self").exists() {
        return Vec::new();
    }
    let sql = "SELECT CAST(datname AS TEXT) FROM pg_database WHERE datname LIKE 'xq\\_%' {unscoped: a test}";
    let names: Vec<String> = root.query(sql, args![]).await.unwrap_or_default();
    let gone = |name: &String| {
        let process = name.split('_').nth(1).unwrap_or_default();
        process.parse::<u32>().is_ok() && !Path::new("/proc").join(process).exists()
    };
    names.into_iter().filter(gone).collect()
}

/// Drops what is over. Another process may drop the same, so that it fails is no failure.
async fn drop_over(root: &Db) {
    static FIRST: Mutex<bool> = Mutex::new(true);
    let first = std::mem::take(&mut *FIRST.lock().unwrap_or_else(PoisonError::into_inner));
    let mut names = std::mem::take(&mut *over());
    if first {
        names.extend(left_behind(root).await);
    }
    for name in names {
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let _ = db::testing::outside_transaction(root, &sql).await;
    }
}

/// Removes the files of databases that are over.
fn remove_over() {
    for name in std::mem::take(&mut *over()) {
        for file in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(file_of(&format!("{name}.sqlite{file}")));
        }
    }
}

fn file_of(name: &str) -> PathBuf {
    crate::folder::own().join(name)
}

/// The address of an empty database of its own, without tables: `sqlite:…` or `postgres://…`.
pub async fn fresh_url() -> String {
    let name = format!(
        "xq_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    OWN.with_borrow_mut(|own| own.0.push(name.clone()));
    #[expect(clippy::disallowed_methods, reason = "the test command chooses the database")]
    match std::env::var("XUEQUAN_TEST_DATABASE") {
        Ok(server) => {
            let root = Db::open(&format!("{server}/postgres"), Durability::Fast, &[])
                .await
                .expect("the test server");
            drop_over(&root).await;
            let sql = format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
            );
            db::testing::outside_transaction(&root, &sql)
                .await
                .expect("a new database");
            format!("{server}/{name}")
        }
        Err(_) => {
            remove_over();
            let path = file_of(&format!("{name}.sqlite"));
            format!("sqlite:{}", path.display())
        }
    }
}

/// An empty, migrated database of its own.
pub async fn fresh_database(schemas: &[Schema]) -> Db {
    let url = fresh_url().await;
    let db = Db::open(&url, Durability::Fast, schemas)
        .await
        .expect("the test database");
    db.migrate(schemas).await.expect("migrations");
    db
}

/// Every text of every row of a database, each with its table before it: to prove that something is nowhere.
pub async fn whole_database(db: &Db) -> Vec<String> {
    let mut all = Vec::new();
    for (table, column) in db::testing::columns(db).await.expect("the tables") {
        let sql = format!(
            "SELECT CAST({column} AS TEXT) FROM {table} WHERE {column} IS NOT NULL {{unscoped: a test}}"
        );
        let texts: Vec<String> = db.query(&sql, &[]).await.expect("the texts");
        all.extend(texts.into_iter().map(|text| format!("{table}.{column}: {text}")));
    }
    all
}
