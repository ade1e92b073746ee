//! Files in an S3-compatible store: one object a file, `PREFIX/ab/cd/abcd…`, so that a folder can be copied there as it is.
//!
//! 1. Every request is signed in its address (signature version 4) for five minutes.
//! 2. What failed in passing is asked again, at most twice, after a growing pause. Any request may be repeated: a name has
//!    one content for ever.
//! 3. Who waited for a whole timeout is not made to wait for another.
//! 4. A file is missing only when the store says so by name (`NoSuchKey`): any web server can answer 404.

use super::{FileError, hash_of, path_of};
use crate::notifier::{ANSWER_BYTES, agent, is_gateway_url};
use crate::{Clock, Random};
use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use std::fmt;
use std::time::Duration;

/// How long a signed address is good; longer than the clocks of two machines in order differ.
const SIGNED_FOR: Duration = Duration::from_secs(300);
/// How long to wait for a connection: a store that is there answers at once.
const CONNECT: Duration = Duration::from_secs(5);
/// Pauses before a request is made again, in milliseconds; up to as much again is added by chance, so that many nodes
/// do not come back at the same moment.
const PAUSES_MS: [u64; 2] = [200, 800];
/// No stored file is larger: far above what can be uploaded, and little enough to hold in memory.
const LARGEST_BYTES: u64 = 256 << 20;
const KEY_CHARS: usize = 200;
const REGION_CHARS: usize = 60;
const PREFIX_BYTES: usize = 500;

/// Where an S3-compatible store is and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Place {
    /// Address of the service, such as `https://s3.example.cn`.
    pub endpoint: String,
    /// The service's name for the region; many services of one's own take any.
    pub region: String,
    /// The bucket, which must be there.
    pub bucket: String,
    /// What every object's name begins with, without a slash at either end; may be empty.
    pub prefix: String,
    /// Whether the bucket is part of the host's name (`bucket.s3.example.cn`) and not of the path.
    pub bucket_in_host: bool,
}

impl fmt::Display for S3Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.bucket, self.prefix)
    }
}

/// The access key and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Keys(Credentials);

impl S3Keys {
    /// The pair; blanks and line ends around them do not count.
    ///
    /// # Errors
    /// One of them is empty, too long, or not of printable ASCII.
    pub fn new(key: &str, secret: &str) -> Result<Self, BadStore> {
        let usable = |text: &str| {
            (1..=KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let (key, secret) = (key.trim(), secret.trim());
        if usable(key) && usable(secret) {
            Ok(Self(Credentials::new(key, secret)))
        } else {
            Err(BadStore::Keys)
        }
    }
}

impl fmt::Debug for S3Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("S3Keys(hidden)")
    }
}

/// Why a store cannot be used; its text tells the operator what to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadStore {
    /// Not an http or https address, or with a name and password in it.
    Endpoint,
    /// The region is empty or has blanks in it.
    Region,
    /// No name of a bucket.
    Bucket,
    /// The bucket's name cannot be part of this host's name.
    BucketInHost,
    /// Has empty parts, dots alone or control characters in it, or is too long.
    Prefix,
    /// The key or the secret is empty or has blanks in it.
    Keys,
}

impl fmt::Display for BadStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Endpoint => {
                "对象存储的地址不正确。请填写以 https:// 或 http:// 开头的地址，不要在地址里写用户名和密码。"
            }
            Self::Region => "对象存储的区域不正确。请填写服务商给的区域名，如 us-east-1。",
            Self::Bucket => {
                "存储桶的名字不正确。请写成 s3://存储桶 或 s3://存储桶/前缀，桶名 3 到 63 个字，只用小写字母、数字、点和横线。"
            }
            Self::BucketInHost => {
                "这个存储桶的名字不能放进主机名。地址是 IP 或桶名特别时，请把桶名放在路径里（XUEQUAN_S3_STYLE=path）。"
            }
            Self::Prefix => {
                "存储桶后面的前缀不正确。请不要写空的一段、“.”、“..”或控制字符，总长不超过 500 字节。"
            }
            Self::Keys => "对象存储的密钥不正确。访问密钥和私有密钥各写一行，不能是空的，中间没有空格。",
        })
    }
}
impl std::error::Error for BadStore {}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// No answer; says where it ended.
    Unreachable(&'static str),
    /// No answer within the time allowed.
    TooSlow,
    /// It is busy or out of order for a moment; its own words.
    Busy(String),
    /// It does not accept the key, or the key may not do this; its own words.
    Denied(String),
    /// The bucket is not there.
    NoBucket,
    /// An answer that makes no sense here; its own words.
    Odd(String),
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(
                f,
                "存放文件的对象存储连不上（{why}）。请稍后再试；如果一直这样，请管理员检查它的地址和网络。"
            ),
            Self::TooSlow => f.write_str(
                "存放文件的对象存储没有及时回答。请稍后再试；如果一直这样，请管理员检查它和网络。",
            ),
            Self::Busy(said) => write!(
                f,
                "存放文件的对象存储暂时不行（{said}）。请稍后再试；如果一直这样，请管理员检查它。"
            ),
            Self::Denied(said) => write!(
                f,
                "存放文件的对象存储拒绝了（{said}）。请管理员检查密钥、读写删列四样权限、区域和本机的时间。"
            ),
            Self::NoBucket => {
                f.write_str("存放文件的对象存储里没有这个存储桶。请管理员先建好存储桶，或改正 --files。")
            }
            Self::Odd(said) => write!(
                f,
                "存放文件的对象存储回答不对（{said}）。请管理员检查它的地址、区域和写桶名的方式。"
            ),
        }
    }
}

