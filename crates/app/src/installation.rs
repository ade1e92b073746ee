//! From the configuration to a [`Platform`]: folder, keys, database, tables, this node's number.

use crate::config::{Config, Gateway};
use crate::web::metrics::Counters;
use crate::wiring;
use crate::{Done, Trouble};
use db::{Db, Durability};
use documents::{Fonts, Typesetter};
use enrollment::SeatDesk;
use metrics::Metrics;
use platform::payment::{HttpPay, PaymentProvider};
use platform::{AppResult, Chain, Clock, HttpSms, Ids, KeyRing, Notifier, Platform, Random, node};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use teaching::catalogue::Catalogue;

/// Commits that a slow listener may lag behind before it has to read again.
const BUS_COMMITS: usize = 1_024;
/// Seconds to wait for the gateway of text messages.
const SMS_TIMEOUT: Duration = Duration::from_secs(10);
/// Seconds to wait for the provider of payments.
const PAY_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a command may make what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Makes the data folder and the database if they are missing.
    Create,
    /// Refuses when there is no database yet.
    Existing,
}

/// What a started installation shares with routes and worker.
#[derive(Clone)]
pub struct Shared {
    /// The installation.
    pub platform: Arc<Platform>,
    /// Counters of requests.
    pub counters: Arc<Counters>,
    /// Sets documents, or says which fonts are missing.
    pub typesetter: Arc<Typesetter>,
    /// The public catalogue, read once at the start and after every change.
    pub catalogue: Arc<Catalogue>,
    /// Where seats are decided.
    pub seat_desk: Arc<SeatDesk>,
    /// All metrics and how to read them.
    pub metrics: Arc<Metrics>,
}

impl Shared {
    /// Starts what the routes share.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub async fn start(platform: &Arc<Platform>) -> AppResult<Self> {
        Ok(Self {
            platform: Arc::clone(platform),
            counters: Arc::default(),
            typesetter: Arc::new(typesetter()),
            catalogue: Catalogue::start(platform, Some(enrollment::first_come::CATALOGUE)).await?,
            seat_desk: SeatDesk::start(platform),
            metrics: Arc::new(wiring::metrics(platform)?),
        })
    }
}

/// How an installation is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Name under which this process takes its node number.
    pub holder: String,
    /// Address under which people reach it.
    pub public_url: String,
    /// Telephone for people who need help; may be empty.
    pub help_phone: String,
    /// Whether it is a demonstration.
    pub demo: bool,
    /// Time.
    pub clock: Clock,
}

impl Opening {
    /// For a command that runs beside the server.
    #[must_use]
    pub fn command(name: &str) -> Self {
        Self {
            holder: format!("{} {name} {}", host_name(), std::process::id()),
            public_url: String::new(),
            help_phone: String::new(),
            demo: false,
            clock: Clock::system(),
        }
    }
}

/// Opens installations.
pub struct Installation;

impl Installation {
    /// Opens the database.
    ///
    /// # Errors
    /// When it cannot be reached, or is missing where it must exist.
    pub async fn open_db(config: &Config, how: Use) -> Done<Db> {
        if let Some(file) = config.sqlite_file() {
            match how {
                Use::Create => make_folder(&config.data)?,
                Use::Existing if !file.exists() => {
                    return Err(Trouble::new(format!(
                        "{} 里还没有数据库。请用 --data 指对文件夹，或先运行 xuequan serve 或 xuequan migrate。",
                        config.data.display()
                    )));
                }
                Use::Existing => {}
            }
        }
        Ok(Db::open(&config.database, Durability::Full, wiring::SCHEMAS).await?)
    }

    /// Brings the tables to this version and gives the steps taken.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn migrate(config: &Config) -> Done<Vec<String>> {
        let db = Self::open_db(config, Use::Create).await?;
        Ok(db.migrate(wiring::SCHEMAS).await?)
    }

    /// Opens everything, with the tables at this version and a node number taken.
    ///
    /// # Errors
    /// When a folder, the keys or the database cannot be used.
    pub async fn open(config: &Config, opening: Opening) -> Done<Arc<Platform>> {
        make_folder(&config.data)?;
        let db = Self::open_db(config, Use::Create).await?;
        db.migrate(wiring::SCHEMAS).await?;
        let (clock, random) = (opening.clock, Random::system());
        let keys = KeyRing::open_or_create(&config.key_file, &clock, &random)?;
        let files = config.files.open(&random)?;
        let notifier = notifier(config.sms.as_ref(), &clock, &random)?;
        let payments = payments(config.pay.as_ref(), opening.demo, &clock, &random)?;
        let number = node::claim(&db, &opening.holder, clock.now(), None).await?;
        let chain = Chain::open(&db, number, &opening.holder).await?;
        Ok(Arc::new(Platform {
            ids: Ids::new(clock.clone(), random.clone(), chain.node()),
            bus: tokio::sync::broadcast::channel(BUS_COMMITS).0,
            public_url: opening.public_url,
            help_phone: opening.help_phone,
            demo: opening.demo,
            identify: wiring::IDENTIFY,
            db,
            clock,
            random,
            keys,
            files,
            notifier,
            payments,
            chain,
        }))
    }
}

/// A typesetter with this machine's fonts; without them it sets nothing and says which are missing.
#[must_use]
pub fn typesetter() -> Typesetter {
    match Fonts::find(None) {
        Ok(fonts) => Typesetter::new(fonts),
        Err(missing) => Typesetter::without_fonts(missing),
    }
}

fn make_folder(folder: &Path) -> Done {
    std::fs::create_dir_all(folder).map_err(|error| {
        Trouble::new(format!(
            "数据文件夹 {} 不能用：{error}。请检查路径和权限，或用 --data 换一个文件夹。",
            folder.display()
        ))
    })
}

/// The provider of payments that is set up; a demonstration without one has one of its own.
fn payments(
    gateway: Option<&Gateway>,
    demo: bool,
    clock: &Clock,
    random: &Random,
) -> Done<Option<Arc<dyn PaymentProvider>>> {
    let Some(gateway) = gateway else {
        return Ok(demo.then(|| Arc::new(enrollment::fees::DemoPay) as Arc<dyn PaymentProvider>));
    };
    let key = std::fs::read(&gateway.key_file).map_err(|error| {
        Trouble::new(format!(
            "支付的密钥文件 {} 读不了：{error}。",
            gateway.key_file.display()
        ))
    })?;
    let provider = HttpPay::new(&gateway.url, key.trim_ascii(), PAY_TIMEOUT, clock, random);
    match provider {
        Ok(provider) => Ok(Some(Arc::new(provider))),
        Err(error) => Err(Trouble::new(error.to_string())),
    }
}

fn notifier(gateway: Option<&Gateway>, clock: &Clock, random: &Random) -> Done<Notifier> {
    let Some(gateway) = gateway else {
        return Ok(Notifier::Outbox);
    };
    let key = std::fs::read(&gateway.key_file).map_err(|error| {
        Trouble::new(format!(
            "短信网关的密钥文件 {} 读不了：{error}。",
            gateway.key_file.display()
        ))
    })?;
    HttpSms::new(&gateway.url, key.trim_ascii(), SMS_TIMEOUT, clock, random)
        .map(Notifier::Http)
        .map_err(|error| Trouble::new(error.to_string()))
}

/// The machine's name, to tell nodes apart.
#[must_use]
pub fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "node".into(), |name| name.trim().to_owned())
}
