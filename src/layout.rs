//! Where things are on the screen: a pure function of the state, used to draw and to know what a click or a scroll means.

use ratatui::layout::Rect;

use crate::app::App;
use crate::app::Screen;
use crate::session::Size;

/// Below this nothing useful fits, and the screen says so.
pub const SMALLEST: Size = Size { columns: 40, rows: 12 };
/// Side by side only where the terminal keeps its 80 columns and the prose a readable measure.
const WIDE: u16 = 146;
/// The widest line of prose.
pub const MEASURE: u16 = 76;
/// Mark and number of each step, and the divider.
const RAIL: u16 = 5;
/// The least a pane keeps while the divider is dragged.
const LEAST_ROWS: u16 = 4;
const LEAST_COLUMNS: u16 = 24;

/// The parts of the window. An empty rectangle is a part that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    pub whole: Rect,
    /// Where the learner is; one row.
    pub title: Rect,
    /// Every step in four columns and a line to its right.
    pub rail: Rect,
    /// The page, without a frame.
    pub prose: Rect,
    /// The terminal's frame.
    pub frame: Rect,
    /// The terminal's cells.
    pub terminal: Rect,
    /// The keys that matter now; one row.
    pub status: Rect,
    /// Whether prose and terminal stand side by side.
    pub wide: bool,
}

impl Areas {
    pub fn terminal_size(&self) -> Option<Size> {
        let Rect { width, height, .. } = self.terminal;
        (width > 0 && height > 0).then_some(Size { columns: width, rows: height })
    }
}

/// Whether the window is too small for anything but saying so.
pub fn too_small(size: Size) -> bool {
    size.columns < SMALLEST.columns || size.rows < SMALLEST.rows
}

pub fn layout(app: &App) -> Areas {
    let Size { columns, rows } = app.size;
    let whole = Rect::new(0, 0, columns, rows);
    if too_small(app.size) {
        return Areas { whole, ..Areas::default() };
    }
    let title = Rect::new(0, 0, columns, 1);
    let status = Rect::new(0, rows - 1, columns, 1);
    let body = Rect::new(0, 1, columns, rows - 2);
    let base = Areas { whole, title, status, ..Areas::default() };
    match app.screen {
        Screen::Home => Areas { prose: body, ..base },
        Screen::Chapter if app.zoom => with_frame(base, body),
        Screen::Chapter => chapter(app, base, body),
    }
}

fn chapter(app: &App, base: Areas, body: Rect) -> Areas {
    let rail = Rect { width: RAIL, ..body };
    let rest = Rect::new(body.x + RAIL, body.y, body.width - RAIL, body.height);
    if app.big {
        return Areas { rail, prose: rest, ..base };
    }
    if base.whole.width >= WIDE {
        let most = rest.width.saturating_sub(82);
        let wanted = app.divider.unwrap_or((rest.width * 2 / 5).min(MEASURE + 2));
        // Dragging may narrow the terminal below 80 columns: then it is the learner's choice.
        let limit = if app.divider.is_some() { rest.width.saturating_sub(LEAST_COLUMNS) } else { most };
        let prose = wanted.clamp(LEAST_COLUMNS, limit.max(LEAST_COLUMNS));
        let frame = Rect::new(rest.x + prose, rest.y, rest.width - prose, rest.height);
        return with_frame(Areas { rail, prose: Rect { width: prose, ..rest }, wide: true, ..base }, frame);
    }
    let wanted = app.divider.unwrap_or(rest.height * 11 / 20);
    let prose = wanted.clamp(LEAST_ROWS, rest.height.saturating_sub(LEAST_ROWS).max(LEAST_ROWS));
    let frame = Rect::new(rest.x, rest.y + prose, rest.width, rest.height - prose);
    with_frame(Areas { rail, prose: Rect { height: prose, ..rest }, ..base }, frame)
}

/// The step at the top of the rail: the current one stays in view.
pub fn rail_top(app: &App) -> usize {
    let height = usize::from(layout(app).rail.height);
    let count = app.chapter().map_or(0, |c| c.steps.len());
    app.step.saturating_sub(height / 2).min(count.saturating_sub(height))
}

/// The terminal inside its frame. When the frame is stacked, only its top row is drawn: each row of an 80x24 window counts.
fn with_frame(base: Areas, frame: Rect) -> Areas {
    let terminal = if base.wide {
        Rect::new(frame.x + 1, frame.y + 1, frame.width.saturating_sub(2), frame.height.saturating_sub(2))
    } else {
        Rect::new(frame.x, frame.y + 1, frame.width, frame.height.saturating_sub(1))
    };
    Areas { frame, terminal, ..base }
}
