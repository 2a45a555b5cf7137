//! Who is how fast at each case: a panel for each, a bar for each contender, the fastest first.

use super::canvas::{Anchor, Canvas, Font};
use super::scale::{Scale, short};
use crate::affinity::Cores;
use crate::case::{Case, Unit};
use crate::contender::{About, Role};
use crate::harness::{CASES, Results};

const COLUMNS: usize = 2;
const PANEL: f64 = 640.0;
/// Room for the names.
const NAMES: f64 = 220.0;
/// Room for the numbers behind the bars.
const NUMBERS: f64 = 60.0;
const ROW: f64 = 18.0;
const HEAD: f64 = 58.0;
const TOP: f64 = 64.0;

/// Draws it.
pub(crate) fn bars(results: &Results) -> String {
    let panels: Vec<Panel<'_>> =
        CASES.iter().map(|&case| Panel::new(results, case)).filter(|panel| !panel.rows.is_empty()).collect();
    let heights: Vec<f64> =
        panels.chunks(COLUMNS).map(|row| row.iter().map(Panel::height).fold(0.0, f64::max)).collect();
    let mut canvas = Canvas::new(PANEL * COLUMNS as f64, TOP + heights.iter().sum::<f64>() + 10.0);
    canvas.text(20.0, 28.0, Anchor::Start, Font::TITLE, "Calls between two processes");
    let legend = "wide bars: on all cores; thin bars: both processes on one core; logarithmic scales";
    canvas.text(20.0, 46.0, Anchor::Start, Font::NOTE, legend);
    let mut y = TOP;
    for (row, height) in panels.chunks(COLUMNS).zip(heights) {
        for (column, panel) in row.iter().enumerate() {
            panel.draw(&mut canvas, PANEL * column as f64, y);
        }
        y += height;
    }
    canvas.finish()
}

/// One case.
struct Panel<'a> {
    case: Case,
    rows: Vec<Row<'a>>,
}

/// One contender, and its speed on all cores and on one.
struct Row<'a> {
    about: &'a About,
    speeds: [Option<f64>; 2],
}

impl<'a> Panel<'a> {
    fn new(results: &'a Results, case: Case) -> Self {
        let mut rows: Vec<Row<'_>> = Vec::new();
        for (contender, about) in results.contenders.iter().enumerate() {
            let speeds = Cores::EACH
                .map(|cores| results.sample(contender, cores, case).map(|sample| case.speed(sample.micros)));
            if speeds.iter().any(Option::is_some) {
                rows.push(Row { about, speeds });
            }
        }
        let slowest = |row: &Row<'_>| {
            let [all, one] = row.speeds;
            let speed = all.or(one).unwrap_or(f64::NAN);
            if case.unit() == Unit::Micros { speed } else { -speed }
        };
        rows.sort_by(|left, right| slowest(left).total_cmp(&slowest(right)));
        Self { case, rows }
    }

    fn height(&self) -> f64 {
        HEAD + ROW * self.rows.len() as f64 + 20.0
    }

    fn draw(&self, canvas: &mut Canvas, x: f64, y: f64) {
        let (left, right) = (x + NAMES, x + PANEL - NUMBERS);
        let better = if self.case.unit() == Unit::Micros { "shorter is better" } else { "longer is better" };
        let title = self.case.title().replace('`', "");
        canvas.text(x + 20.0, y + 16.0, Anchor::Start, Font::STRONG, title);
        let unit = format!("{}, {better}", self.case.unit().name());
        canvas.text(right, y + 16.0, Anchor::End, Font::NOTE, unit);
        let scale = Scale::around(self.rows.iter().flat_map(|row| row.speeds).flatten(), left, right);
        let bottom = y + HEAD + ROW * self.rows.len() as f64;
        for tick in scale.ticks() {
            canvas.grid_line((scale.at(tick), y + HEAD - 8.0), (scale.at(tick), bottom));
            canvas.text(scale.at(tick), y + HEAD - 14.0, Anchor::Middle, Font::NOTE, short(tick));
        }
        for (index, row) in self.rows.iter().enumerate() {
            row.draw(canvas, (x, y + HEAD + ROW * index as f64), left, &scale);
        }
    }
}

impl Row<'_> {
    fn draw(&self, canvas: &mut Canvas, (x, y): (f64, f64), left: f64, scale: &Scale) {
        let (font, [wide, thin]) = match self.about.role {
            Role::Ours => (Font::STRONG, ["#c0392b", "#e6a59e"]),
            Role::Floor => (Font::LABEL, ["#555555", "#aaaaaa"]),
            Role::SocketPeer => (Font::LABEL, ["#2874a6", "#a3c6de"]),
            Role::MemoryPeer => (Font::LABEL, ["#1e8449", "#9fd0b2"]),
        };
        let name = format!("{}, {}", self.about.name, self.about.setting);
        canvas.text(x + NAMES - 6.0, y + 10.0, Anchor::End, font, name);
        let [all, one] = self.speeds;
        if let Some(speed) = all {
            canvas.rectangle(left, y + 1.0, scale.at(speed) - left, 9.0, wide);
        }
        if let Some(speed) = one {
            canvas.rectangle(left, y + 11.0, scale.at(speed) - left, 4.0, thin);
        }
        let end = all.into_iter().chain(one).map(|speed| scale.at(speed)).fold(left, f64::max);
        let label = all.map_or("?".to_owned(), short);
        canvas.text(end + 4.0, y + 10.0, Anchor::Start, Font::NOTE, label);
    }
}
