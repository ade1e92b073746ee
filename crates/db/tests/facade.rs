//! The facade on the database named by `XUEQUAN_TEST_DATABASE` (a PostgreSQL server), or on SQLite.
#![expect(clippy::unwrap_used, reason = "tests")]

use db::{Db, DbError, Dialect, Durability, Migration, Row, Schema, Scope, Value, args};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const SCHEMA: Schema = Schema {
    domain: "trial",
    migrations: &[Migration {
        number: 1,
        name: "tables",
        sql: "CREATE TABLE org_path (org_id BIGINT PRIMARY KEY, path TEXT NOT NULL);
              CREATE TABLE class (id BIGINT PRIMARY KEY, org_id BIGINT NOT NULL, name TEXT NOT NULL,
                  open BOOLEAN NOT NULL, seats BIGINT NOT NULL CHECK (seats >= 0), paper BYTEA, day TEXT);
              CREATE UNIQUE INDEX class_name ON class (org_id, name);
              CREATE UNIQUE INDEX class_open ON class (org_id, seats, (CASE WHEN open THEN 0 ELSE id END)) WHERE seats > 90;
              CREATE TABLE seat (id BIGINT PRIMARY KEY, class_id BIGINT NOT NULL REFERENCES class (id))",
    }],
    org_owned: &["class"],
};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An empty database of its own, and a way to clean up after it.
async fn fresh() -> Db {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("facade_{}_{number}", std::process::id());
    #[expect(clippy::disallowed_methods, reason = "the test command chooses the database")]
    let url = match std::env::var("XUEQUAN_TEST_DATABASE") {
        Ok(server) => {
            let root = Db::open(&format!("{server}/postgres"), Durability::Fast, &[])
                .await
                .unwrap();
            let sql = format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
            );
            db::testing::outside_transaction(&root, &sql).await.unwrap();
            format!("{server}/{name}")
        }
        Err(_) => {
            let path = std::env::temp_dir().join(format!("{name}.sqlite"));
            let _ = std::fs::remove_file(&path);
            format!("sqlite:{}", path.display())
        }
    };
    let db = Db::open(&url, Durability::Fast, &[SCHEMA]).await.unwrap();
    db.migrate(&[SCHEMA]).await.unwrap();
    db
}

async fn add_class(db: &Db, id: i64, org: i64, name: &str) -> Result<(), DbError> {
    let tx = db.begin().await?;
    tx.exec(
        "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, $2, $3, $4, $5)",
        args![id, org, name, true, 20_i64],
    )
    .await?;
    tx.finish().await
}

