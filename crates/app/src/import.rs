//! `xuequan import`: regions and people from files, reported row by row; a plan's document, read as a draft.

use crate::cli::ImportCommand;
use crate::config::Config;
use crate::installation::{Installation, Opening};
use crate::{Done, Trouble, terminal};
use people::persons::How;
use platform::{AppError, Ctx, Platform};
use std::path::Path;
use std::sync::Arc;

/// Rows of a report that are printed; the page shows all.
const SHOWN: usize = 200;
/// Bytes of a file that is read at all.
const FILE_LIMIT: u64 = 20 << 20;

/// Loads a file.
///
/// # Errors
/// When the file cannot be read, or is refused as a whole, or has bad rows and nothing was written.
pub async fn run(config: &Config, command: ImportCommand) -> Done {
    match command {
        ImportCommand::Plan {
            file,
            org,
            dry_run,
            json,
        } => match org {
            Some(org) if !dry_run => {
                let platform = opened(config).await?;
                draft_plan(&Ctx::system(&platform, "import"), &file, &org).await
            }
            _ => plan(&read(&file)?, json),
        },
        ImportCommand::Dataset { file, org, dry_run } => {
            let platform = opened(config).await?;
            dataset(&platform, &read(&file)?, org.as_deref(), dry_run).await
        }
        ImportCommand::Regions { file, dry_run } => {
            let platform = opened(config).await?;
            regions(&Ctx::system(&platform, "import"), &read(&file)?, dry_run).await?;
            counted(&platform).await
        }
        ImportCommand::People {
            file,
            org,
            dry_run,
            good_rows,
            another,
        } => {
            let how = match (dry_run, good_rows) {
                (true, _) => How::DryRun,
                (false, true) => How::GoodRows,
                (false, false) => How::AllOrNothing,
            };
            let platform = opened(config).await?;
            people(
                &Ctx::system(&platform, "import"),
                &read(&file)?,
                &org,
                (how, another),
            )
            .await?;
            counted(&platform).await
        }
    }
}

async fn opened(config: &Config) -> Done<Arc<Platform>> {
    Installation::open(config, Opening::command("import")).await
}

/// What was loaded may be much: the database counts it before it plans further.
async fn counted(platform: &Platform) -> Done {
    Ok(platform.db.gather_statistics().await.map_err(AppError::from)?)
}

fn read(file: &Path) -> Done<Vec<u8>> {
    let unread = |error: std::io::Error| Trouble::new(format!("文件 {} 读不了：{error}。", file.display()));
    let size = std::fs::metadata(file).map_err(unread)?.len();
    if size > FILE_LIMIT {
        return Err(Trouble::new(format!(
            "文件 {} 有 {} MB，最多 20 MB。请分成几个文件导入。",
            file.display(),
            size >> 20
        )));
    }
    std::fs::read(file).map_err(unread)
}

/// Puts a dataset in as a draft and tells what still stands in the way of publishing it.
async fn dataset(platform: &Arc<Platform>, bytes: &[u8], org: Option<&str>, dry: bool) -> Done {
    let ctx = Ctx::system(platform, "import");
    let metrics = crate::wiring::metrics(platform)?;
    let definition = statistics::datasets::actions::read_file(bytes)?;
    let issuer = match org {
        Some(org) => org_id(org)?,
        None => {
            let areas = statistics::datasets::actions::issuers(&ctx).await?.into_iter();
            let top = areas.min_by_key(|area| area.path.len());
            top.ok_or_else(|| Trouble::new("还没有市或区。请先导入行政区划。".to_owned()))?
                .id
        }
    };
    let name = definition.name.clone();
    let how = (statistics::datasets::model::Over::Draft, dry);
    let put = statistics::datasets::actions::put(&ctx, &metrics, issuer, definition, how).await?;
    let (cells, filled) = put.cells;
    terminal::say(format!(
        "“{name}”第 {} 版：{cells} 格，其中 {filled} 格由系统指标填。{}",
        put.number,
        match (dry, put.new_dataset, put.replaced) {
            (true, ..) => "只看不写，什么都没有写入。",
            (_, true, _) => "新建了报表，是一份草稿。",
            (_, _, true) => "替换了原来的草稿。",
            _ => "是一份新的草稿。",
        }
    ));
    for (place, sentence) in put.faults.iter().take(SHOWN) {
        terminal::say(format!("发布前要改　{place}：{sentence}"));
    }
    if !dry {
        terminal::say(format!("请到 /desk/datasets/{} 核对以后发布。", put.version));
    }
    Ok(())
}