/// A store, ready to be asked. All its functions wait for the network: call them on a blocking thread.
pub(super) struct S3 {
    bucket: Bucket,
    keys: S3Keys,
    /// Empty, or with a slash at its end.
    prefix: String,
    agent: ureq::Agent,
    clock: Clock,
    random: Random,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3({}/{})", self.bucket.name(), self.prefix)
    }
}

/// One request.
#[derive(Clone, Copy)]
enum Ask<'a> {
    Get(&'a str),
    Put(&'a str, &'a [u8]),
    Delete(&'a str),
    /// The names from this mark on.
    List(Option<&'a str>),
}

impl S3 {
    pub(super) fn new(
        place: &S3Place,
        keys: &S3Keys,
        timeout: Duration,
        clock: &Clock,
        random: &Random,
    ) -> Result<Self, BadStore> {
        let style = if place.bucket_in_host {
            UrlStyle::VirtualHost
        } else {
            UrlStyle::Path
        };
        check(place)?;
        let endpoint = place.endpoint.parse().map_err(|_| BadStore::Endpoint)?;
        let bucket = Bucket::new(endpoint, style, place.bucket.clone(), place.region.clone())
            .map_err(|_| BadStore::BucketInHost)?;
        let prefix = match place.prefix.as_str() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Ok(Self {
            bucket,
            keys: keys.clone(),
            prefix,
            agent: agent(timeout),
            clock: clock.clone(),
            random: random.clone(),
        })
    }

    pub(super) fn read(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        self.ask(Ask::Get(&self.name(sha256)?))
    }

    pub(super) fn write(&self, sha256: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.ask(Ask::Put(&self.name(sha256)?, bytes)).map(drop)
    }

    pub(super) fn remove(&self, sha256: &str) -> Result<(), FileError> {
        match self.ask(Ask::Delete(&self.name(sha256)?)) {
            Ok(_) | Err(FileError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The hashes of all files, in no order; objects that are no files of ours are passed over.
    pub(super) fn list(&self) -> Result<Vec<String>, FileError> {
        let odd = |what: &str| FileError::Store(StoreFault::Odd(what.to_owned()));
        let mut found = Vec::new();
        let mut mark: Option<String> = None;
        loop {
            let answer = self.ask(Ask::List(mark.as_deref()))?;
            let page = std::str::from_utf8(&answer)
                .ok()
                .and_then(|text| ListObjectsV2::parse_response(text).ok())
                .ok_or_else(|| odd("目录读不懂"))?;
            let names = page.contents.iter().filter_map(|object| {
                let below = object.key.strip_prefix(&self.prefix)?;
                hash_of(below).map(str::to_owned)
            });
            found.extend(names);
            match page.next_continuation_token {
                None => return Ok(found),
                next if next == mark => return Err(odd("目录没有尽头")),
                next => mark = next,
            }
        }
    }

    fn name(&self, sha256: &str) -> Result<String, FileError> {
        let below = path_of(sha256).ok_or(FileError::Missing)?;
        Ok(format!("{}{below}", self.prefix))
    }

    /// Asks, and asks again what failed in passing.
    fn ask(&self, ask: Ask<'_>) -> Result<Vec<u8>, FileError> {
        for pause in PAUSES_MS {
            match self.ask_once(ask) {
                Err(FileError::Store(fault @ (StoreFault::Unreachable(_) | StoreFault::Busy(_)))) => {
                    tracing::warn!("asking the store of files again: {fault:?}");
                    std::thread::sleep(Duration::from_millis(pause + self.random.below(pause)));
                }
                other => return other,
            }
        }
        self.ask_once(ask)
    }

    fn ask_once(&self, ask: Ask<'_>) -> Result<Vec<u8>, FileError> {
        let address = self.signed(ask);
        let asked = match ask {
            Ask::Put(_, bytes) => ready(self.agent.put(&address)).send(bytes),
            Ask::Delete(_) => ready(self.agent.delete(&address)).call(),
            Ask::Get(_) | Ask::List(_) => ready(self.agent.get(&address)).call(),
        };
        let mut answer = asked.map_err(|error| FileError::Store(no_answer(&error)))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config();
        if (200..=299).contains(&status) {
            let read = body.limit(LARGEST_BYTES).read_to_vec();
            return read.map_err(|error| FileError::Store(no_answer(&error)));
        }
        // Without its words the status still says enough.
        let said = body.limit(ANSWER_BYTES).read_to_vec().unwrap_or_default();
        Err(refusal(status, &code(&said)))
    }

    fn signed(&self, ask: Ask<'_>) -> String {
        let (bucket, keys) = (&self.bucket, Some(&self.keys.0));
        let now = jiff::Timestamp::from_millisecond(self.clock.now().millis()).unwrap_or_default();
        let url = match ask {
            Ask::Get(name) => bucket.get_object(keys, name).sign_with_time(SIGNED_FOR, &now),
            Ask::Put(name, _) => bucket.put_object(keys, name).sign_with_time(SIGNED_FOR, &now),
            Ask::Delete(name) => bucket.delete_object(keys, name).sign_with_time(SIGNED_FOR, &now),
            Ask::List(mark) => {
                let mut list = bucket.list_objects_v2(keys);
                list.with_prefix(self.prefix.as_str());
                if let Some(mark) = mark {
                    list.with_continuation_token(mark);
                }
                list.sign_with_time(SIGNED_FOR, &now)
            }
        };
        url.into()
    }
}

fn ready<B>(request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
    request
        .header("Connection", "close")
        .config()
        .timeout_connect(Some(CONNECT))
        .build()
}

fn check(place: &S3Place) -> Result<(), BadStore> {
    let bucket = place.bucket.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_bucket = (3..=63).contains(&bucket.len())
        && bucket
            .iter()
            .all(|byte| plain(byte) || matches!(byte, b'-' | b'.'))
        && [bucket.first(), bucket.last()].into_iter().flatten().all(plain);
    let is_region = (1..=REGION_CHARS).contains(&place.region.len())
        && place
            .region
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'/');
    let is_prefix = place.prefix.is_empty()
        || place.prefix.len() <= PREFIX_BYTES
            && !place.prefix.contains(char::is_control)
            && place
                .prefix
                .split('/')
                .all(|part| !matches!(part, "" | "." | ".."));
    match (is_gateway_url(&place.endpoint), is_region, is_bucket, is_prefix) {
        (false, ..) => Err(BadStore::Endpoint),
        (_, false, ..) => Err(BadStore::Region),
        (_, _, false, _) => Err(BadStore::Bucket),
        (.., false) => Err(BadStore::Prefix),
        _ => Ok(()),
    }
}

/// Without the error's own words, which may repeat the signed address.
fn no_answer(error: &ureq::Error) -> StoreFault {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            StoreFault::Unreachable("没有接通")
        }
        ureq::Error::Timeout(_) => StoreFault::TooSlow,
        ureq::Error::HostNotFound => StoreFault::Unreachable("找不到这台主机"),
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => StoreFault::Unreachable("连接断了"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => StoreFault::Odd("证书不可信".to_owned()),
        ureq::Error::BodyExceedsLimit(_) => StoreFault::Odd("太长".to_owned()),
        _ => StoreFault::Odd("不是对象存储".to_owned()),
    }
}

fn refusal(status: u16, code: &str) -> FileError {
    let said = format!("{status} {code}").trim_end().to_owned();
    FileError::Store(match (status, code) {
        (404, "NoSuchKey") => return FileError::Missing,
        (404, "NoSuchBucket") => StoreFault::NoBucket,
        (401 | 403, _) => StoreFault::Denied(said),
        (408 | 425 | 429 | 500 | 502..=504, _) => StoreFault::Busy(said),
        _ => StoreFault::Odd(said),
    })
}

/// The store's name for what is wrong: `<Code>…</Code>` in its answer; empty if there is none that can be shown.
fn code(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let found = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(code, _)| code);
    let plain = (1..=60).contains(&found.len()) && found.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { found.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests;
