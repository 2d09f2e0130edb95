//! One test binary: one link step on a small machine.

mod headless;
mod house;
mod player;
mod screen;
mod stories;
mod tmux;
