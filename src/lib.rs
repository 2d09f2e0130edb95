//! `wci`, the terminal companion to *Windows Containers Internals*. This page is the architecture.
//!
//! # The flow
//!
//! ```text
//!  keys ──────┐
//!  PTY bytes ─┤   Msg ──► update(&mut App, Msg) ──► Vec<Effect> ──► engine performs ──┐
//!  answers ───┤           pure: no I/O, no clock       journal · host · probe          │
//!  deadline ──┘    ▲                                                                  │
//!                  └───────────────────── Msg ────────────────────────────────────────┘
//!                         view(&App, &mut Frame): at most 60 times a second
//! ```
//!
//! One owner of state ([`app::App`]), one closed enum in ([`app::Msg`]), one closed enum out ([`app::Effect`]), all plain data. No
//! shared locks, no callbacks, no ticks: with nothing to do the process sleeps. Time is a message.
//!
//! The screen ([`run`]) and the headless run ([`headless`]) drive the same [`engine`]; the headless one plays a learner who presses Enter
//! on every card.
//!
//! # A key press, followed to the screen
//!
//! `tty` turns a crossterm event into a [`keys::Key`] → `run` hands it to `engine` → `update::keys` asks [`keymap`] what it means →
//! `update::act` does it, say `update::running` puts a command on its way: `Effect::Journal`, then `Effect::Send` → `engine` writes the
//! journal durably, then the bytes to the shell (`host`) → what the shell prints comes back as `Msg::Session` → `update::sessions` feeds
//! [`terminal`], hears the marks in it, and `update::checking` asks what there is to ask → `probe` answers → the next frame shows it.
//!
//! # Layers
//!
//! A module uses only what stands below it. `tests/it/house.rs` holds this.
//!
//! | layer | modules | what |
//! |---|---|---|
//! | 14 | `cli` | arguments, wiring, exit codes |
//! | 13 | `run`, `headless`, `doctor` | the screen's loop, the run without one, what wci sees of its machine |
//! | 12 | `engine` | carries effects out, brings news back |
//! | 11 | `probe`, `lint` | questions asked of machines and of content |
//! | 10 | `tty`, `host`, `journal`, `content`, `highlight`, `browse`, `elevate`, `wayback`, `signals` | the edges: I/O lives here; they know values, not how `App` changes |
//! | 9 | `private` | words nobody can guess, folders and files that only their user can read |
//! | 8 | `windows` | what only Windows offers, in safe Rust |
//! | 7 | `update`, `view` | change, and show |
//! | 6 | `page` | what is to be read, in rows |
//! | 5 | `layout`, `keymap` | where things are, and what keys mean |
//! | 4 | `app` | `App`, `Msg`, `Effect` |
//! | 3 | `markdown`, `progress`, `judge`, `entry` | text to chapter, entries to progress, seen to verdict, command to keystrokes |
//! | 2 | `terminal` | bytes to screen |
//! | 1 | `session`, `values`, `restart` | a live shell's news, what the learner supplies, boots and the way back |
//! | 0 | `course`, `keys`, `problem` | values: no I/O, no clock, no async |
//!
//! Each heavy crate has one door: alacritty_terminal `terminal`, pulldown-cmark and toml `markdown`, portable-pty `host`, rusqlite
//! `journal`, reqwest and sysinfo `probe`, syntect (two-face) `highlight`, crossterm `tty`, windows-sys
//! `windows`. ratatui draws in `view`; `tty` and `run` hold its
//! terminal, `layout` and `update::mouse` use its rectangles.
//!
//! # What holds
//!
//! - **The check decides.** A command's status is for display; a step is done when its checks pass, however that came about.
//! - **Written before done.** `update` puts `Effect::Journal` before the `Effect::Send` it describes; the engine stops a batch at the
//!   first entry that did not become durable.
//! - **The journal is the state.** [`progress::Progress`] is only ever a fold over its entries.
//! - **A mark is a hint until the prompt confirms it.** Marks carry a nonce and a running number; the emulator reports nothing that
//!   lacks the nonce. A lost mark leaves a step that the learner can end.
//! - **A restart is armed before it is done, and over only when another boot is proven.** `app::Restart` is where it is, `update::restart`
//!   moves it, `progress::Armed` is what the journal keeps of it. Boots belong to a host, so another machine is never taken for one that is back.
//! - **A lost link loses nothing.** `update::links` tries it again; what ran is unknown, and its checks are asked when the machine is there.
//! - **What ssh asks is asked in the pane.** One login holds the connection for shell and checks; where none can be shared, ssh has `wci`
//!   itself ask (`host/askpass`), and what was typed answers the other channels, from memory, for as long as the connection is.
//! - **Checks never go through the visible session.** They run in a second, warm shell, each with its own time.
//! - **Parsing never fails.** Text gives a chapter and a list of problems.
//! - **Drawing remembers nothing.** Hit-testing and scrolling use [`layout`] and [`page`], as drawing does.
//! - **Output is data.** What a program prints reaches the outer terminal only as cells: no title, no clipboard, no links, no queries.
//!
//! # To add
//!
//! A kind of check: a variant of [`course::Look`], its key in `markdown`, its question in `probe` (or in `judge`, if it looks at a run)
//! and, where that looks at this machine itself, the same for a machine behind `ssh` in `probe::remote`, once for POSIX shells and once for PowerShell.
//! One that asks Windows: a variant of [`course::OfWindows`], its key in `markdown::windows`, PowerShell 5.1 text in `probe/questions`, its
//! verdicts in `judge::windows`; `tests/powershell_texts` has the table of what 5.1 knows.
//! A host: a variant of [`session::HostKind`], its seat in `app`, its opening in `host` (a stage of it is a `Program` in a `pty`, as for a shell here and for ssh), and the engine's choice between them in `Effect::Open`. A key: one row in `keymap`. A mark on the screen: `page::glyphs`.

pub mod app;
pub mod browse;
pub mod cli;
pub mod content;
pub mod course;
pub mod doctor;
pub mod elevate;
pub mod engine;
pub mod entry;
pub mod headless;
pub mod highlight;
pub mod host;
pub mod journal;
pub mod judge;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod lint;
pub mod markdown;
pub mod page;
pub mod private;
pub mod probe;
pub mod problem;
pub mod progress;
pub mod restart;
pub mod run;
pub mod session;
pub mod signals;
pub mod terminal;
pub mod tty;
pub mod update;
pub mod values;
pub mod view;
pub mod wayback;
#[cfg(windows)]
pub mod windows;

#[cfg(test)]
mod tests;
