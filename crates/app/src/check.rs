//! `xuequan check`: whether the installation is sound, one line a question; fails if any answer is bad.

use crate::config::Config;
use crate::file_place::FilePlace;
use crate::installation::{Installation, Use, typesetter};
use crate::{Done, Trouble, terminal, wiring};
use db::Db;
use platform::{FileKind, Random};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    /// All is well, with what was looked at.
    Good(String),
    /// Works, but somebody should look.
    Doubt(String),
    /// Wrong.
    Fault(String),
}

/// Asks every question and tells the answers.
///
/// # Errors
/// When something is wrong, or the database cannot be read.
pub async fn run(config: &Config) -> Done {
    let db = Installation::open_db(config, Use::Existing).await?;
    let findings = findings(config, &db).await?;
    let mut faults = 0;
    for finding in &findings {
        match finding {
            Finding::Good(what) => terminal::say(format!("好　　{what}")),
            Finding::Doubt(what) => terminal::say(format!("注意　{what}")),
            Finding::Fault(what) => {
                faults += 1;
                terminal::say(format!("有错　{what}"));
            }
        }
    }
    if faults == 0 {
        Ok(())
    } else {
        Err(Trouble::new(format!(
            "有 {faults} 处不对，见上面标着“有错”的各行。"
        )))
    }
}

async fn findings(config: &Config, db: &Db) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    let pending = db.pending(wiring::SCHEMAS).await?;
    if !pending.is_empty() {
        // The other questions read tables that may not be there yet.
        let steps = pending.join("、");
        findings.push(Finding::Fault(format!(
            "数据库还不是这个版本的，差：{steps}。请运行 xuequan migrate。"
        )));
        return Ok(findings);
    }
    findings.push(Finding::Good("数据库的表是这个版本的".into()));
    findings.extend(pages(db)?);
    findings.extend(collation(db.collation().await?.as_deref()));
    findings.extend(audit(db).await?);
    for (what, faults) in wiring::recount(db).await? {
        findings.extend(verdict(what, faults));
    }
    findings.push(if config.key_file.exists() {
        Finding::Good("密钥文件在".into())
    } else {
        Finding::Fault(format!(
            "密钥文件 {} 不在，证件号和电话读不出来。请从安全的地方放回来。",
            config.key_file.display()
        ))
    });
    findings.push(files(&config.files).await);
    findings.push(match typesetter().missing_fonts() {
        None => Finding::Good("打印用的中文字体齐全".into()),
        Some(missing) => Finding::Doubt(missing.to_string()),
    });
    Ok(findings)
}

/// Whether a file can be stored, read and removed: one of its own, with content that no other has.
async fn files(place: &FilePlace) -> Finding {
    if place.folder().is_some_and(|folder| !folder.exists()) {
        return Finding::Doubt(format!("存放文件的{place} 还不在；启动服务时会新建。"));
    }
    let random = Random::system();
    let tried = async {
        let files = place.open(&random)?;
        let probe = format!("xuequan check {}", random.token());
        let stored = files
            .put(probe.into_bytes(), "check.txt", &[FileKind::Txt])
            .await?;
        files.get(&stored.sha256).await?;
        files.remove(&stored.sha256).await?;
        Ok::<(), Trouble>(())
    };
    match tried.await {
        Ok(()) => Finding::Good(format!("存放文件的{place} 能写、能读、能删")),
        Err(trouble) => Finding::Fault(format!("{place}：{trouble}")),
    }
}

/// Whether the pages of the built-in database hold together; PostgreSQL has checks of its own.
fn pages(db: &Db) -> Done<Vec<Finding>> {
    let damage = db.damage()?;
    Ok(damage.map_or_else(Vec::new, |faults| verdict("数据库文件", faults)))
}

fn collation(name: Option<&str>) -> Option<Finding> {
    let name = name?;
    Some(if matches!(name, "C" | "POSIX") {
        Finding::Good(format!("PostgreSQL 的排序规则是 {name}"))
    } else {
        Finding::Fault(format!(
            "PostgreSQL 的排序规则是 {name}，机构的范围会查错。请用 LC_COLLATE 'C' 新建数据库，再把数据倒进去。"
        ))
    })
}

async fn audit(db: &Db) -> Done<Vec<Finding>> {
    let found = platform::audit::verify(db).await?;
    let what = format!("审计记录 {} 条（{} 条链）", found.events, found.chains);
    Ok(verdict(&what, found.faults))
}

