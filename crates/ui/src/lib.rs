//! Pages, components, stylesheet, icons and message catalogue: everything that decides how Xuequan looks and speaks.
//!
//! Domain crates extend a layout of `templates/layout/`, give it a [`Page`], and put components into it. Every component
//! is a value that prints safe HTML by itself, so a template writes `{{ form.field("name") }}` and nothing more.
//! Start reading at [`page`], then [`form`]; `README.md` holds a whole example.

extern crate self as ui;

pub mod assets;
pub mod catalogue;
pub mod charts;
pub mod errors;
pub mod field;
pub mod form;
pub mod html;
pub mod icons;
pub mod layers;
pub mod links;
pub mod listing;
pub mod map;
pub mod page;
pub mod respond;
pub mod tag;
pub mod view;

pub use assets::{Asset, Bundle, asset};
pub use charts::{Chart, ChartKind};
pub use field::{Choice, Field};
pub use form::{ErrorSummary, Form, Pairs};
pub use html::Html;
pub use icons::Icon;
pub use links::{Crumbs, Link, Steps, Tabs, Task, TaskList};
pub use listing::{Listing, Pager};
pub use map::{Disc, Map};
pub use page::{DeskNav, NavLink, Notice, NoticeKind, Page, SignedIn};
pub use respond::{desk_page, html, learner_page, page, pdf, xlsx};
pub use tag::{Tag, Tone};
pub use view::{Contrast, Lang, Preference, TextSize, View, local_path};

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod palette;
