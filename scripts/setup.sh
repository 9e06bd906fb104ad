# Sourced by scripts/demo and scripts/test: what a fresh Debian 12 lacks, and a configured build folder. Quick when nothing is missing.
# Nothing is downloaded but Debian packages (and, for the tests, the pinned peers of scripts/peers.txt from PyPI).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '\033[2m==\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

packages=(clang-19 lld-19 libclang-rt-19-dev cmake ninja-build ccache
  libboost1.81-dev libfmt-dev doctest-dev nlohmann-json3-dev libcli11-dev libbenchmark-dev
  g++ python3 python3-venv git ca-certificates pkg-config dpkg-dev
  wasi-libc libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32)

install_packages() {
  command -v dpkg-query >/dev/null || die "this is not Debian: install ${packages[*]} by hand, then set WCOMP_NO_APT=1"
  local missing=() p
  for p in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  [ -z "${WCOMP_NO_APT:-}" ] || die "missing packages: ${missing[*]} (WCOMP_NO_APT is set, so nothing was installed)"
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "missing packages: ${missing[*]}; install them as root: apt-get install ${missing[*]}"
    sudo="sudo"
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  local log attempt
  log=$(mktemp)
  for attempt in 1 2; do
    if { $sudo apt-get update -q -o DPkg::Lock::Timeout=300 &&
         $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
      rm -f "$log"
      return 0
    fi
    [ "$attempt" = 2 ] || say "apt-get failed, trying once more"
  done
  tail -n 15 "$log" >&2
  die "could not install ${missing[*]} (the end of apt-get's output is above)"
}

# configure FOLDER [CMAKE ARGUMENTS..]: once; later runs leave it to ninja
configure() {
  local folder=$1
  shift
  [ -f "$folder/build.ninja" ] && return 0
  say "configuring $folder"
  cmake -S . -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_C_COMPILER=clang-19 "$@" >"$folder.log" 2>&1 || {
    tail -n 20 "$folder.log" >&2
    die "cmake could not configure $folder (log: $folder.log)"
  }
}

# build FOLDER [TARGETS..]
build() {
  local folder=$1
  shift
  say "building $folder"
  ninja -C "$folder" --quiet "$@" >"$folder.log" 2>&1 </dev/null || {
    tail -n 60 "$folder.log" >&2
    die "the build in $folder failed (log: $folder.log)"
  }
}
