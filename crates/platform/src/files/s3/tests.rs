//! Files in an S3-compatible store, against the one of the test kit.

use super::*;
use crate::{AppError, FileKind, Files, Random};
use std::time::Instant as Moment;
use testkit::FakeS3;
use testkit::s3::{BUCKET, Fault, KEY, REGION, SECRET};

const SOON: Duration = Duration::from_secs(5);
/// Longer than all pauses before a third try.
const WITH_PAUSES: Duration = Duration::from_secs(3);

/// The files of a node that takes its store to be there.
fn node(place: &S3Place, keys: &S3Keys, timeout: Duration) -> Files {
    Files::in_s3(place, keys, 1 << 20, timeout, &Clock::system(), &Random::system()).unwrap()
}

async fn store(prefix: &str) -> (FakeS3, Files) {
    let fake = FakeS3::start().await;
    let files = node(&place(&fake, prefix), &keys(), SOON);
    (fake, files)
}

fn place(fake: &FakeS3, prefix: &str) -> S3Place {
    S3Place {
        endpoint: fake.endpoint(),
        region: REGION.to_owned(),
        bucket: BUCKET.to_owned(),
        prefix: prefix.to_owned(),
        bucket_in_host: false,
    }
}

fn keys() -> S3Keys {
    S3Keys::new(KEY, SECRET).unwrap()
}

async fn put(files: &Files, text: &str) -> Result<String, FileError> {
    let stored = files.put(text.into(), "名单.txt", &[FileKind::Txt]).await?;
    Ok(stored.sha256)
}

