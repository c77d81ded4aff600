# Sourced by app/run and tests/run: finds what the system lacks, says so, and installs it.
# Only packages that are missing are asked for, and a password only where one is needed.

say() { printf '%s\n' "strange-loom: $*" >&2; }

# The command that gains the right to install, or nothing where we have it already.
elevate() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        say "this needs an administrator; run: $*"
        return 1
    fi
}

has_library() { # a shared library's file name
    { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | grep -q "$1"
}

has_vulkan_driver() {
    for folder in /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/share/vulkan/icd.d; do
        ls "$folder"/*.json >/dev/null 2>&1 && return 0
    done
    return 1
}

# Appends to $lacking the package for each need of a window that is not met.
# usage: need CHECK APT DNF PACMAN (the package's name for each manager; - where it has none)
need() {
    if ! eval "$1"; then
        case "$manager" in
            apt) [ "$2" = - ] || lacking="$lacking $2" ;;
            dnf) [ "$3" = - ] || lacking="$lacking $3" ;;
            pacman) [ "$4" = - ] || lacking="$lacking $4" ;;
        esac
    fi
}

window_needs() {
    need 'command -v cc >/dev/null 2>&1' 'gcc libc6-dev' gcc gcc
    need 'has_library libvulkan.so.1' libvulkan1 vulkan-loader vulkan-icd-loader
    need has_vulkan_driver mesa-vulkan-drivers mesa-vulkan-drivers vulkan-swrast
    need 'has_library libxkbcommon-x11.so.0' libxkbcommon-x11-0 libxkbcommon-x11 libxkbcommon-x11
    need 'has_library libwayland-client.so.0' libwayland-client0 libwayland-client wayland
    need 'has_library libX11-xcb.so.1' libx11-xcb1 libX11-xcb libx11
    need 'has_library libXcursor.so.1' libxcursor1 libXcursor libxcursor
    need 'has_library libXi.so.6' libxi6 libXi libxi
    need 'has_library libXrandr.so.2' libxrandr2 libXrandr libxrandr
    need 'command -v pkg-config >/dev/null 2>&1' pkg-config pkgconf-pkg-config pkgconf
    need 'pkg-config --exists alsa 2>/dev/null' libasound2-dev alsa-lib-devel alsa-lib
}

test_needs() {
    need 'command -v Xvfb >/dev/null 2>&1' xvfb xorg-x11-server-Xvfb xorg-server-xvfb
    need 'command -v xdotool >/dev/null 2>&1' xdotool xdotool xdotool
    need 'command -v import >/dev/null 2>&1' imagemagick ImageMagick imagemagick
}

install_lacking() {
    [ -n "$lacking" ] || return 0
    say "installing what this system lacks:$lacking"
    # The lists of names are meant to be split into words.
    # shellcheck disable=SC2086
    case "$manager" in
        apt)
            elevate apt-get update -qq
            elevate env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $lacking
            ;;
        dnf) elevate dnf install -y -q $lacking ;;
        pacman) elevate pacman -S --needed --noconfirm $lacking ;;
    esac
}

# usage: set_up window | tests
set_up() {
    lacking=
    manager=
    if [ "$(uname -s)" = Darwin ]; then
        if ! command -v cc >/dev/null 2>&1; then
            say "installing Apple's command line tools; a dialog opens"
            xcode-select --install || true
            return 1
        fi
    else
        for candidate in apt-get:apt dnf:dnf pacman:pacman; do
            if [ -z "$manager" ] && command -v "${candidate%%:*}" >/dev/null 2>&1; then
                manager=${candidate##*:}
            fi
        done
        if [ -z "$manager" ]; then
            say "no apt, dnf or pacman here: install a C compiler, the Vulkan loader, a Vulkan driver and libxkbcommon-x11 by hand if the build or the start complains"
        else
            window_needs
            [ "$1" = tests ] && test_needs
            install_lacking || say "some packages could not be installed; going on without them"
        fi
    fi
    [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
    if ! command -v cargo >/dev/null 2>&1; then
        if [ "$(uname -s)" = Darwin ] && command -v brew >/dev/null 2>&1; then
            say "installing Rust with brew"
            brew install rust
        elif [ "$manager" = pacman ]; then
            say "installing Rust with pacman"
            elevate pacman -S --needed --noconfirm rust
        else
            say "Rust 1.95 or newer is missing: install it from https://rustup.rs, then run this again"
            return 1
        fi
    fi
}

# Where cargo puts what it builds, whatever the user's configuration says.
target_folder() {
    cargo metadata --format-version 1 --no-deps --manifest-path "$1/Cargo.toml" |
        sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}
