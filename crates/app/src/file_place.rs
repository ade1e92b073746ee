//! Where an installation's files lie: in a folder, or in an S3-compatible store that several nodes share.

use crate::cli::Place;
use crate::{Done, Trouble};
use platform::{Clock, Files, Random, S3Keys, S3Place};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Environment variable with the address of the S3-compatible store.
pub const S3_ENDPOINT: &str = "XUEQUAN_S3_ENDPOINT";
/// Environment variable with the store's region; [`REGION`] if it is not set.
pub const S3_REGION: &str = "XUEQUAN_S3_REGION";
/// Environment variable that says where the bucket's name stands: `path` (as if not set) or `host`.
pub const S3_STYLE: &str = "XUEQUAN_S3_STYLE";
/// Environment variable with the path of the file that holds the access key.
pub const S3_KEY_FILE: &str = "XUEQUAN_S3_KEY_FILE";
/// Environment variable with the path of the file that holds the access key's secret.
pub const S3_SECRET_FILE: &str = "XUEQUAN_S3_SECRET_FILE";
/// Environment variable with the access key, as other programs take it.
pub const AWS_KEY: &str = "AWS_ACCESS_KEY_ID";
/// Environment variable with its secret, as other programs take it.
pub const AWS_SECRET: &str = "AWS_SECRET_ACCESS_KEY";

/// What stores of one's own call their region when nobody has named it.
const REGION: &str = "us-east-1";
/// The longest that a request may take: the largest upload over a slow line.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilePlace {
    /// In this folder.
    Folder(PathBuf),
    /// In a bucket.
    S3(Box<Bucket>),
}

/// A bucket and how to get into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    place: S3Place,
    keys: KeySource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeySource {
    Files { key: PathBuf, secret: PathBuf },
    Given(S3Keys),
}

impl FilePlace {
    /// From `--files` and the environment.
    ///
    /// # Errors
    /// When they ask for what there is not, or something is missing.
    pub fn read(place: &Place, variable: &impl Fn(&str) -> Option<String>) -> Done<Self> {
        let Some(written) = &place.files else {
            return Ok(Self::Folder(place.data.join("files")));
        };
        if let Some(bucket) = written.strip_prefix("s3://") {
            return Ok(Self::S3(Box::new(Bucket {
                place: s3_place(bucket, variable)?,
                keys: key_source(variable)?,
            })));
        }
        if written.contains("://") {
            return Err(Trouble::new(
                "--files 要写一个文件夹，或者对象存储里的位置 s3://存储桶/前缀。",
            ));
        }
        Ok(Self::Folder(written.into()))
    }

    /// Opens it; a folder is made if it is missing, a store is not asked yet.
    ///
    /// # Errors
    /// When the folder, the keys or the place cannot be used.
    pub fn open(&self, random: &Random) -> Done<Files> {
        let limit = platform::web::UPLOAD_LIMIT as u64;
        match self {
            Self::Folder(folder) => Files::open(folder, limit, random).map_err(|error| {
                Trouble::new(format!(
                    "文件夹 {} 不能用：{error}。请检查是否有写入的权限。",
                    folder.display()
                ))
            }),
            Self::S3(bucket) => {
                let keys = bucket.keys.read()?;
                // Signatures are made at the real time, also where a demonstration has moved its clock.
                Files::in_s3(&bucket.place, &keys, limit, TIMEOUT, &Clock::system(), random)
                    .map_err(|error| Trouble::new(error.to_string()))
            }
        }
    }

    /// The folder, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::S3(_) => None,
        }
    }

    /// What an operator has to keep besides the database, where this program makes no backup.
    #[must_use]
    pub fn to_keep(&self) -> String {
        match self {
            Self::Folder(_) => format!("{self} 一起存好"),
            Self::S3(_) => format!("{self} 里的文件用它自己的多版本或复制功能保护好"),
        }
    }
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "文件夹 {}", folder.display()),
            Self::S3(bucket) => write!(f, "对象存储 {}", bucket.place),
        }
    }
}

fn s3_place(bucket: &str, variable: &impl Fn(&str) -> Option<String>) -> Done<S3Place> {
    let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let bucket_in_host = match variable(S3_STYLE).as_deref() {
        None | Some("path") => false,
        Some("host") => true,
        Some(_) => {
            return Err(Trouble::new(format!(
                "{S3_STYLE} 只能是 path（桶名在路径里）或 host（桶名在主机名里）。"
            )));
        }
    };
    let endpoint = variable(S3_ENDPOINT).ok_or_else(|| {
        Trouble::new(format!(
            "文件放在对象存储里，要用环境变量 {S3_ENDPOINT} 写明它的地址，如 https://s3.example.cn。"
        ))
    })?;
    Ok(S3Place {
        endpoint,
        region: variable(S3_REGION).unwrap_or_else(|| REGION.to_owned()),
        bucket: bucket.to_owned(),
        prefix: prefix.trim_end_matches('/').to_owned(),
        bucket_in_host,
    })
}

