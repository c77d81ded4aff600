// Functions in f32 that WGSL lacks, or whose built-in forms may be too coarse (WGSL allows a sine
// to be off by 2⁻¹¹ and an arc tangent by 4,096 ulp). Polynomials after Moshier's Cephes library
// (sinf.c, atanf.c). LOOM_ stands for the prefix of the function that uses them; only functions
// that are needed are written out.

fn LOOM_nan() -> f32 {
    var zero = 0.0f;
    return zero / zero;
}

fn LOOM_infinity() -> f32 {
    var zero = 0.0f;
    return 1.0f / zero;
}

fn LOOM_wave(x: f32, shift: i32) -> f32 {
    let n = round(x * 0.63661977f);
    let r = ((x - n * 1.5703125f) - n * 4.837513e-4f) - n * 7.54979e-8f;
    let z = r * r;
    let sine = r + r * z * (-0.16666655f + z * (8.332161e-3f - z * 1.951530e-4f));
    let cosine = 1.0f - 0.5f * z + z * z * (0.041666646f + z * (-1.3887316e-3f + z * 2.4433157e-5f));
    let quadrant = (i32(n) + shift) & 3;
    let value = select(sine, cosine, (quadrant & 1) == 1);
    return select(value, -value, quadrant >= 2);
}

fn LOOM_sin(x: f32) -> f32 {
    return LOOM_wave(x, 0);
}

fn LOOM_cos(x: f32) -> f32 {
    return LOOM_wave(x, 1);
}

fn LOOM_tan(x: f32) -> f32 {
    return LOOM_wave(x, 0) / LOOM_wave(x, 1);
}

fn LOOM_atan(x: f32) -> f32 {
    let m = abs(x);
    let far = m > 2.4142136f;
    let middle = m > 0.41421357f && !far;
    let base = select(select(0.0f, 0.7853982f, middle), 1.5707964f, far);
    let above = select(select(m, m - 1.0f, middle), -1.0f, far);
    let below = select(select(1.0f, m + 1.0f, middle), m, far);
    let r = above / below;
    let z = r * r;
    let p = -0.33332950f + z * (0.19977711f + z * (-0.13877686f + z * 0.080537446f));
    let angle = base + (r + r * z * p);
    return select(angle, -angle, x < 0.0f);
}

fn LOOM_atan2(y: f32, x: f32) -> f32 {
    if (x == 0.0f && y == 0.0f) {
        return 0.0f;
    }
    let angle = LOOM_atan(abs(y) / abs(x));
    let turned = select(angle, 3.1415927f - angle, x < 0.0f);
    return select(turned, -turned, y < 0.0f);
}

fn LOOM_asin(x: f32) -> f32 {
    return LOOM_atan2(x, sqrt((1.0f - x) * (1.0f + x)));
}

fn LOOM_acos(x: f32) -> f32 {
    return LOOM_atan2(sqrt((1.0f - x) * (1.0f + x)), x);
}

fn LOOM_sinh(x: f32) -> f32 {
    let z = x * x;
    let near = x + x * z * (0.16666667f + z * (8.333333e-3f + z * (1.984127e-4f + z * 2.755732e-6f)));
    let e = exp(0.5f * abs(x));
    let far = 0.5f * e * e - 0.5f / (e * e);
    return select(near, select(far, -far, x < 0.0f), abs(x) > 1.0f);
}

fn LOOM_cosh(x: f32) -> f32 {
    let e = exp(0.5f * abs(x));
    return 0.5f * e * e + 0.5f / (e * e);
}

fn LOOM_tanh(x: f32) -> f32 {
    let bounded = clamp(x, -10.0f, 10.0f);
    return LOOM_sinh(bounded) / LOOM_cosh(bounded);
}

fn LOOM_log10(x: f32) -> f32 {
    return log2(x) * 0.30103f;
}

fn LOOM_cbrt(x: f32) -> f32 {
    if (x == 0.0f) {
        return x;
    }
    let guess = exp2(log2(abs(x)) * 0.33333334f);
    let root = guess - (guess - abs(x) / (guess * guess)) * 0.33333334f;
    return select(root, -root, x < 0.0f);
}

fn LOOM_mod(x: f32, m: f32) -> f32 {
    return x - m * floor(x / m);
}

fn LOOM_heaviside(x: f32) -> f32 {
    return select(0.0f, 1.0f, x >= 0.0f);
}

fn LOOM_pow(x: f32, y: f32) -> f32 {
    if (y == 0.0f || x == 1.0f) {
        return 1.0f;
    }
    let magnitude = exp2(y * log2(abs(x)));
    if (x >= 0.0f) {
        return magnitude;
    }
    if (floor(y) != y) {
        return LOOM_nan();
    }
    let odd = floor(0.5f * y) != 0.5f * y;
    return select(magnitude, -magnitude, odd);
}