async fn count(db: &Db) -> i64 {
    db.query_one("SELECT count(*) FROM class {unscoped: test}", args![])
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_value_comes_back() {
    let db = fresh().await;
    let tx = db.begin().await.unwrap();
    let row = vec![
        1_i64.into(),
        5_i64.into(),
        "书\t法\\\n'班'".into(),
        false.into(),
        3_i64.into(),
        vec![0_u8, 255, 92].into(),
        Value::Null,
    ];
    tx.insert_many(
        "class",
        &["id", "org_id", "name", "open", "seats", "paper", "day"],
        &[row],
    )
    .await
    .unwrap();
    tx.finish().await.unwrap();
    let row: Row = db
        .query_one("SELECT * FROM class {unscoped: test}", args![])
        .await
        .unwrap();
    assert_eq!(row.get::<String>("name").unwrap(), "书\t法\\\n'班'");
    assert!(!row.get::<bool>("open").unwrap());
    assert_eq!(row.get::<Vec<u8>>("paper").unwrap(), vec![0, 255, 92]);
    assert_eq!(row.get::<Option<kernel::Date>>("day").unwrap(), None);
    assert!(row.get::<String>("seats").is_err(), "kinds are not guessed");
    assert!(row.get::<i64>("no_such").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_database_takes_the_character_nul() {
    let db = fresh().await;
    let find = "SELECT count(*) FROM class WHERE name = $1 {unscoped: test}";
    let among = "SELECT count(*) FROM class WHERE name {any $1} {unscoped: test}";
    for (sql, args) in [(find, args!["书\0法"]), (among, args![vec!["书\0".to_owned()]])] {
        let asked = db.query_one::<i64>(sql, args).await;
        assert_eq!(asked.unwrap_err(), DbError::NulInText, "{sql}");
    }
    let tx = db.begin().await.unwrap();
    let insert = "INSERT INTO class (id, org_id, name, open, seats) VALUES (1, 1, $1, TRUE, 1)";
    let row: Vec<Value> = vec!["\0".into()];
    for refused in [
        tx.exec(insert, &row).await.map(|_| ()),
        tx.exec_many(insert, std::slice::from_ref(&row)).await,
        tx.insert_many("class", &["name"], &[row]).await,
    ] {
        assert_eq!(refused, Err(DbError::NulInText));
    }
    drop(tx);
    add_class(&db, 1, 1, "after").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn argument_numbers_are_numbers() {
    let db = fresh().await;
    let sql = "SELECT CAST($2 AS TEXT) AS second, CAST($1 AS TEXT) AS first, CAST($2 AS TEXT) AS again";
    let row: Row = db.query_one(sql, args!["a", "b"]).await.unwrap();
    assert_eq!(
        (row.at::<String>(0).unwrap(), row.at::<String>(1).unwrap()),
        ("b".into(), "a".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_leaves_nothing() {
    let db = fresh().await;
    for id in 0..40 {
        let tx = db.begin().await.unwrap();
        tx.exec(
            "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, 1, 'x', TRUE, 1)",
            args![id],
        )
        .await
        .unwrap();
        assert_eq!(count(&tx).await, 1, "a transaction reads its own rows");
        drop(tx);
    }
    assert_eq!(count(&db).await, 0);
    add_class(&db, 1, 1, "after").await.unwrap();
    assert_eq!(count(&db).await, 1, "the connections are usable again");
}

#[tokio::test(flavor = "multi_thread")]
async fn constraints_have_names() {
    let db = fresh().await;
    add_class(&db, 1, 1, "书法").await.unwrap();
    let twice = add_class(&db, 2, 1, "书法").await.unwrap_err();
    assert!(twice.is_unique("class_name"), "{twice}");
    let tx = db.begin().await.unwrap();
    let insert = "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, 1, $2, TRUE, 99)";
    tx.exec(insert, args![3_i64, "一"]).await.unwrap();
    let of_expression = tx.exec(insert, args![4_i64, "二"]).await.unwrap_err();
    assert!(of_expression.is_unique("class_open"), "{of_expression}");
    drop(tx);
    let tx = db.begin().await.unwrap();
    let below = tx
        .exec("UPDATE class SET seats = -1 {unscoped: test}", args![])
        .await
        .unwrap_err();
    assert!(matches!(below, DbError::Check(_)), "{below}");
    drop(tx);
    let tx = db.begin().await.unwrap();
    let orphan = tx
        .exec("INSERT INTO seat (id, class_id) VALUES (1, 99)", args![])
        .await
        .unwrap_err();
    assert!(matches!(orphan, DbError::ForeignKey(_)), "{orphan}");
}

#[tokio::test]
async fn a_row_that_points_at_nothing_is_damage() {
    let db = fresh().await;
    if db.dialect() == Dialect::Postgres {
        assert_eq!(db.damage().unwrap(), None, "it has checks of its own");
        return;
    }
    assert_eq!(db.damage().unwrap(), Some(Vec::new()));
    let tx = db.begin().await.unwrap();
    // As somebody does with a tool of their own.
    tx.batch("COMMIT; PRAGMA foreign_keys = OFF; INSERT INTO seat (id, class_id) VALUES (1, 7); PRAGMA foreign_keys = ON; BEGIN")
        .await
        .unwrap();
    tx.finish().await.unwrap();
    assert_eq!(db.damage().unwrap(), Some(vec!["seat → class".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn scope_hides_siblings() {
    let db = fresh().await;
    let tx = db.begin().await.unwrap();
    for (org, path) in [(1_i64, "/1/"), (5, "/1/5/"), (50, "/1/50/"), (7, "/1/5/7/")] {
        tx.exec(
            "INSERT INTO org_path (org_id, path) VALUES ($1, $2)",
            args![org, path],
        )
        .await
        .unwrap();
        tx.exec(
            "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, $1, 'c', TRUE, 1)",
            args![org],
        )
        .await
        .unwrap();
    }
    tx.finish().await.unwrap();
    let sql = "SELECT c.id FROM class c WHERE c.open = $1 AND {scope c.org_id} ORDER BY c.id";
    for (scope, expected) in [
        (Scope::subtrees(vec!["/1/5/".into()]), vec![5, 7]),
        (
            Scope::subtrees(vec!["/1/50/".into(), "/1/5/7/".into()]),
            vec![7, 50],
        ),
        (Scope::subtrees(Vec::new()), vec![]),
        (Scope::everything(), vec![1, 5, 7, 50]),
    ] {
        let seen: Vec<i64> = db.within(&scope).query(sql, args![true]).await.unwrap();
        assert_eq!(seen, expected, "{scope:?}");
    }
    let bare = db
        .query::<i64>("SELECT id FROM class", args![])
        .await
        .unwrap_err();
    assert!(matches!(bare, DbError::Unscoped(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_stands_until_its_tables_are_written() {
    let db = fresh().await;
    let mark = async |tables: &[&str]| db.begin().await.unwrap().mark(tables).unwrap();
    let first = mark(&["class"]).await;
    assert_eq!(first.is_some(), db.dialect() == Dialect::Sqlite);
    if first.is_none() {
        return;
    }
    assert_eq!(mark(&["class"]).await, first, "reading is no writing");
    add_class(&db, 1, 1, "one").await.unwrap();
    let class = mark(&["class"]).await;
    assert_ne!(class, first);
    let tx = db.begin().await.unwrap();
    let before = tx.mark(&["class", "seat"]).unwrap();
    let seat = [vec![1_i64.into(), 1_i64.into()]];
    tx.insert_many("seat", &["id", "class_id"], &seat).await.unwrap();
    assert_ne!(
        tx.mark(&["class", "seat"]).unwrap(),
        before,
        "one's own writing too"
    );
    tx.finish().await.unwrap();
    assert_eq!(mark(&["class"]).await, class, "another table was written");
    let tx = db.begin().await.unwrap();
    let raised: Vec<i64> = tx
        .query(
            "UPDATE class SET seats = 30 WHERE id = $1 {unscoped: a test} RETURNING id",
            args![1_i64],
        )
        .await
        .unwrap();
    assert_eq!(raised, [1]);
    drop(tx);
    let taken_back = mark(&["class"]).await;
    assert_ne!(taken_back, class, "what is taken back was written too");
    let tx = db.begin().await.unwrap();
    tx.batch("DELETE FROM seat; UPDATE class SET seats = 40")
        .await
        .unwrap();
    tx.finish().await.unwrap();
    assert_ne!(
        mark(&["class"]).await,
        taken_back,
        "the second of several statements"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_does_not_stand_when_another_process_wrote() {
    let db = fresh().await;
    if db.dialect() == Dialect::Postgres {
        return;
    }
    let before = db.begin().await.unwrap().mark(&["class"]).unwrap();
    let file: String = db
        .query_one(
            "SELECT file FROM pragma_database_list WHERE name = 'main'",
            args![],
        )
        .await
        .unwrap();
    let other = Db::open(&format!("sqlite:{file}"), Durability::Fast, &[SCHEMA])
        .await
        .unwrap();
    add_class(&other, 1, 1, "one").await.unwrap();
    assert_ne!(db.begin().await.unwrap().mark(&["class"]).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_reader_sees_what_was_committed_and_waits_for_no_long_write() {
    let db = fresh().await;
    add_class(&db, 1, 1, "书法").await.unwrap();
    assert_eq!(count(&db.warm()).await, 1);
    let tx = db.begin().await.unwrap();
    tx.exec("DELETE FROM class WHERE id = 1 {unscoped: a test}", args![])
        .await
        .unwrap();
    assert_eq!(count(&tx.warm()).await, 0, "within the transaction");
    let warm = db.warm();
    let beside = tokio::time::timeout(Duration::from_secs(10), count(&warm));
    assert_eq!(beside.await, Ok(1), "beside it");
    drop(tx);
    assert_eq!(count(&db.warm()).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_reader_is_the_connection_that_writes_and_writes_nothing() {
    let db = fresh().await;
    if db.dialect() == Dialect::Postgres {
        return;
    }
    let guarded = async |db: &Db| -> i64 {
        let sql = "SELECT query_only FROM pragma_query_only";
        db.query_one(sql, args![]).await.unwrap()
    };
    let warm = db.warm();
    assert_eq!((guarded(&db).await, guarded(&warm).await), (1, 0));
    add_class(&db, 1, 1, "书法").await.unwrap();
    let sql = "DELETE FROM class WHERE id = $1 {unscoped: a test} RETURNING id";
    let taken: Result<Vec<i64>, DbError> = warm.query(sql, args![1_i64]).await;
    assert!(matches!(taken, Err(DbError::Unavailable(_))), "{taken:?}");
    assert_eq!(count(&db).await, 1);
    let tx = db.begin().await.unwrap();
    assert_eq!(guarded(&warm).await, 1, "beside a long write it is another");
    drop(tx);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_as_arguments() {
    let db = fresh().await;
    for id in 1..=4 {
        add_class(&db, id, id, "c").await.unwrap();
    }
    let sql = "SELECT id FROM class WHERE id {any $1} AND name {any $2} {unscoped: test} ORDER BY id";
    let found: Vec<i64> = db
        .query(sql, args![vec![4_i64, 2, 9], vec!["c".to_string()]])
        .await
        .unwrap();
    assert_eq!(found, vec![2, 4]);
    let none: Vec<i64> = db
        .query(sql, args![Vec::<i64>::new(), vec!["c".to_string()]])
        .await
        .unwrap();
    assert!(none.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_kinds_are_told() {
    let db = fresh().await;
    let tx = db.begin().await.unwrap();
    let sql = "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, 1, $2, TRUE, 1)";
    if tx.dialect() == Dialect::Postgres {
        let wrong = tx.exec(sql, args![1_i64, 7_i64]).await.unwrap_err();
        assert!(matches!(wrong, DbError::Statement(_)), "{wrong:?}");
    }
    drop(tx);
    assert!(
        db.prepare("SELECT nothing FROM class {unscoped: test}")
            .await
            .is_err()
    );
    let names = db
        .prepare("SELECT id, name FROM class c WHERE {scope c.org_id}")
        .await
        .unwrap();
    assert_eq!(names, ["id", "name"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_table_is_planned_again() {
    let db = fresh().await;
    add_class(&db, 1, 1, "c").await.unwrap();
    let sql = "SELECT * FROM class {unscoped: test}";
    let before: Row = db.query_one(sql, args![]).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.batch("ALTER TABLE class ADD COLUMN fee BIGINT").await.unwrap();
    tx.finish().await.unwrap();
    let after: Row = db.query_one(sql, args![]).await.unwrap();
    assert!(before.get::<Option<i64>>("fee").is_err());
    assert_eq!(after.get::<Option<i64>>("fee").unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_wait_for_the_same_lock() {
    let db = fresh().await;
    add_class(&db, 1, 1, "c").await.unwrap();
    let mut writers = Vec::new();
    for _ in 0..20 {
        let db = db.clone();
        writers.push(tokio::spawn(async move {
            let tx = db.begin().await.unwrap();
            tx.lock("class", 1).await.unwrap();
            let seats: i64 = tx
                .query_one("SELECT seats FROM class WHERE id = 1 {unscoped: test}", args![])
                .await
                .unwrap();
            tokio::task::yield_now().await;
            tx.exec(
                "UPDATE class SET seats = $1 WHERE id = 1 {unscoped: test}",
                args![seats - 1],
            )
            .await
            .unwrap();
            tx.finish().await.unwrap();
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let seats: i64 = db
        .query_one("SELECT seats FROM class WHERE id = 1 {unscoped: test}", args![])
        .await
        .unwrap();
    assert_eq!(seats, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_undoes_one_step() {
    let db = fresh().await;
    let tx = db.begin().await.unwrap();
    let sql = "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, 1, $2, TRUE, 1)";
    tx.exec(sql, args![1_i64, "a"]).await.unwrap();
    tx.savepoint().await.unwrap();
    assert!(tx.exec(sql, args![2_i64, "a"]).await.is_err());
    tx.rollback_to().await.unwrap();
    tx.exec(sql, args![2_i64, "b"]).await.unwrap();
    tx.finish().await.unwrap();
    assert_eq!(count(&db).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_run_once_and_do_not_change() {
    const CHANGED: Schema = Schema {
        domain: "trial",
        migrations: &[Migration {
            number: 1,
            name: "tables",
            sql: "SELECT 1",
        }],
        org_owned: &[],
    };
    let db = fresh().await;
    assert!(db.migrate(&[SCHEMA]).await.unwrap().is_empty());
    assert!(db.migrate(&[CHANGED]).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_for_one_database_is_read_by_no_other() {
    const MARKED: Schema = Schema {
        domain: "marked",
        migrations: &[Migration {
            number: 1,
            name: "a column for each of the two",
            sql: "-- A sentence.\n--postgres ALTER TABLE class ADD COLUMN there TEXT;\n--sqlite ALTER TABLE class ADD COLUMN here TEXT;\nSELECT 1",
        }],
        org_owned: &[],
    };
    let db = fresh().await;
    db.migrate(&[SCHEMA, MARKED]).await.unwrap();
    let columns = db::testing::columns(&db).await.unwrap();
    let has = |column: &str| columns.contains(&("class".into(), column.into()));
    let postgres = db.dialect() == db::Dialect::Postgres;
    assert_eq!((has("there"), has("here")), (postgres, !postgres));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_for_many_rows_writes_all_or_fails() {
    let db = fresh().await;
    for id in 1..=40 {
        add_class(&db, id, 1, &format!("class {id}")).await.unwrap();
    }
    let sql = "UPDATE class SET seats = $2 WHERE id = $1 {unscoped: test}";
    let tx = db.begin().await.unwrap();
    let rows: Vec<Vec<Value>> = (1_i64..=40).map(|id| vec![id.into(), (id * 10).into()]).collect();
    tx.exec_many(sql, &rows).await.unwrap();
    tx.exec_many(sql, &[]).await.unwrap();
    tx.finish().await.unwrap();
    let sum = "SELECT CAST(sum(seats) AS BIGINT) FROM class WHERE seats = id * 10 {unscoped: test}";
    assert_eq!(db.query_one::<i64>(sum, args![]).await.unwrap(), 8_200);
    let tx = db.begin().await.unwrap();
    let wrong = [vec![1_i64.into(), 1_i64.into()], vec![2_i64.into(), Value::Null]];
    assert!(tx.exec_many(sql, &wrong).await.is_err());
    drop(tx);
    assert_eq!(db.query_one::<i64>(sum, args![]).await.unwrap(), 8_200);
    db.gather_statistics().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_of_many_are_waited_for_whatever_their_order() {
    let db = fresh().await;
    add_class(&db, 1, 1, "c").await.unwrap();
    let mut writers = Vec::new();
    for at in 0..20_i64 {
        let db = db.clone();
        writers.push(tokio::spawn(async move {
            let wanted = if at % 2 == 0 { [3, 1, 2] } else { [2, 4, 1] };
            let tx = db.begin().await.unwrap();
            tx.lock_all("class", &wanted).await.unwrap();
            let sql = "SELECT seats FROM class WHERE id = 1 {unscoped: test}";
            let seats: i64 = tx.query_one(sql, args![]).await.unwrap();
            tokio::task::yield_now().await;
            let sql = "UPDATE class SET seats = $1 WHERE id = 1 {unscoped: test}";
            tx.exec(sql, args![seats - 1]).await.unwrap();
            tx.finish().await.unwrap();
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let sql = "SELECT seats FROM class WHERE id = 1 {unscoped: test}";
    assert_eq!(db.query_one::<i64>(sql, args![]).await.unwrap(), 0);
}

/// Only SQLite has a log to bring to the disk; on PostgreSQL a commit is durable when it returns.
#[tokio::test]
async fn a_durable_commit_is_read_at_once_and_found_after_opening_again() {
    let path = std::env::temp_dir().join(format!("facade_durable_{}.sqlite", std::process::id()));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let url = format!("sqlite:{}", path.display());
    let db = Db::open(&url, Durability::Full, &[SCHEMA]).await.unwrap();
    db.migrate(&[SCHEMA]).await.unwrap();
    let mut on_their_way = Vec::new();
    for id in 1_i64..=3 {
        let tx = db.begin().await.unwrap();
        tx.exec(
            "INSERT INTO class (id, org_id, name, open, seats) VALUES ($1, 1, $2, TRUE, 20)",
            args![id, format!("class {id}")],
        )
        .await
        .unwrap();
        on_their_way.push(tx.finish_early().await.unwrap());
        assert_eq!(count(&db).await, id, "others read it before the disk has it");
    }
    for pending in on_their_way {
        pending.wait().await.unwrap();
    }
    drop(db);
    let again = Db::open(&url, Durability::Full, &[SCHEMA]).await.unwrap();
    assert_eq!(count(&again).await, 3);
}
