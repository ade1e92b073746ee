//! The program's parts that its tests and other programs use too.

pub mod demo;
