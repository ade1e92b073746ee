//! A database for each test, copied from a migrated one.

use db::{Db, Durability, Schema};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The address of an empty database of its own, without tables: `sqlite:…` or `postgres://…`.
pub async fn fresh_url() -> String {
    let name = format!(
        "xq_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    #[expect(clippy::disallowed_methods, reason = "the test command chooses the database")]
    match std::env::var("XUEQUAN_TEST_DATABASE") {
        Ok(server) => {
            let root = Db::open(&format!("{server}/postgres"), Durability::Fast, &[])
                .await
                .expect("the test server");
            let sql = format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
            );
            db::testing::outside_transaction(&root, &sql)
                .await
                .expect("a new database");
            format!("{server}/{name}")
        }
        Err(_) => {
            let path = crate::folder::own().join(format!("{name}.sqlite"));
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
