# Sourced by the other scripts: makes .venv in the root of the checkout and installs into it.
# Outside the checkout it installs only, as root, the Debian packages that a test needs.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
VENV=.venv
PYTHON=${PYTHON:-python3}

if [ -t 1 ]; then BOLD=$'\033[1m' PLAIN=$'\033[0m'; else BOLD='' PLAIN=''; fi
say() { printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }
die() { printf '%s\n' "$*" >&2; exit 2; }

# step NAME COMMAND...: run a step; `result` reports its outcome and duration, and fails if any did.
outcomes=() failed=0
step() {
  local name=$1 outcome=passed begin=$SECONDS
  shift
  say "== $name"
  "$@" || { outcome=FAILED failed=1; }
  outcomes+=("$outcome: $name, $((SECONDS - begin)) s")
}
result() {
  say "== result"
  printf '%s\n' "${outcomes[@]}"
  return "$failed"
}

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
  # Already there on later runs, which then need no network for it.
  "$VENV/bin/python" -c 'import sys, pip; v = pip.__version__.split("."); sys.exit((int(v[0]), int(v[1])) < (25, 1))' \
    || "$VENV/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
}

# need_compiler: pip can install cmake, but not a compiler.
need_compiler() {
  command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null \
    || die "this needs a C++20 compiler (on Debian: apt-get install g++)"
}

# find_python VERSION: print the path of that interpreter, found on PATH or in pyenv.
find_python() {
  local path version
  # A shim of pyenv may exist for a version that is not selected.
  if path=$(command -v "python$1") && "$path" -c '' 2>/dev/null; then echo "$path"; return; fi
  command -v pyenv >/dev/null || return 1
  version=$(pyenv versions --bare | grep -x "$1\.[0-9]*" | tail -1)
  [ -n "$version" ] && path=$(pyenv prefix "$version")/bin/python && [ -x "$path" ] && echo "$path"
}

install() { "$VENV/bin/pip" install --quiet --disable-pip-version-check "$@"; }

# install_tuber [PIP-OPTIONS]: build and install client and server, unless that is done already.
install_tuber() {
  local sources log status=0
  sources=$(find VERSION client server -type f ! -name '*.so' ! -path '*/__pycache__/*' -print0 \
    | sort -z | xargs -0 cksum | cksum)
  [ "$(cat "$VENV/installed-sources" 2>/dev/null)" != "$sources $*" ] || return 0
  rm -f "$VENV/installed-sources"
  say "Building and installing client and server into $VENV (about a minute)"
  log=$(mktemp)
  TUBER_DEMO=1 "$VENV/bin/pip" install --verbose --disable-pip-version-check "$@" ./client './server[orjson]' \
    2>&1 | tee "$log" | show_progress || status=1
  if [ "$status" = 0 ]; then echo "$sources $*" >"$VENV/installed-sources"; else cat "$log" >&2; fi
  rm -f "$log"
  return "$status"
}

# show_progress: show how far the compiler is, from the output of ninja, in one line of a terminal.
show_progress() {
  local line
  while IFS= read -r line; do
    if [ -t 1 ] && [[ $line =~ \[([0-9]+)/([0-9]+)\] ]]; then
      printf '\rCompiling: step %s of %s ' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    fi
  done
  if [ -t 1 ]; then echo; fi
}

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
