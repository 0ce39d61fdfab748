//! By mode.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

pub(super) fn keep_folder(builder: &mut DirBuilder) {
    builder.mode(0o700);
}

pub(super) fn keep_file(options: &mut OpenOptions) {
    options.mode(0o600);
}