fn key_source(variable: &impl Fn(&str) -> Option<String>) -> Done<KeySource> {
    let both = |key, secret| Some((variable(key)?, variable(secret)?));
    if let Some((key, secret)) = both(S3_KEY_FILE, S3_SECRET_FILE) {
        return Ok(KeySource::Files {
            key: key.into(),
            secret: secret.into(),
        });
    }
    if variable(S3_KEY_FILE)
        .or_else(|| variable(S3_SECRET_FILE))
        .is_some()
    {
        return Err(Trouble::new(format!(
            "对象存储要同时设置 {S3_KEY_FILE} 和 {S3_SECRET_FILE} 两个环境变量，现在只有一个。"
        )));
    }
    let (key, secret) = both(AWS_KEY, AWS_SECRET).ok_or_else(|| {
        Trouble::new(format!(
            "对象存储的密钥没有写全。请把访问密钥和私有密钥各放一个文件，用 {S3_KEY_FILE} 和 {S3_SECRET_FILE} 指明，\
             或者设置 {AWS_KEY} 和 {AWS_SECRET}。"
        ))
    })?;
    let keys = S3Keys::new(&key, &secret).map_err(|error| Trouble::new(error.to_string()))?;
    Ok(KeySource::Given(keys))
}

impl KeySource {
    fn read(&self) -> Done<S3Keys> {
        let text = |file: &PathBuf| {
            std::fs::read_to_string(file).map_err(|error| {
                Trouble::new(format!("对象存储的密钥文件 {} 读不了：{error}。", file.display()))
            })
        };
        match self {
            Self::Given(keys) => Ok(keys.clone()),
            Self::Files { key, secret } => {
                S3Keys::new(&text(key)?, &text(secret)?).map_err(|error| Trouble::new(error.to_string()))
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use testkit::FakeS3;
    use testkit::s3::{BUCKET, KEY, REGION, SECRET};

    fn read(files: &str, set: &[(&str, &str)]) -> Done<FilePlace> {
        let place = Place {
            data: "d".into(),
            files: Some(files.to_owned()),
            ..Place::default()
        };
        FilePlace::read(&place, &|name| {
            let found = set.iter().find(|(set, _)| *set == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    /// The place of files in this store, with this secret.
    pub(crate) fn in_store(store: &FakeS3, bucket: &str, secret: &str) -> FilePlace {
        let endpoint = store.endpoint();
        let set = [
            (S3_ENDPOINT, endpoint.as_str()),
            (S3_REGION, REGION),
            (AWS_KEY, KEY),
            (AWS_SECRET, secret),
        ];
        read(&format!("s3://{bucket}/学圈"), &set).unwrap()
    }

    const GIVEN: [(&str, &str); 2] = [(AWS_KEY, "k"), (AWS_SECRET, "s")];

    #[test]
    fn a_bucket_by_cases() {
        let with = |files: &str, more: &[(&str, &str)]| {
            let set = [GIVEN.as_slice(), &[(S3_ENDPOINT, "https://s3.example.cn")], more].concat();
            read(files, &set).and_then(|place| place.open(&Random::seeded(1)).map(|_| place.to_string()))
        };
        for (files, shown) in [
            ("s3://bucket", "对象存储 s3://bucket"),
            ("s3://bucket/", "对象存储 s3://bucket"),
            ("s3://bucket/学圈/a/", "对象存储 s3://bucket/学圈/a"),
        ] {
            assert_eq!(with(files, &[]).unwrap(), shown);
        }
        for style in ["path", "host"] {
            assert!(with("s3://bucket", &[(S3_STYLE, style)]).is_ok(), "{style}");
        }
        for (files, more, said) in [
            ("s3://", &[] as &[(&str, &str)], "存储桶"),
            ("s3:///a", &[], "存储桶"),
            ("s3://bucket//a", &[], "前缀"),
            ("s3://bucket/../a", &[], "前缀"),
            ("s3://bucket", &[(S3_STYLE, "both")], S3_STYLE),
            ("s3://bucket", &[(S3_REGION, "a b")], "区域"),
            ("s3://bucket", &[(S3_KEY_FILE, "k")], S3_SECRET_FILE),
            ("s3://bucket", &[(S3_SECRET_FILE, "k")], S3_KEY_FILE),
            (
                "s3://bucket",
                &[(S3_KEY_FILE, "/nowhere"), (S3_SECRET_FILE, "/nowhere")],
                "/nowhere",
            ),
            ("S3://bucket", &[], "s3://"),
            ("https://bucket", &[], "s3://"),
        ] {
            let trouble = with(files, more).unwrap_err().to_string();
            assert!(
                trouble.contains(said) && trouble.ends_with('。'),
                "{files}: {trouble}"
            );
        }
        let trouble = read("s3://bucket", &GIVEN).unwrap_err().to_string();
        assert!(trouble.contains(S3_ENDPOINT), "{trouble}");
        let endpoint = [(S3_ENDPOINT, "https://s3.example.cn"), (AWS_KEY, "k")];
        let trouble = read("s3://bucket", &endpoint).unwrap_err().to_string();
        assert!(
            trouble.contains(AWS_SECRET) && trouble.contains(S3_KEY_FILE),
            "{trouble}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keys_are_read_from_their_files() {
        let store = FakeS3::start().await;
        let folder = std::env::temp_dir().join(format!("xq-s3-keys-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (key, secret) = (folder.join("key"), folder.join("secret"));
        std::fs::write(&key, format!("{KEY}\n")).unwrap();
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        let endpoint = store.endpoint();
        let set = [
            (S3_ENDPOINT, endpoint.as_str()),
            (S3_REGION, REGION),
            (S3_KEY_FILE, key.to_str().unwrap()),
            (S3_SECRET_FILE, secret.to_str().unwrap()),
            // The files go before what is set for other programs.
            (AWS_KEY, "other"),
            (AWS_SECRET, "other"),
        ];
        let place = read(&format!("s3://{BUCKET}"), &set).unwrap();
        assert!(!format!("{place:?}").contains(SECRET));
        let files = place.open(&Random::system()).unwrap();
        assert_eq!(files.list().await.unwrap(), Vec::<String>::new());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
