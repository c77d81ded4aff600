
// Rules of two states whose cells carry marks: marked.rs in this form. Odd states live.

fn has(states: u32, wanted: u32) -> bool {
    return (states & wanted) != 0u;
}

fn history(own: u32, around: u32, base: bool) -> u32 {
    let odd = (own & 1u) == 1u;
    let alive = base && !(has(around, 1u << 6u) && odd);
    if own == 6u {
        return 6u;
    }
    if alive {
        if own == 1u || own == 3u || own == 5u {
            return own;
        }
        return select(1u, 3u, own == 4u);
    }
    if own == 1u {
        return 2u;
    }
    return select(own, 4u, own == 3u || own == 5u);
}

// Live states without a trail: 13, 15, … 25.
const NO_TRAIL = 0x02aaa000u;
const TRAILS = 0x00000a00u;
const PLAIN = 0x00000022u;

// The state of a cell that is born, from the states around it.
fn child(around: u32) -> u32 {
    let coloured = around & (TRAILS | NO_TRAIL);
    if !has(around, PLAIN | 0x88u) && countOneBits(coloured) == 1u {
        return firstTrailingBit(coloured);
    }
    let bare = around & NO_TRAIL;
    if has(around, 8u) && !has(around, PLAIN | TRAILS | 0x80u) && countOneBits(bare) == 1u {
        return firstTrailingBit(bare);
    }
    let trails = around & TRAILS;
    if has(around, 0x80u) && !has(around, PLAIN | 8u | NO_TRAIL) && countOneBits(trails) == 1u {
        return firstTrailingBit(trails);
    }
    return select(1u, 13u,
        has(around, 0x80u | NO_TRAIL) && !has(around, PLAIN | 8u | TRAILS));
}

// What a dead cell that stays dead becomes.
fn label(own: u32, around: u32) -> u32 {
    let touched = has(around, 0x0aaaaaaau);
    let beside14 = has(around, 1u << 14u);
    let beside18 = has(around, 1u << 18u);
    switch own {
        case 14u: { return 0u; }
        case 16u: { return select(own, 14u, touched || beside14); }
        case 18u: { return select(own, 22u, has(around, 1u << 22u)); }
        case 20u: { return select(own, 18u, beside18); }
        case 22u: { return select(own, 20u, has(around, 1u << 20u)); }
        case 24u: { return select(own, 18u, touched || beside14 || beside18); }
        default: { return own; }
    }
}

fn super_(own: u32, around: u32, alive: bool) -> u32 {
    if has(around, 1u << 6u) {
        switch own {
            case 7u, 8u: { return 0u; }
            case 1u: { return 2u; }
            case 3u, 5u: { return 4u; }
            case 9u: { return 10u; }
            case 11u: { return 12u; }
            default: {
                if own >= 13u {
                    return 0u;
                }
            }
        }
    }
    if (own & 1u) == 1u {
        if alive {
            return own;
        }
        if own == 5u {
            return 4u;
        }
        return select(0u, own + 1u, own <= 11u);
    }
    if alive {
        switch own {
            case 4u: { return 3u; }
            case 6u: { return 6u; }
            case 8u: { return 7u; }
            default: { return child(around); }
        }
    }
    return label(own, around);
}
