//! Writes a circuit so that reading it gives the same circuit.

use std::fmt::{self, Write as _};

use crate::term::{AxisSpec, Circuit, Function, Node, Norm, Operation, Setting, Term};

const STEP: &str = "  ";

impl fmt::Display for Circuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit {}(", self.name)?;
        for (i, input) in self.inputs.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{}: [{}]", input.name, axes(&input.axes))?;
        }
        let outputs: Vec<String> = self
            .outputs
            .iter()
            .map(|o| format!("[{}]", axes(o)))
            .collect();
        writeln!(f, ") -> {}", outputs.join(", "))?;
        for (word, text) in [
            ("title", &self.title),
            ("summary", &self.summary),
            ("cite", &self.citation),
        ] {
            if !text.is_empty() {
                writeln!(f, "{STEP}{word} {}", quoted(text))?;
            }
        }
        if !self.sizes.is_empty() {
            let list: Vec<String> = self
                .sizes
                .iter()
                .map(|s| format!("{} = {}", s.name, s.value))
                .collect();
            writeln!(f, "{STEP}where {}", list.join(", "))?;
        }
        if !self.sequences.is_empty() {
            writeln!(f, "{STEP}sequence {}", self.sequences.join(", "))?;
        }
        for experiment in &self.experiments {
            let sets: Vec<String> = experiment
                .sets
                .iter()
                .map(|(name, setting)| match setting {
                    Setting::Size(n) => format!("{name} = {n}"),
                    Setting::Shape(list) => format!("{name}: [{}]", axes(list)),
                })
                .collect();
            writeln!(
                f,
                "{STEP}try {} {} {}",
                quoted(&experiment.sentence),
                quoted(&experiment.button),
                sets.join(", ")
            )?;
        }
        writeln!(f, "{{")?;
        let mut body = String::new();
        write_sequence(&mut body, &self.term, 1)?;
        writeln!(f, "{body}\n}}")
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write_sequence(&mut text, self, 0)?;
        f.write_str(&text)
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // Texts stand on one line.
            '\n' => out.push(' '),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

fn axes(list: &[AxisSpec]) -> String {
    list.iter()
        .map(AxisSpec::text)
        .collect::<Vec<_>>()
        .join(" ")
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str(STEP);
    }
}

fn write_sequence(out: &mut String, node: &Node, depth: usize) -> fmt::Result {
    if let Term::Compose(parts) = &node.term {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                out.push_str(";\n");
            }
            indent(out, depth);
            write_parallel(out, part, depth)?;
        }
        Ok(())
    } else {
        indent(out, depth);
        write_parallel(out, node, depth)
    }
}

fn write_parallel(out: &mut String, node: &Node, depth: usize) -> fmt::Result {
    if let Term::Product(parts) = &node.term {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                out.push_str(" | ");
            }
            write_atom(out, part, depth)?;
        }
        Ok(())
    } else {
        write_atom(out, node, depth)
    }
}

fn write_atom(out: &mut String, node: &Node, depth: usize) -> fmt::Result {
    let braced = |out: &mut String, body: &Node| -> fmt::Result {
        out.push_str("{\n");
        write_sequence(out, body, depth + 1)?;
        out.push('\n');
        indent(out, depth);
        out.push('}');
        Ok(())
    };
    match &node.term {
        Term::Compose(_) | Term::Product(_) => {
            out.push_str("(\n");
            write_sequence(out, node, depth + 1)?;
            out.push('\n');
            indent(out, depth);
            out.push(')');
            Ok(())
        }
        Term::Identity(1) => out.write_str("id"),
        Term::Identity(n) => write!(out, "id({n})"),
        Term::Block { name, tint, body } => {
            write!(out, "block {} ", quoted(name))?;
            if let Some(rgb) = tint {
                write!(out, "tint #{rgb:06X} ")?;
            }
            braced(out, body)
        }
        Term::Repeat { count, body } => {
            write!(out, "repeat({count}) ")?;
            braced(out, body)
        }
        Term::Each {
            axis,
            members,
            body,
        } => {
            write!(out, "each({axis}")?;
            if !members.is_empty() {
                let list: Vec<String> = members.iter().map(usize::to_string).collect();
                write!(out, " of {}", list.join(" "))?;
            }
            out.push_str(") ");
            braced(out, body)
        }
        Term::Operation(operation) => write!(out, "{operation}"),
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = |on: &bool| if *on { "+" } else { "" };
        let spaced = |name: &str| {
            if name.is_empty() {
                String::new()
            } else {
                format!(" {name} ")
            }
        };
        match self {
            Self::Einsum { operands, output } => {
                let left: Vec<String> = operands.iter().map(|o| o.join(" ")).collect();
                write!(f, "einsum('{} -> {}')", left.join(", "), output.join(" "))
            }
            Self::Linear {
                name,
                bias,
                from,
                to,
            } => write!(
                f,
                "linear{}{}({} -> {})",
                plus(bias),
                spaced(name),
                axes(from),
                axes(to)
            ),
            Self::Softmax(axis) => write!(f, "softmax({})", axis.text()),
            Self::Mask { query, key } => write!(f, "mask({} {})", query.text(), key.text()),
            Self::Normalise {
                kind,
                learned,
                name,
                axes: over,
            } => {
                let word = match kind {
                    Norm::Layer => "layer_norm",
                    Norm::Rms => "rms_norm",
                };
                write!(f, "{word}{}{}({})", plus(learned), spaced(name), axes(over))
            }
            Self::Elementwise(Function::Scale(by)) => write!(f, "scale({by})"),
            Self::Elementwise(function) => f.write_str(function.word()),
            Self::Add(2) => f.write_str("add"),
            Self::Add(n) => write!(f, "add({n})"),
            Self::Copy(2) => f.write_str("copy"),
            Self::Copy(n) => write!(f, "copy({n})"),
            Self::Delete => f.write_str("delete"),
            Self::Swap => f.write_str("swap"),
            Self::View { from, to } => write!(f, "view({} -> {})", axes(from), axes(to)),
            Self::Index { axis, at } => write!(f, "index({} {at})", axis.text()),
        }
    }
}