fn fault<T: fmt::Debug>(result: Result<T, FileError>) -> StoreFault {
    match result {
        Err(FileError::Store(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn files_are_stored_read_listed_and_removed() {
    for prefix in ["", "学圈/第二 期+&=%?#", "a"] {
        let (fake, files) = store(prefix).await;
        let mut hashes = Vec::new();
        for text in ["一", "二", "三", "四", "五"] {
            let stored = files
                .put(text.into(), "../名单 2026.txt", &[FileKind::Txt])
                .await
                .unwrap();
            assert_eq!(stored.name, "名单 2026.txt");
            assert_eq!(files.get(&stored.sha256).await.unwrap(), text.as_bytes());
            hashes.push(stored.sha256);
        }
        hashes.sort();
        let start = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        let names: Vec<String> = hashes
            .iter()
            .map(|hash| format!("{start}{}", path_of(hash).unwrap()))
            .collect();
        assert_eq!(fake.names(), names);
        // What is not ours is passed over, below the prefix and beside it.
        for other in ["readme.txt", "ab/cd/short", "zz", &format!("x/{}", hashes[0])] {
            fake.write(&format!("{start}{other}"), b"x");
        }
        assert_eq!(files.list().await.unwrap(), hashes, "over several pages");

        files.remove(&hashes[2]).await.unwrap();
        files.remove(&hashes[2]).await.unwrap();
        assert!(matches!(files.get(&hashes[2]).await, Err(FileError::Missing)));
        hashes.remove(2);
        assert_eq!(files.list().await.unwrap(), hashes);
    }
}

#[tokio::test]
async fn equal_files_are_written_once_and_damaged_ones_again() {
    let (fake, files) = store("p").await;
    let hash = put(&files, "a").await.unwrap();
    let name = fake.names()[0].clone();
    assert_eq!(
        fake.asked(),
        [format!("GET /{BUCKET}/{name}"), format!("PUT /{BUCKET}/{name}")]
    );
    put(&files, "a").await.unwrap();
    assert_eq!(fake.asked(), [format!("GET /{BUCKET}/{name}")]);

    fake.write(&name, b"b");
    assert!(matches!(files.get(&hash).await, Err(FileError::Damaged)));
    put(&files, "a").await.unwrap();
    assert_eq!(files.get(&hash).await.unwrap(), b"a");
    assert!(matches!(
        files.put_back(&hash, b"b".to_vec()).await,
        Err(FileError::Damaged)
    ));
    files.remove(&hash).await.unwrap();
    files.put_back(&hash, b"a".to_vec()).await.unwrap();
    assert_eq!(files.get(&hash).await.unwrap(), b"a");
}

#[tokio::test]
async fn two_nodes_share_one_store() {
    let (fake, one) = store("p").await;
    let other = node(&place(&fake, "p"), &keys(), SOON);
    let elsewhere = node(&place(&fake, "q"), &keys(), SOON);
    let (here, there) = tokio::join!(put(&one, "同一个文件"), put(&other, "同一个文件"));
    let hash = here.unwrap();
    assert_eq!(hash, there.unwrap());
    assert_eq!(fake.names().len(), 1);
    for files in [&one, &other] {
        assert_eq!(files.get(&hash).await.unwrap(), "同一个文件".as_bytes());
    }
    assert!(matches!(elsewhere.get(&hash).await, Err(FileError::Missing)));
    assert_eq!(elsewhere.list().await.unwrap(), Vec::<String>::new());
    other.remove(&hash).await.unwrap();
    assert!(matches!(one.get(&hash).await, Err(FileError::Missing)));
}

#[tokio::test]
async fn what_fails_in_passing_is_asked_again() {
    let (fake, files) = store("").await;
    let hash = put(&files, "a").await.unwrap();
    let tries = async |faults: &[Fault]| {
        drop(fake.asked());
        fake.fail(faults.iter().copied());
        let got = files.get(&hash).await;
        (got.map_err(|error| error.to_string()), fake.asked().len())
    };
    for passing in [
        Fault::Status(503, "SlowDown"),
        Fault::Status(500, "InternalError"),
        Fault::Status(429, ""),
        Fault::HangUp,
        Fault::BreakOff,
    ] {
        assert_eq!(tries(&[passing]).await, (Ok(b"a".to_vec()), 2), "{passing:?}");
    }
    let (got, tried) = tries(&[Fault::HangUp, Fault::Status(503, "SlowDown")]).await;
    assert_eq!((got, tried), (Ok(b"a".to_vec()), 3));
    let (got, tried) = tries(&[Fault::Status(503, "SlowDown"); 3]).await;
    assert!(got.unwrap_err().contains("503 SlowDown"));
    assert_eq!(tried, 3);
    let (got, tried) = tries(&[Fault::HangUp; 3]).await;
    assert!(got.unwrap_err().contains("连接断了"));
    assert_eq!(tried, 3);
    for lasting in [
        Fault::Status(403, "AccessDenied"),
        Fault::Status(301, "PermanentRedirect"),
    ] {
        assert_eq!(tries(&[lasting]).await.1, 1, "{lasting:?}");
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_repeated() {
    let (fake, files) = store("").await;
    // The first request looks whether the file is there.
    fake.fail([
        Fault::Status(404, "NoSuchKey"),
        Fault::HangUp,
        Fault::Status(500, "InternalError"),
    ]);
    let hash = put(&files, "a").await.unwrap();
    assert_eq!(fake.names().len(), 1);
    assert_eq!(fake.asked().len(), 4);
    fake.fail([Fault::HangUp]);
    files.remove(&hash).await.unwrap();
    assert_eq!(fake.names().len(), 0);
    fake.fail([Fault::Status(503, "SlowDown")]);
    assert_eq!(files.list().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_slow_store_is_given_up_in_time() {
    let (fake, _) = store("").await;
    let files = node(&place(&fake, ""), &keys(), Duration::from_millis(300));
    let hash = put(&files, "a").await.unwrap();
    drop(fake.asked());
    fake.fail([Fault::Wait(Duration::from_secs(4))]);
    let start = Moment::now();
    assert_eq!(fault(files.get(&hash).await), StoreFault::TooSlow);
    assert!(start.elapsed() < WITH_PAUSES);
    assert_eq!(fake.asked().len(), 1, "not asked again");
    fake.fail([Fault::Wait(Duration::from_secs(4))]);
    let error = files
        .put(b"b".to_vec(), "b.txt", &[FileKind::Txt])
        .await
        .unwrap_err();
    let error = AppError::from(error);
    assert!(
        matches!(&error, AppError::Unavailable(why) if why.contains("没有及时回答")),
        "{error}"
    );
    assert_eq!(fake.asked().len(), 1, "not written after the look for it failed");
}

#[tokio::test]
async fn a_wrong_key_bucket_region_or_clock_is_told() {
    let (fake, files) = store("").await;
    let hash = put(&files, "a").await.unwrap();
    let place = place(&fake, "");
    let secret = S3Keys::new(KEY, "another-secret").unwrap();
    let denied = node(&place, &secret, SOON);
    for refused in [
        denied.get(&hash).await.map(drop),
        denied.remove(&hash).await,
        denied.list().await.map(drop),
        put(&denied, "b").await.map(drop),
    ] {
        assert_eq!(
            fault(refused),
            StoreFault::Denied("403 SignatureDoesNotMatch".to_owned())
        );
    }
    let stranger = node(&place, &S3Keys::new("stranger", SECRET).unwrap(), SOON);
    assert_eq!(
        fault(stranger.get(&hash).await),
        StoreFault::Denied("403 InvalidAccessKeyId".to_owned())
    );
    let region = S3Place {
        region: "elsewhere".to_owned(),
        ..place.clone()
    };
    assert!(matches!(
        fault(node(&region, &keys(), SOON).get(&hash).await),
        StoreFault::Denied(_)
    ));
    let bucket = S3Place {
        bucket: "not-there".to_owned(),
        ..place.clone()
    };
    let bucket = node(&bucket, &keys(), SOON);
    assert_eq!(fault(bucket.get(&hash).await), StoreFault::NoBucket);
    assert_eq!(fault(bucket.list().await), StoreFault::NoBucket);
    assert_eq!(fault(put(&bucket, "a").await), StoreFault::NoBucket);

    let clock = Clock::system();
    let late = Files::in_s3(&place, &keys(), 100, SOON, &clock, &Random::system()).unwrap();
    assert_eq!(late.get(&hash).await.unwrap(), b"a");
    clock.advance(86_400);
    assert_eq!(
        fault(late.get(&hash).await),
        StoreFault::Denied("403 RequestTimeTooSkewed".to_owned())
    );
    assert_eq!(files.get(&hash).await.unwrap(), b"a", "nothing was changed");
    assert_eq!(fake.names().len(), 1);
}

#[tokio::test]
async fn what_is_no_store_is_never_taken_for_a_missing_file() {
    let (fake, files) = store("").await;
    let hash = put(&files, "a").await.unwrap();
    for (status, code) in [(404, "Nothing"), (404, ""), (302, ""), (400, "InvalidRequest")] {
        fake.fail([Fault::Status(status, code)]);
        let said = format!("{status} {code}").trim_end().to_owned();
        assert_eq!(fault(files.get(&hash).await), StoreFault::Odd(said));
    }
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = S3Place {
        endpoint: format!("http://{}", nobody.local_addr().unwrap()),
        ..place(&fake, "")
    };
    drop(nobody);
    let fault = fault(node(&gone, &keys(), SOON).get(&hash).await);
    assert!(matches!(fault, StoreFault::Unreachable(_)), "{fault:?}");
    assert!(fault.to_string().ends_with('。'));
}

fn right() -> S3Place {
    S3Place {
        endpoint: "https://s3.example.cn".to_owned(),
        region: "cn-1".to_owned(),
        bucket: "files".to_owned(),
        prefix: String::new(),
        bucket_in_host: false,
    }
}

fn made(place: &S3Place) -> Result<S3, BadStore> {
    S3::new(place, &keys(), SOON, &Clock::system(), &Random::seeded(1))
}

#[test]
fn addresses_and_regions_by_cases() {
    for (endpoint, wrong) in [
        ("https://s3.example.cn", None),
        ("http://127.0.0.1:9000/s3", None),
        ("", Some(BadStore::Endpoint)),
        ("s3.example.cn", Some(BadStore::Endpoint)),
        ("https://u:p@s3.example.cn", Some(BadStore::Endpoint)),
        ("ftp://s3.example.cn", Some(BadStore::Endpoint)),
    ] {
        let endpoint = endpoint.to_owned();
        assert_eq!(made(&S3Place { endpoint, ..right() }).err(), wrong);
    }
    for region in ["", "a b", "a/b"] {
        let region = region.to_owned();
        assert_eq!(made(&S3Place { region, ..right() }).err(), Some(BadStore::Region));
    }
}

#[test]
fn buckets_and_prefixes_by_cases() {
    let long = "a".repeat(64);
    for bucket in ["", "ab", &long, "Files", "a_b", "-ab", "ab-", "a/b", "文件桶"] {
        let bucket = bucket.to_owned();
        assert_eq!(made(&S3Place { bucket, ..right() }).err(), Some(BadStore::Bucket));
    }
    let long = "长".repeat(200);
    for (prefix, wrong) in [
        ("学圈/文件", None),
        ("a.b/..c", None),
        ("/a", Some(BadStore::Prefix)),
        ("a//b", Some(BadStore::Prefix)),
        ("a/../b", Some(BadStore::Prefix)),
        ("a/.", Some(BadStore::Prefix)),
        ("a\nb", Some(BadStore::Prefix)),
        (&long, Some(BadStore::Prefix)),
    ] {
        let prefix = prefix.to_owned();
        assert_eq!(made(&S3Place { prefix, ..right() }).err(), wrong);
    }
}

#[test]
fn the_bucket_stands_in_the_path_or_in_the_host() {
    let signed = |endpoint: &str, bucket_in_host| {
        let place = S3Place {
            endpoint: endpoint.to_owned(),
            bucket_in_host,
            ..right()
        };
        made(&place).map(|store| store.signed(Ask::Get("ab/cd")))
    };
    for (endpoint, bucket_in_host, start) in [
        (
            "https://s3.example.cn",
            false,
            "https://s3.example.cn/files/ab/cd?",
        ),
        (
            "https://s3.example.cn",
            true,
            "https://files.s3.example.cn/ab/cd?",
        ),
        (
            "http://127.0.0.1:9000",
            false,
            "http://127.0.0.1:9000/files/ab/cd?",
        ),
    ] {
        let address = signed(endpoint, bucket_in_host).unwrap();
        assert!(address.starts_with(start), "{address}");
    }
    assert_eq!(signed("http://127.0.0.1:9000", true), Err(BadStore::BucketInHost));
}

#[test]
fn keys_by_cases() {
    for (key, secret) in [
        ("", "s"),
        ("k", ""),
        ("k k", "s"),
        ("k", "密"),
        (&"k".repeat(201), "s"),
    ] {
        assert_eq!(S3Keys::new(key, secret).err(), Some(BadStore::Keys));
    }
    assert_eq!(S3Keys::new(" k\n", "s\r\n"), S3Keys::new("k", "s"));
}

#[test]
fn nothing_secret_is_printed() {
    let shown = format!("{:?} {:?}", keys(), node(&right(), &keys(), SOON));
    for hidden in [KEY, SECRET, "s3.example.cn"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
