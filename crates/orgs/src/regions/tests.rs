//! The import on the real lists and on changed ones.

use super::{ChangeKind, ImportReport, import};
use crate::testing::{Town, town};
use crate::tree::{OrgKind, OrgStatus};
use db::args;
use platform::{AppError, AppResult, Role};

const SHANGHAI: &str = include_str!("../../../../data/regions/shanghai.csv");
const XIHU: &str = include_str!("../../../../data/regions/xihu.csv");

async fn load(town: &Town, csv: &str) -> AppResult<ImportReport> {
    import(&town.app.system(), csv.as_bytes(), false).await
}

async fn status(town: &Town, code: &str) -> (String, OrgStatus, String) {
    let db = &town.app.platform.db;
    let row: (String, OrgStatus, String) = db
        .query_one(
            "SELECT o.name, o.status, p.path FROM org o JOIN org_path p ON p.org_id = o.id WHERE o.region_code = $1",
            args![code],
        )
        .await
        .unwrap();
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn shanghai_is_loaded_once() {
    let town = town().await;
    let tried = import(&town.app.system(), SHANGHAI.as_bytes(), true)
        .await
        .unwrap();
    assert!(tried.dry_run && tried.count(ChangeKind::Added) == 6760);
    let report = load(&town, SHANGHAI).await.unwrap();
    assert_eq!((report.rows, report.count(ChangeKind::Added)), (6760, 6760));
    let db = &town.app.platform.db;
    for (kind, special, count) in [
        (OrgKind::City, false, 1),
        (OrgKind::District, false, 16),
        (OrgKind::Street, false, 215),
        (OrgKind::Street, true, 19),
        (OrgKind::Neighborhood, false, 6496),
        (OrgKind::Neighborhood, true, 13),
    ] {
        let found: i64 = db
            .query_one(
                "SELECT count(*) FROM org WHERE kind = $1 AND special = $2 AND region_code IS NOT NULL",
                args![kind, special],
            )
            .await
            .unwrap();
        assert_eq!(found, count, "{kind:?} {special}");
    }
    let again = load(&town, SHANGHAI).await.unwrap();
    assert!(
        again.changes.is_empty() && again.unchanged == 6760,
        "{}",
        again.sentence()
    );
    assert_eq!(town.events("regions.").await.len(), 1);
    let other = load(&town, XIHU).await.unwrap();
    assert_eq!(other.count(ChangeKind::Added), other.changes.len());
    assert_eq!(other.rows, 237);
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_reported_row_by_row_and_kept_with_their_days() {
    let town = town().await;
    load(&town, XIHU).await.unwrap();
    let lines: Vec<&str> = XIHU.lines().collect();
    let committees: Vec<&str> = lines
        .iter()
        .filter(|line| line.contains(",committee,"))
        .copied()
        .collect();
    let (renamed, gone, merged, into) = (committees[0], committees[1], committees[2], committees[3]);
    let code = |line: &str| line.split(',').next().unwrap().to_owned();
    let mut changed = XIHU.replace("2023-06-30", "2025-06-30");
    let was: Vec<&str> = renamed.split(',').collect();
    changed = changed.replace(&format!(",{},{},", was[4], was[5]), ",新名社区居委会,新名社区,");
    changed = changed.replace(&format!("{}\n", gone.replace("2023-06-30", "2025-06-30")), "");
    let line = merged.replace("2023-06-30", "2025-06-30");
    let ended = format!(
        "{}2025-07-01,{}",
        line.trim_end_matches(',').to_owned() + ",",
        code(into)
    );
    changed = changed.replace(&line, &ended);
    changed.push_str("330106999000,330106000000,street,街道,新设街道,新设街道,2025-06-30,,\n");
    let report = load(&town, &changed).await.unwrap();
    let count = |kind| report.count(kind);
    assert_eq!(
        (
            count(ChangeKind::Added),
            count(ChangeKind::Renamed),
            count(ChangeKind::Gone),
            count(ChangeKind::Merged)
        ),
        (1, 1, 1, 1),
        "{}",
        report.sentence()
    );
    assert_eq!(status(&town, &code(renamed)).await.0, "新名社区居委会");
    assert_eq!(status(&town, &code(gone)).await.1, OrgStatus::Closed);
    let (successor, part) = (
        status(&town, &code(into)).await,
        status(&town, &code(merged)).await,
    );
    assert!(part.1 == OrgStatus::Merged && part.2.starts_with(&successor.2));
    let again = load(&town, &changed).await.unwrap();
    assert!(again.changes.is_empty(), "{:?}", again.changes);
    // The older list does not undo what is newer.
    let old = load(&town, XIHU).await.unwrap();
    assert_eq!(old.count(ChangeKind::Renamed), 0);
    assert!(old.count(ChangeKind::Kept) >= 1);
    assert_eq!(status(&town, &code(renamed)).await.0, "新名社区居委会");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_leaves_everything_as_it_was() {
    let town = town().await;
    let broken = format!("{XIHU}330106888000,330199000000,street,街道,无处街道,无处街道,2023-06-30,,\n");
    let error = load(&town, &broken).await.unwrap_err();
    assert!(
        error.sentence().contains("上级 330199000000 不在文件里"),
        "{}",
        error.sentence()
    );
    let count: i64 = town
        .app
        .platform
        .db
        .query_one("SELECT count(*) FROM org WHERE region_code IS NOT NULL", args![])
        .await
        .unwrap();
    assert_eq!(count, 0);
    assert!(town.events("regions.").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_citys_own_areas_and_only_by_its_structure_keepers() {
    let town = town().await;
    for (client, status) in [
        (town.app.visitor(), 303),
        (town.here(Role::SchoolHead), 403),
        (town.district(Role::City), 200),
    ] {
        assert_eq!(client.get("/desk/regions").await.status, status);
    }
    let world = &town.world;
    let ctx = town.app.ctx(testkit::staff(
        world.here.registrar,
        Role::City,
        world.city,
        &world.city_path,
    ));
    let refused = import(&ctx, XIHU.as_bytes(), false).await;
    assert!(matches!(refused, Err(AppError::Forbidden(_))));
    let learner = town.app.ctx(testkit::learner(world.here.teacher));
    assert!(import(&learner, XIHU.as_bytes(), false).await.is_err());
}
