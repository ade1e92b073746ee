//! Where things lie and how to reach the world outside. The only place that reads the environment.

use crate::cli::Place;
use crate::file_place::FilePlace;
use crate::{Done, Trouble};
use std::path::{Path, PathBuf};

/// Environment variable with the log filter, in the words of `tracing`: `info`, `db=debug` …
pub const LOG: &str = "XUEQUAN_LOG";
/// Environment variable with the address of the gateway for text messages.
pub const SMS_URL: &str = "XUEQUAN_SMS_URL";
/// Environment variable with the path of the file that holds the gateway's signing key.
pub const SMS_KEY_FILE: &str = "XUEQUAN_SMS_KEY_FILE";

/// Environment variable with the address of the provider of payments on line.
pub const PAY_URL: &str = "XUEQUAN_PAY_URL";
/// Environment variable with the path of the file that holds the key shared with that provider.
pub const PAY_KEY_FILE: &str = "XUEQUAN_PAY_KEY_FILE";

/// A gateway to the world outside: for text messages, for payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Its address.
    pub url: String,
    /// The file with the key that signs requests.
    pub key_file: PathBuf,
}

/// What every command needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Address of the database: `sqlite:…` or `postgres://…`.
    pub database: String,
    /// Where stored files lie.
    pub files: FilePlace,
    /// The key file.
    pub key_file: PathBuf,
    /// The gateway for text messages, if one is set up.
    pub sms: Option<Gateway>,
    /// The provider of payments on line, if one is set up.
    pub pay: Option<Gateway>,
    /// Log filter.
    pub log: String,
}

impl Config {
    /// Puts the command line and the environment together.
    ///
    /// # Errors
    /// When they ask for something that does not exist or does not go together.
    pub fn read(place: &Place) -> Done<Self> {
        Self::from_parts(place, environment)
    }

    fn from_parts(place: &Place, variable: impl Fn(&str) -> Option<String>) -> Done<Self> {
        let database = match &place.database {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => url.clone(),
            Some(_) => {
                return Err(Trouble::new(
                    "--database 要以 postgres:// 开头。内置数据库不用写这一项，用 --data 指定文件夹即可。",
                ));
            }
            None => format!("sqlite:{}", sqlite_file(&place.data).display()),
        };
        let sms = gateway(&variable, "短信网关", (SMS_URL, SMS_KEY_FILE))?;
        let pay = gateway(&variable, "网上支付", (PAY_URL, PAY_KEY_FILE))?;
        Ok(Self {
            files: FilePlace::read(place, &variable)?,
            key_file: place
                .key_file
                .clone()
                .unwrap_or_else(|| place.data.join("key.json")),
            data: place.data.clone(),
            database,
            sms,
            pay,
            log: variable(LOG).unwrap_or_else(|| "warn,app=info".into()),
        })
    }

    /// The file of the built-in database; `None` when PostgreSQL is used.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        self.database.strip_prefix("sqlite:").map(Path::new)
    }
}

/// The file of the built-in database in this data folder.
#[must_use]
pub fn sqlite_file(data: &Path) -> PathBuf {
    data.join("xuequan.sqlite")
}

fn gateway(
    variable: &impl Fn(&str) -> Option<String>,
    what: &str,
    (url_name, key_name): (&str, &str),
) -> Done<Option<Gateway>> {
    match (variable(url_name), variable(key_name)) {
        (Some(url), Some(key_file)) => Ok(Some(Gateway {
            url,
            key_file: key_file.into(),
        })),
        (None, None) => Ok(None),
        _ => Err(Trouble::new(format!(
            "{what}要同时设置 {url_name} 和 {key_name} 两个环境变量，现在只有一个。"
        ))),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that reads the environment"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Starts writing the log to the standard error, filtered as configured.
pub fn start_logging(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second subscriber in one process (tests) is no reason to stop.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(database: Option<&str>, files: Option<&str>) -> Place {
        Place {
            data: "d".into(),
            database: database.map(str::to_owned),
            files: files.map(str::to_owned),
            key_file: None,
        }
    }

    #[test]
    fn everything_lies_in_the_data_folder_unless_said_otherwise() {
        let config = Config::from_parts(&place(None, None), |_| None).unwrap();
        assert_eq!(config.database, "sqlite:d/xuequan.sqlite");
        assert_eq!(config.files, FilePlace::Folder("d/files".into()));
        assert_eq!(config.key_file, Path::new("d/key.json"));
        let config = Config::from_parts(&place(Some("postgres://u@h/x"), Some("f")), |_| None).unwrap();
        assert_eq!(config.sqlite_file(), None);
        assert_eq!(config.files, FilePlace::Folder("f".into()));
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_a_sentence() {
        for (database, files, said) in [
            (None, Some("s3://bucket/x"), "XUEQUAN_S3_ENDPOINT"),
            (None, Some("ftp://host/x"), "s3://"),
            (Some("mysql://h/x"), None, "postgres://"),
            (Some("d.sqlite"), None, "--data"),
        ] {
            let trouble = Config::from_parts(&place(database, files), |_| None).unwrap_err();
            assert!(trouble.to_string().contains(said), "{trouble}");
        }
    }

    #[test]
    fn the_gateway_needs_address_and_key() {
        let with = |names: &'static [&str]| {
            Config::from_parts(&place(None, None), move |name| {
                names.contains(&name).then(|| "x".to_owned())
            })
        };
        assert!(with(&[SMS_URL, SMS_KEY_FILE]).unwrap().sms.is_some());
        assert!(with(&[]).unwrap().sms.is_none());
        assert!(with(&[SMS_URL]).unwrap_err().to_string().contains(SMS_KEY_FILE));
        assert!(with(&[SMS_KEY_FILE]).is_err());
    }
}