fn verdict(what: &str, faults: Vec<String>) -> Vec<Finding> {
    if faults.is_empty() {
        vec![Finding::Good(format!("{what}没有发现问题"))]
    } else {
        faults
            .into_iter()
            .map(|fault| Finding::Fault(format!("{what}：{fault}")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Place;
    use crate::file_place::tests::in_store;
    use crate::installation::Opening;
    use db::args;
    use platform::{Ctx, Event};
    use testkit::FakeS3;
    use testkit::s3::{BUCKET, Fault, SECRET};

    fn config(name: &str) -> Config {
        let folder = std::env::temp_dir().join(format!("xq-check-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let place = Place {
            data: folder,
            ..Place::default()
        };
        Config::read(&place).unwrap()
    }

    fn faults(found: &[Finding]) -> Vec<&str> {
        let wrong = found.iter().filter_map(|finding| match finding {
            Finding::Fault(what) => Some(what.as_str()),
            _ => None,
        });
        wrong.collect()
    }

    #[test]
    fn only_byte_order_is_right_for_postgresql() {
        assert_eq!(collation(None), None);
        assert!(matches!(collation(Some("C")), Some(Finding::Good(_))));
        assert!(matches!(collation(Some("zh_CN.UTF-8")), Some(Finding::Fault(_))));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_sound_installation_passes_and_a_changed_event_is_found() {
        let config = config("sound");
        let platform = Installation::open(&config, Opening::command("test"))
            .await
            .unwrap();
        let ctx = Ctx::system(&platform, "test");
        let subject: kernel::Id<()> = kernel::Id::from_raw(1);
        let tx = ctx.begin().await.unwrap();
        tx.commit(vec![Event::new("test.done", "test", subject)])
            .await
            .unwrap();
        assert_eq!(
            faults(&findings(&config, &platform.db).await.unwrap()),
            Vec::<&str>::new()
        );

        let tx = platform.db.begin().await.unwrap();
        tx.exec("UPDATE event SET kind = 'test.undone'", args![])
            .await
            .unwrap();
        tx.finish().await.unwrap();
        let found = findings(&config, &platform.db).await.unwrap();
        assert!(
            faults(&found).iter().any(|fault| fault.contains("被改动过")),
            "{found:?}"
        );
        assert!(
            platform.files.list().await.unwrap().is_empty(),
            "nothing is left of the check"
        );
        std::fs::remove_dir_all(config.files.folder().unwrap()).unwrap();
        let found = findings(&config, &platform.db).await.unwrap();
        let doubts = found
            .iter()
            .any(|one| matches!(one, Finding::Doubt(what) if what.contains("还不在")));
        assert!(doubts, "{found:?}");
        std::fs::remove_file(&config.key_file).unwrap();
        let found = findings(&config, &platform.db).await.unwrap();
        assert!(
            faults(&found).iter().any(|fault| fault.contains("密钥文件")),
            "{found:?}"
        );
        std::fs::remove_dir_all(&config.data).unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_is_told_whether_the_store_of_files_answers() {
        let store = FakeS3::start().await;
        let good = files(&in_store(&store, BUCKET, SECRET)).await;
        let said = format!("存放文件的对象存储 s3://{BUCKET}/学圈 能写、能读、能删");
        assert_eq!(good, Finding::Good(said));
        assert!(store.names().is_empty(), "nothing is left of the check");
        let gone = in_store(&store, BUCKET, SECRET);
        for (place, fault, said) in [
            (
                in_store(&store, BUCKET, "wrong"),
                None,
                "403 SignatureDoesNotMatch",
            ),
            (in_store(&store, "not-there", SECRET), None, "没有这个存储桶"),
            (gone, Some(Fault::Status(404, "")), "回答不对（404）"),
        ] {
            store.fail(fault);
            let found = files(&place).await;
            assert!(
                matches!(&found, Finding::Fault(what) if what.contains(said)),
                "{said}: {found:?}"
            );
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_database_without_tables_is_told_to_migrate() {
        let config = config("old");
        let missing = Installation::open_db(&config, Use::Existing).await.err().unwrap();
        assert!(missing.to_string().contains("还没有数据库"), "{missing}");
        let db = Installation::open_db(&config, Use::Create).await.unwrap();
        let found = findings(&config, &db).await.unwrap();
        assert!(faults(&found)[0].contains("xuequan migrate"), "{found:?}");
        Installation::migrate(&config).await.unwrap();
        assert_eq!(db.pending(wiring::SCHEMAS).await.unwrap(), Vec::<String>::new());
        std::fs::remove_dir_all(&config.data).unwrap();
    }
}
