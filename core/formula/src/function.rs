//! The functions of the language: names, aliases and number of arguments.

/// A function of the language. Values at special points are those of IEEE 754 unless said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    /// `atan2(y, x)`, the angle of the point (x, y).
    Atan2,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    /// Natural logarithm; `ln` is the same.
    Log,
    Log2,
    Log10,
    Sqrt,
    Cbrt,
    Abs,
    /// −1, 0 or 1.
    Sign,
    Floor,
    Ceil,
    /// To the nearest integer, halves to the even one (as WGSL does).
    Round,
    Trunc,
    /// `mod(x, m)` = x − m·floor(x/m): it has the sign of m.
    Mod,
    Min,
    Max,
    /// 0 below zero, 1 from zero on.
    Heaviside,
}

impl Function {
    /// All functions, in the order in which the guide lists them.
    pub const ALL: [Function; 26] = [
        Function::Sin,
        Function::Cos,
        Function::Tan,
        Function::Asin,
        Function::Acos,
        Function::Atan,
        Function::Atan2,
        Function::Sinh,
        Function::Cosh,
        Function::Tanh,
        Function::Exp,
        Function::Log,
        Function::Log2,
        Function::Log10,
        Function::Sqrt,
        Function::Cbrt,
        Function::Abs,
        Function::Sign,
        Function::Floor,
        Function::Ceil,
        Function::Round,
        Function::Trunc,
        Function::Mod,
        Function::Min,
        Function::Max,
        Function::Heaviside,
    ];

    /// The name under which it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Function::Sin => "sin",
            Function::Cos => "cos",
            Function::Tan => "tan",
            Function::Asin => "asin",
            Function::Acos => "acos",
            Function::Atan => "atan",
            Function::Atan2 => "atan2",
            Function::Sinh => "sinh",
            Function::Cosh => "cosh",
            Function::Tanh => "tanh",
            Function::Exp => "exp",
            Function::Log => "log",
            Function::Log2 => "log2",
            Function::Log10 => "log10",
            Function::Sqrt => "sqrt",
            Function::Cbrt => "cbrt",
            Function::Abs => "abs",
            Function::Sign => "sign",
            Function::Floor => "floor",
            Function::Ceil => "ceil",
            Function::Round => "round",
            Function::Trunc => "trunc",
            Function::Mod => "mod",
            Function::Min => "min",
            Function::Max => "max",
            Function::Heaviside => "heaviside",
        }
    }

    /// The function that a name or one of its aliases means.
    pub fn from_name(name: &str) -> Option<Function> {
        let plain = match name {
            "ln" => "log",
            "sgn" | "signum" => "sign",
            "arcsin" => "asin",
            "arccos" => "acos",
            "arctan" => "atan",
            "arctan2" => "atan2",
            "fabs" => "abs",
            "step" => "heaviside",
            "ceiling" => "ceil",
            other => other,
        };
        Function::ALL
            .into_iter()
            .find(|function| function.name() == plain)
    }

    /// How many arguments it takes. (`min` and `max` are also read with more, as nested calls.)
    pub fn arity(self) -> usize {
        match self {
            Function::Atan2 | Function::Mod | Function::Min | Function::Max => 2,
            _ => 1,
        }
    }
}
