//! The tree of organisations with its history.

pub mod kind;
mod read;

pub(crate) use read::id_in_path;
pub use read::{
    NodeThen, OrgBrief, Place, ancestors, find, find_within, ids_of, institutions, path_on, point, tree_on,
};
