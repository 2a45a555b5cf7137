//! How the time of a call grows with what there is: a panel for each quantity, a line for each contender.

use super::canvas::{Anchor, Canvas, Font};
use super::scale::{Scale, short};
use crate::affinity::Cores;
use crate::case::{Case, bytes_in_words};
use crate::contender::{About, Role};
use crate::harness::{MANY_CONNECTIONS, MANY_OBJECTS, Results, SIZES, THREADS};

const PANEL: (f64, f64) = (660.0, 420.0);
const PLOT: (f64, f64) = (400.0, 320.0);
/// Where the plot is in its panel.
const CORNER: (f64, f64) = (60.0, 46.0);
const TOP: f64 = 64.0;
/// The least distance between two names.
const LINE: f64 = 12.0;

/// A quantity.
struct Panel {
    title: &'static str,
    axis: &'static str,
    cases: Vec<(usize, Case)>,
    /// How its numbers are written.
    write: fn(usize) -> String,
}

/// Draws it.
pub(crate) fn scaling(results: &Results) -> String {
    let cases =
        |sizes: &[usize], case: fn(usize) -> Case| sizes.iter().map(|&size| (size, case(size))).collect();
    let plain = |size: usize| short(size as f64);
    let panels = [
        Panel {
            title: "threads that call on one connection: µs for each of their calls",
            axis: "threads",
            cases: cases(&THREADS, Case::Threads),
            write: plain,
        },
        Panel {
            title: "bytes there and back: µs",
            axis: "bytes",
            cases: cases(&SIZES, Case::Echo),
            write: bytes_in_words,
        },
        Panel {
            title: "live remote objects: µs of a call on one of them",
            axis: "objects",
            cases: cases(&MANY_OBJECTS, Case::Objects),
            write: plain,
        },
        Panel {
            title: "idle connections: µs of a call on another",
            axis: "connections",
            cases: cases(&MANY_CONNECTIONS, Case::Connections),
            write: plain,
        },
    ];
    let mut canvas = Canvas::new(PANEL.0 * 2.0, TOP + PANEL.1 * 2.0);
    canvas.text(20.0, 28.0, Anchor::Start, Font::TITLE, "How the time of a call grows with what there is");
    canvas.text(20.0, 46.0, Anchor::Start, Font::NOTE, "on all cores; logarithmic scales; lower is better");
    for (index, panel) in panels.iter().enumerate() {
        let (row, column) = (index / 2, index % 2);
        panel.draw(results, &mut canvas, PANEL.0 * column as f64, TOP + PANEL.1 * row as f64);
    }
    canvas.finish()
}

/// A contender's line.
struct Curve<'a> {
    about: &'a About,
    points: Vec<(f64, f64)>,
}

impl Panel {
    fn draw(&self, results: &Results, canvas: &mut Canvas, x: f64, y: f64) {
        let curves = self.curves(results);
        let (left, top) = (x + CORNER.0, y + CORNER.1);
        let (right, bottom) = (left + PLOT.0, top + PLOT.1);
        canvas.text(x + 20.0, y + 20.0, Anchor::Start, Font::STRONG, self.title);
        let sizes: Vec<usize> = self.cases.iter().map(|(size, _)| *size).collect();
        let across = Scale::around(sizes.iter().map(|&size| size as f64), left, right);
        let up = Scale::around(
            curves.iter().flat_map(|curve| &curve.points).map(|(_, micros)| *micros),
            bottom,
            top,
        );
        for tick in up.ticks() {
            canvas.grid_line((left, up.at(tick)), (right, up.at(tick)));
            canvas.text(left - 6.0, up.at(tick) + 3.0, Anchor::End, Font::NOTE, short(tick));
        }
        for &size in &sizes {
            let at = across.at(size as f64);
            canvas.grid_line((at, top), (at, bottom));
            canvas.text(at, bottom + 14.0, Anchor::Middle, Font::NOTE, (self.write)(size));
        }
        canvas.text(f64::midpoint(left, right), bottom + 30.0, Anchor::Middle, Font::NOTE, self.axis);

        // The names stand where the lines end, as far apart as they can be read.
        let mut names: Vec<(f64, usize)> = Vec::new();
        let styles = styles(&curves);
        for (index, (curve, style)) in curves.iter().zip(&styles).enumerate() {
            let points: Vec<(f64, f64)> =
                curve.points.iter().map(|&(size, micros)| (across.at(size), up.at(micros))).collect();
            canvas.curve(&points, style.color, style.width, style.dashes);
            names.extend(points.last().map(|(_, y)| (*y, index)));
        }
        names.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        let highest = bottom - LINE * (names.len() as f64 - 1.0);
        let mut next = f64::NEG_INFINITY;
        for (index, (y, curve)) in names.into_iter().enumerate() {
            let (Some(Curve { about, .. }), Some(style)) = (curves.get(curve), styles.get(curve)) else {
                continue;
            };
            let y = y.min(highest + LINE * index as f64).max(next);
            let font = Font { color: style.color, bold: about.role == Role::Ours, size: 10.0 };
            let name = format!("{}, {}", about.name, about.setting);
            canvas.text(right + 8.0, y + 3.0, Anchor::Start, font, name);
            next = y + LINE;
        }
    }

    fn curves<'a>(&self, results: &'a Results) -> Vec<Curve<'a>> {
        let curve = |(contender, about): (usize, &'a About)| {
            let points: Vec<(f64, f64)> = self
                .cases
                .iter()
                .filter_map(|&(size, case)| {
                    Some((size as f64, results.sample(contender, Cores::All, case)?.micros))
                })
                .collect();
            (!points.is_empty()).then_some(Curve { about, points })
        };
        results.contenders.iter().enumerate().filter_map(curve).collect()
    }
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Style {
    color: &'static str,
    width: f64,
    dashes: &'static str,
}

/// Returns how each line looks: who is the same has the same color, in another setting with dashes.
fn styles(curves: &[Curve<'_>]) -> Vec<Style> {
    const PEERS: [&str; 9] =
        ["#2874a6", "#1e8449", "#b9770e", "#7d3c98", "#148f77", "#5d6d7e", "#a04000", "#6c3483", "#9a7d0a"];
    let mut peers = PEERS.into_iter().cycle();
    let mut styles: Vec<Style> = Vec::new();
    for (index, Curve { about, .. }) in curves.iter().enumerate() {
        let before =
            curves.iter().zip(&styles).take(index).filter(|(curve, _)| curve.about.name == about.name);
        let same: Vec<Style> = before.map(|(_, style)| *style).collect();
        let (color, width) = match about.role {
            Role::Ours => ("#c0392b", 2.2),
            Role::Floor => ("#333333", 1.4),
            Role::SocketPeer | Role::MemoryPeer => {
                (same.first().map_or_else(|| peers.next().unwrap_or("black"), |style| style.color), 1.2)
            }
        };
        let dashes = ["none", "7 3", "2 3", "7 3 2 3"].get(same.len()).copied().unwrap_or("none");
        styles.push(Style { color, width, dashes });
    }
    styles
}
