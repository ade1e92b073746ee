//! What goes on paper, and files that come in: poster, timetable, the list of areas.

use super::class;
use platform::Role;
use testkit::staff;

#[tokio::test(flavor = "multi_thread")]
async fn poster_and_timetable_are_printed_for_anybody() {
    let f = class().await;
    let visitor = f.app.visitor();
    let poster = format!("/classes/{}/poster.pdf", f.class);
    let here = &f.world.here;
    for path in [
        poster.clone(),
        format!("/timetable.pdf?street={}", here.street),
        format!("/timetable.pdf?place={}", here.org),
    ] {
        let answer = visitor.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/pdf", "{path}");
        assert!(answer.bytes.starts_with(b"%PDF-"), "{path}");
    }
    let everything = visitor.get("/timetable.pdf").await;
    assert!(
        everything.status == 422 && everything.shows("请先选一个街镇或学习点"),
        "{}",
        everything.body
    );
    // A class that is over has no poster any more, and one that never was has none either.
    let here = &f.world.here;
    let registrar = staff(here.registrar, Role::Registrar, here.org, &here.path);
    let ctx = f.app.ctx(registrar);
    let class = f.class.parse().unwrap();
    teaching::classes::lifecycle::close(&ctx, class, 1).await.unwrap();
    assert_eq!(visitor.get(&poster).await.status, 404);
    assert_eq!(visitor.get("/classes/nothing/poster.pdf").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_areas_takes_a_file() {
    let f = class().await;
    let (world, path) = (&f.world, "/desk/regions");
    let city = f.app.signed_in(staff(
        world.here.registrar,
        Role::City,
        world.city,
        &world.city_path,
    ));
    let none = city.upload(path, &[], "区划.csv", b"").await;
    assert!(none.status == 422 && none.shows("还没有选文件"), "{}", none.body);
    for (bytes, what) in [
        (&b"\xb4\xfa\xc2\xeb,\xc3\xfb\xb3\xc6\n"[..], "GBK"),
        (b"code,name\n1,2\n", "other columns"),
    ] {
        let wrong = city.upload(path, &[], "区划.csv", bytes).await;
        assert_eq!(wrong.status, 422, "{what}: {}", wrong.body);
    }
    assert_eq!(f.registrar().upload(path, &[], "a.csv", b"x").await.status, 403);
    let forged = city.post_without_token(path, &[]).await;
    assert!(matches!(forged.status, 409 | 422), "{}", forged.status);
}
