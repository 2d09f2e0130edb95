//! The screen's loop: wait, update, perform, draw. Generic over where it draws and where input comes from, so tests run the real one.

use std::time::Duration;
use std::time::Instant;

use futures_util::Stream;
use futures_util::StreamExt;
use ratatui::Terminal;
use ratatui::backend::Backend;

use crate::app::Msg;
use crate::engine::Engine;
use crate::engine::Outside;
use crate::tty::Outer;
use crate::view::view;

/// At most 60 frames a second.
const FRAME: Duration = Duration::from_millis(16);
/// After a key the next frame comes sooner, so that its echo does not wait for a frame that a flood has just used up.
const ECHO: Duration = Duration::from_millis(4);
/// How long after a key its echo may be expected.
const ECHO_WAIT: Duration = Duration::from_millis(100);
/// How long news is taken in before keys and the screen get their turn.
const SLICE: Duration = Duration::from_millis(2);

/// Runs until the learner quits or the input ends. The state is in the engine afterwards.
pub async fn run<B, I, O>(engine: &mut Engine, terminal: &mut Terminal<B>, outer: &mut O, mut input: I) -> anyhow::Result<()>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    I: Stream<Item = Msg> + Unpin,
    O: Outer,
{
    let mut screen = Screen { drawn: None, key: None };
    screen.draw(engine, terminal, outer)?;
    let mut dirty = engine_step(engine, outer, Msg::Started)? == Flow::Quit;
    if dirty {
        return Ok(());
    }
    dirty = true;
    loop {
        let frame_at = screen.next_frame();
        // A flood keeps news ready, and then the runtime's timers stand still: whether a frame is due is asked of the clock.
        if dirty && Instant::now() >= frame_at {
            screen.draw(engine, terminal, outer)?;
            dirty = false;
        }
        let nap = engine.nap();
        let msg = tokio::select! {
            biased;
            typed = input.next() => match typed {
                Some(msg) => {
                    screen.key = Some(Instant::now());
                    Some(msg)
                }
                None => return Ok(()),
            },
            () = tokio::time::sleep_until(frame_at.into()), if dirty => None,
            msg = engine.next() => Some(msg),
            () = sleep(nap), if nap.is_some() => Some(Msg::Time(crate::engine::now())),
        };
        match msg {
            None => {
                screen.draw(engine, terminal, outer)?;
                dirty = false;
            }
            Some(msg) => {
                dirty = true;
                if take_in(engine, outer, msg)? == Flow::Quit {
                    return Ok(());
                }
                // Checks under way and the runtime itself get their turn, also during a flood.
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Takes in one message and what else is ready, for a short while.
fn take_in<O: Outer>(engine: &mut Engine, outer: &mut O, first: Msg) -> anyhow::Result<Flow> {
    let until = Instant::now() + SLICE;
    let mut next = Some(first);
    while let Some(msg) = next {
        if engine_step(engine, outer, msg)? == Flow::Quit {
            return Ok(Flow::Quit);
        }
        next = if Instant::now() < until { engine.ready() } else { None };
    }
    Ok(Flow::On)
}

fn engine_step<O: Outer>(engine: &mut Engine, outer: &mut O, msg: Msg) -> anyhow::Result<Flow> {
    for outside in engine.apply(msg) {
        match outside {
            Outside::Copy(text) => outer.copy(&text)?,
            Outside::Quit => return Ok(Flow::Quit),
        }
    }
    Ok(Flow::On)
}

async fn sleep(nap: Option<Duration>) {
    if let Some(nap) = nap {
        tokio::time::sleep(nap).await;
    }
}

#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Quit,
}

/// When it was last drawn, and when a key last came.
struct Screen {
    drawn: Option<Instant>,
    key: Option<Instant>,
}

impl Screen {
    fn next_frame(&self) -> Instant {
        let Some(drawn) = self.drawn else { return Instant::now() };
        let echo = self.key.is_some_and(|k| k.elapsed() < ECHO_WAIT);
        drawn + if echo { ECHO } else { FRAME }
    }

    fn draw<B, O>(&mut self, engine: &Engine, terminal: &mut Terminal<B>, outer: &mut O) -> anyhow::Result<()>
    where
        B: Backend,
        B::Error: Send + Sync + 'static,
        O: Outer,
    {
        outer.begin_frame()?;
        terminal.draw(|frame| view(&engine.app, frame))?;
        outer.end_frame()?;
        self.drawn = Some(Instant::now());
        Ok(())
    }
}
