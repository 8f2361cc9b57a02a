# Sourced by the other scripts: makes .venv in the root of the checkout and installs into it.
# Outside the checkout it installs only, as root, the Debian packages that a test needs.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
VENV=.venv
PYTHON=${PYTHON:-python3}

if [ -t 1 ]; then BOLD=$'\033[1m' PLAIN=$'\033[0m'; else BOLD='' PLAIN=''; fi
say() { printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }
die() { printf '%s\n' "$*" >&2; exit 2; }

# make_venv: .venv with a current pip (dependency groups need pip 25.1).
make_venv() {
  command -v "$PYTHON" >/dev/null || die "this needs Python 3.10 or later as '$PYTHON' (set PYTHON to name another)"
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
    || die "this needs Python 3.10 or later; '$PYTHON' is $("$PYTHON" --version)"
  local made wanted
  wanted=$("$PYTHON" -c 'import sys; print(*sys.version_info[:2], sep=".")')
  if [ -x "$VENV/bin/python" ]; then
    made=$("$VENV/bin/python" -c 'import sys; print(*sys.version_info[:2], sep=".")')
    [ "$made" = "$wanted" ] || die "$VENV was made with Python $made, not $wanted: remove it first"
  fi
  [ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV" \
    || die "could not make a virtual environment (on Debian: apt-get install python3-venv)"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
}

# need_compiler: pip can install cmake, but not a compiler.
need_compiler() {
  command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null \
    || die "this needs a C++20 compiler (on Debian: apt-get install g++)"
}

install() { "$VENV/bin/pip" install --quiet --disable-pip-version-check "$@"; }

# need_debian COMMAND-OR-HEADER PACKAGE: install a Debian package if root, otherwise fail.
need_debian() {
  if command -v "$1" >/dev/null || [ -e "/usr/sbin/$1" ] || [ -e "/usr/include/$1" ]; then return 0; fi
  install_debian "$2" "$1"
}

# install_debian PACKAGE NEEDED-PART
install_debian() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing the Debian package $1"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null
  else
    die "the tests need '$2'; install it with: sudo apt-get install $1"
  fi
}
