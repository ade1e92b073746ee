//! Who asks, how, and what they may do: the first argument of every action.

use crate::{
    AppError, AppResult, Chain, Clock, Files, Ids, KeyRing, Notice, Notifier, Permission, Random, Role, Tx,
};
use db::{Db, Scope, text_enum};
use kernel::{AccountId, Date, Instant, OrgId, PersonId, PostId};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Everything a running installation holds; one for each process.
pub struct Platform {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Ids of new rows.
    pub ids: Ids,
    /// Keys for personal data and signatures.
    pub keys: KeyRing,
    /// Stored files.
    pub files: Files,
    /// How messages reach people.
    pub notifier: Notifier,
    /// Who takes payments on line, if anybody does.
    pub payments: Option<Arc<dyn crate::payment::PaymentProvider>>,
    /// This node's chain of events.
    pub chain: Chain,
    /// Committed events, for listeners in this process.
    pub bus: broadcast::Sender<Arc<[Notice]>>,
    /// Address under which people reach this installation, without a closing slash.
    pub public_url: String,
    /// Telephone that every page offers to whoever needs help; empty when there is none.
    pub help_phone: String,
    /// Whether this is a demonstration with made-up people.
    pub demo: bool,
    /// Finds the actor of a request; given by `people`.
    pub identify: crate::web::Identify,
}

text_enum! {
    /// By which way an act came in.
    pub enum Channel {
        /// The person's own browser.
        Web => "web",
        /// A clerk at the counter.
        Desk => "desk",
        /// A telephone call taken by a clerk.
        Phone => "phone",
        /// A member of the family.
        Family => "family",
        /// Somebody who enrols together with them.
        Companion => "companion",
        /// A program with a token.
        Api => "api",
        /// A file.
        Import => "import",
        /// The system itself.
        System => "system",
    }
}

impl Channel {
    /// The channel's name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Web => "网上",
            Self::Desk => "柜台",
            Self::Phone => "电话",
            Self::Family => "家人代办",
            Self::Companion => "同行人代报",
            Self::Api => "接口",
            Self::Import => "导入",
            Self::System => "系统",
        }
    }
}

/// A post held by the actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The post.
    pub post: PostId,
    /// Its role.
    pub role: Role,
    /// Its org.
    pub org: OrgId,
    /// The org's name.
    pub org_name: String,
    /// The org's path in the tree.
    pub org_path: String,
}

/// Who acts.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    /// The person, if somebody is signed in.
    pub person: Option<PersonId>,
    /// The account they signed in with.
    pub account: Option<AccountId>,
    /// Name for greeting them.
    pub name: String,
    /// Posts held now.
    pub posts: Arc<[Grant]>,
    /// Permissions a token is limited to; `None` means all of the posts'.
    pub limited_to: Option<Arc<[Permission]>>,
    /// Whether the sign-in used a second factor, where the role needs one.
    pub strong: bool,
    /// Hash of the session or token, to tie forms to it.
    pub session: String,
    /// Whether the system itself acts.
    pub system: bool,
}

/// What a request knows: installation, actor, channel.
#[derive(Clone)]
pub struct Ctx {
    /// The installation.
    pub platform: Arc<Platform>,
    /// Who acts.
    pub actor: Arc<Actor>,
    /// How.
    pub channel: Channel,
    /// Number of the request, in logs and error pages.
    pub request: Arc<str>,
    /// What the page needs to know of the browser.
    pub view: Arc<crate::web::View>,
}

impl Ctx {
    /// A context for the system's own work.
    #[must_use]
    pub fn system(platform: &Arc<Platform>, work: &str) -> Self {
        let actor = Actor {
            name: "系统".into(),
            system: true,
            ..Actor::default()
        };
        Self {
            platform: Arc::clone(platform),
            actor: Arc::new(actor),
            channel: Channel::System,
            request: work.into(),
            view: Arc::default(),
        }
    }

    /// The database, for reading.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.platform.db
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.platform.clock.now()
    }

    /// Today in China.
    #[must_use]
    pub fn today(&self) -> Date {
        self.platform.clock.today()
    }

    /// A new id.
    #[must_use]
    pub fn new_id<K>(&self) -> kernel::Id<K> {
        self.platform.ids.next()
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`AppError::SignInNeeded`] when nobody is.
    pub fn person(&self) -> AppResult<PersonId> {
        self.actor.person.ok_or(AppError::SignInNeeded)
    }

    /// The part of the tree in which the actor may do this. The only maker of a [`Scope`] for a caller.
    ///
    /// # Errors
    /// [`AppError::SignInNeeded`] when nobody is signed in, [`AppError::Forbidden`] when no post allows it.
    pub fn may(&self, permission: Permission) -> AppResult<Scope> {
        if self.actor.system {
            return Ok(Scope::everything());
        }
        if self.actor.person.is_none() {
            return Err(AppError::SignInNeeded);
        }
        let scope = self.reach(permission);
        if scope.is_nothing() {
            return Err(AppError::Forbidden(
                "您的岗位没有这项权限。需要的话，请找本机构的管理员给您加上岗位。".into(),
            ));
        }
        Ok(scope)
    }

    /// Like [`Ctx::may`], but empty instead of an error: for showing or hiding what a page offers.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Scope {
        if self.actor.system {
            return Scope::everything();
        }
        if self
            .actor
            .limited_to
            .as_ref()
            .is_some_and(|allowed| !allowed.contains(&permission))
        {
            return Scope::subtrees(Vec::new());
        }
        Scope::subtrees(self.able(permission).map(|post| post.org_path.clone()).collect())
    }

    /// The actor's posts that allow this, with the second factor where the role needs it.
    fn able(&self, permission: Permission) -> impl Iterator<Item = &Grant> {
        let able = move |post: &&Grant| post.role.permissions().contains(&permission);
        let strong = |post: &&Grant| self.actor.strong || !post.role.needs_second_factor();
        self.actor.posts.iter().filter(able).filter(strong)
    }

    /// Whether the actor may do this by a post at the top of the tree: then also for what belongs to no org.
    #[must_use]
    pub fn reaches_all(&self, permission: Permission) -> bool {
        let top = |post: &Grant| post.org_path.trim_matches('/').split('/').count() == 1;
        self.actor.system || (self.can(permission) && self.able(permission).any(top))
    }

    /// Whether the actor may do this somewhere.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        !self.reach(permission).is_nothing()
    }

    /// Opens a transaction; its commit needs an event.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when the database is.
    pub async fn begin(&self) -> AppResult<Tx> {
        Tx::begin(self).await
    }
}
