//! Where new files inherit the rights of their folder: nothing to be done.

use std::fs::{DirBuilder, OpenOptions};

pub(super) fn keep_folder(_builder: &mut DirBuilder) {}

pub(super) fn keep_file(_options: &mut OpenOptions) {}
