//! For tests: an installation on an empty database of its own, requests through its router, and a small world.
//!
//! The database is SQLite in a temporary folder, or PostgreSQL when `XUEQUAN_TEST_DATABASE` names a server.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up must stop"
)]

mod class_fixture;
mod client;
mod database;
mod folder;
pub mod html;
pub mod pay;
pub mod roll;
pub mod s3;
mod town;
pub mod world;

pub use class_fixture::ClassFixture;
pub use client::{Answer, Client, all_refused, wrong_fields};
pub use database::{fresh_database, fresh_url, whole_database};
pub use pay::FakePay;
pub use s3::FakeS3;
pub use town::{PEOPLE, Town};
pub use world::World;

use db::Schema;
use platform::{
    Actor, AppError, AppResult, Chain, Clock, Ctx, Files, Grant, Ids, KeyRing, Notifier, Permission,
    Platform, Random, Role, Suite,
};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// 2026-11-22 09:00 in China: the now of every test, unless it moves the clock.
pub const NOW: &str = "2026-11-22T01:00:00Z";

/// An installation for one test.
pub struct TestApp {
    /// The installation.
    pub platform: Arc<Platform>,
    router: ui::layers::Site,
}

/// Actors that tests have signed in, by their token; tokens are random, so tests do not meet.
static ACTORS: LazyLock<Mutex<HashMap<String, Actor>>> = LazyLock::new(Mutex::default);

impl TestApp {
    /// Starts an installation with these tables and routes.
    pub async fn start(schemas: &[Schema], routes: impl FnOnce(&Arc<Platform>) -> platform::Routes) -> Self {
        let platform = Self::platform(fresh_database(schemas).await, 1).await;
        let router = ui::layers::wrap(routes(&platform), &platform);
        Self { platform, router }
    }

    /// Like [`TestApp::start`], for routes that have to read the database first.
    pub async fn start_with(
        schemas: &[Schema],
        routes: impl AsyncFnOnce(&Arc<Platform>) -> platform::Routes,
    ) -> Self {
        let platform = Self::platform(fresh_database(schemas).await, 1).await;
        let router = ui::layers::wrap(routes(&platform).await, &platform);
        Self { platform, router }
    }

    async fn platform(db: db::Db, number: i64) -> Arc<Platform> {
        let clock = Clock::fixed(NOW.parse().expect("an instant"));
        let random = Random::system();
        let folder = folder::own().join(format!("files-{}", random.token()));
        std::fs::create_dir_all(&folder).expect("a folder for files");
        let keys = KeyRing::in_memory(Suite::International, &random);
        let files = Files::open(&folder, 20 << 20, &random).expect("a file store");
        node(db, number, clock, keys, files).await
    }

    /// Another node of this installation: the same database, clock, keys and files, a chain and a bus of its own.
    pub async fn second_node(&self) -> Arc<Platform> {
        let here = &self.platform;
        let (keys, files) = (here.keys.clone(), here.files.clone());
        node(here.db.clone(), 2, here.clock.clone(), keys, files).await
    }

    /// A process that believes to have this installation's number, as one whose number was taken does.
    pub async fn same_number(&self) -> Arc<Platform> {
        let here = &self.platform;
        let (keys, files) = (here.keys.clone(), here.files.clone());
        node(
            here.db.clone(),
            here.chain.node(),
            here.clock.clone(),
            keys,
            files,
        )
        .await
    }

    /// The same installation with these routes, which were made after something was set up in it.
    #[must_use]
    pub fn with_routes(self, routes: platform::Routes) -> Self {
        let router = ui::layers::wrap(routes, &self.platform);
        Self { router, ..self }
    }

    /// A browser in which nobody is signed in.
    #[must_use]
    pub fn visitor(&self) -> Client {
        Client::new(self.router.clone(), Arc::clone(&self.platform), None)
    }

    /// A token under which this actor is found.
    #[must_use]
    pub fn token_of(&self, mut actor: Actor) -> String {
        let token = self.platform.random.token();
        actor.session.clone_from(&token);
        ACTORS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(token.clone(), actor);
        token
    }

    /// A browser in which this actor is signed in.
    #[must_use]
    pub fn signed_in(&self, actor: Actor) -> Client {
        let token = self.token_of(actor);
        Client::new(self.router.clone(), Arc::clone(&self.platform), Some(token))
    }

    /// A context for calling an action directly.
    #[must_use]
    pub fn ctx(&self, actor: impl Into<Arc<Actor>>) -> Ctx {
        Ctx {
            actor: actor.into(),
            channel: platform::Channel::Web,
            ..Ctx::system(&self.platform, "test")
        }
    }

    /// A context of the system itself.
    #[must_use]
    pub fn system(&self) -> Ctx {
        Ctx::system(&self.platform, "test")
    }

    /// Does every job that is due, with these kinds; gives how many.
    pub async fn run_jobs(&self, kinds: &[platform::JobKind]) -> usize {
        let mut done = 0;
        while platform::job::run_next(&self.platform, kinds)
            .await
            .expect("the queue")
        {
            done += 1;
        }
        done
    }
}

async fn node(db: db::Db, number: i64, clock: Clock, keys: KeyRing, files: Files) -> Arc<Platform> {
    let random = Random::system();
    let holder = format!("test {number}");
    let chain = Chain::open(&db, number, &holder).await.expect("a chain");
    Arc::new(Platform {
        ids: Ids::new(clock.clone(), random.clone(), number),
        keys,
        files,
        notifier: Notifier::Outbox,
        payments: Some(Arc::new(FakePay::new(&clock))),
        chain,
        bus: tokio::sync::broadcast::channel(1024).0,
        public_url: "http://127.0.0.1:8080".into(),
        help_phone: String::new(),
        demo: true,
        identify,
        db,
        clock,
        random,
    })
}

/// An actor who is a plain learner.
#[must_use]
pub fn learner(person: kernel::PersonId) -> Actor {
    Actor {
        person: Some(person),
        name: "测试学员".into(),
        ..Actor::default()
    }
}

/// An actor with one post at an org, signed in with a second factor.
#[must_use]
pub fn staff(person: kernel::PersonId, role: Role, org: kernel::OrgId, path: &str) -> Actor {
    let grant = Grant {
        post: kernel::Id::from_raw(1),
        role,
        org,
        org_name: "测试机构".into(),
        org_path: path.to_owned(),
    };
    Actor {
        person: Some(person),
        name: role.label().to_owned(),
        posts: Arc::new([grant]),
        strong: true,
        ..Actor::default()
    }
}

/// Limits an actor like an API token would.
#[must_use]
pub fn limited(mut actor: Actor, permissions: &[Permission]) -> Actor {
    actor.limited_to = Some(permissions.into());
    actor
}

fn identify(
    _: Arc<Platform>,
    given: platform::web::Credentials,
) -> std::pin::Pin<Box<dyn Future<Output = AppResult<Arc<Actor>>> + Send>> {
    let actors = ACTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = match (given.bearer, given.session) {
        (Some(token), _) => actors.get(&token).cloned().ok_or(AppError::SignInNeeded),
        (None, Some(token)) => Ok(actors.get(&token).cloned().unwrap_or_default()),
        (None, None) => Ok(Actor::default()),
    };
    Box::pin(async move { answer.map(Arc::new) })
}