/// Reads a document and prints the draft of its plan.
fn plan(bytes: &[u8], json: bool) -> Done {
    let draft = plans::reading::read_file(bytes).map_err(Trouble::new)?;
    if json {
        let text = serde_json::to_string_pretty(&draft)
            .map_err(|error| Trouble::new(format!("草稿写不成 JSON：{error}")))?;
        terminal::say(text);
        return Ok(());
    }
    for line in plans::reading::outline::outline(&draft) {
        terminal::say(line);
    }
    Ok(())
}

/// Reads a document and keeps it as a draft, for a person to correct and issue.
async fn draft_plan(ctx: &Ctx, file: &Path, org: &str) -> Done {
    let bytes = read(file)?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let source = plans::plans::Source {
        name,
        bytes,
        ..plans::plans::Source::default()
    };
    let made = plans::plans::actions::create(ctx, org_id(org)?, source).await;
    let id = made.map_err(|error| match error {
        AppError::NotFound => Trouble::new(format!("没有编号是“{org}”的机构。")),
        other => other.into(),
    })?;
    let (plan, counts) = plans::plans::actions::get(ctx, id).await?;
    terminal::say(format!(
        "已存成草稿：《{}》，{} 条，{} 项任务，{} 个指标值；有 {} 条没把握，{} 个指标值没有对应的指标。",
        plan.title, counts.items, counts.tasks, counts.targets, counts.doubtful, counts.unbound
    ));
    terminal::say(format!(
        "请到 {}/desk/plans/{id} 核对，再印发。",
        ctx.platform.public_url
    ));
    Ok(())
}

fn org_id(text: &str) -> Done<kernel::OrgId> {
    text.parse().map_err(|_| {
        Trouble::new(format!(
            "“{text}”不是机构编号。机构编号是机构页网址最后的 13 个字母和数字。"
        ))
    })
}

async fn regions(ctx: &Ctx, bytes: &[u8], dry_run: bool) -> Done {
    let report = match orgs::regions::import(ctx, bytes, dry_run).await {
        Ok(report) => report,
        Err(AppError::Invalid(rows)) => {
            for row in rows.iter().take(SHOWN) {
                terminal::say(&row.sentence);
            }
            let count = rows.len();
            return Err(Trouble::new(format!(
                "有 {count} 处不对，什么都没有写入。请改好再导入一次。"
            )));
        }
        Err(other) => return Err(other.into()),
    };
    for change in report.changes.iter().take(SHOWN) {
        let line = if change.line == 0 {
            "文件里没有".to_owned()
        } else {
            format!("第 {} 行", change.line)
        };
        terminal::say(format!(
            "{line}\t{}\t{}\t{}\t{}",
            change.kind.label(),
            change.code,
            change.name,
            change.detail
        ));
    }
    if report.changes.len() > SHOWN {
        terminal::say(format!("……还有 {} 处", report.changes.len() - SHOWN));
    }
    terminal::say(report.sentence());
    Ok(())
}

async fn people(ctx: &Ctx, bytes: &[u8], org: &str, (how, another): (How, bool)) -> Done {
    let report = people::import(ctx, bytes, org_id(org)?, how, another).await?;
    for row in &report.listed {
        terminal::say(format!("第 {} 行\t{}", row.line, row.sentences.join("；")));
    }
    for row in &report.doubtful {
        terminal::say(format!("第 {} 行\t{}", row.line, row.sentences.join("；")));
    }
    if report.alike > 0 && !another {
        terminal::say("和已登记的人一样的行没有登记。核对过是另外的人，请加上 --another 再导入一次。");
    }
    terminal::say(format!(
        "共 {} 行：{} {} 人，已登记过 {} 人，看起来登记过 {} 人，有错 {} 行。{}",
        report.rows,
        if report.written {
            "新登记"
        } else {
            "可以新登记"
        },
        report.added,
        report.known,
        report.alike,
        report.bad,
        if report.written {
            "已写入。"
        } else {
            "没有写入。"
        }
    ));
    if report.bad > 0 && how == How::AllOrNothing {
        return Err(Trouble::new(
            "有错的行要先改好；或者加上 --good-rows，只写入没有错的行。".to_owned(),
        ));
    }
    Ok(())
}
