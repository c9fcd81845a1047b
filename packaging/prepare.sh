# Sourced by ./run and ./test. `prepare run` (or test, bench, installed) brings what is missing into .venv and,
# as root on a Debian-like system, installs missing system packages. Does nothing, in a few milliseconds, when all is there.

# Debian package = file or command that shows it is there. The libraries stand in resources/system-libraries.txt.
run_packages='fonts-dejavu-core=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'
test_packages='xvfb=Xvfb openbox=openbox xdotool=xdotool x11-utils=xprop x11-xserver-utils=xrandr tint2=tint2
  dbus-daemon=dbus-daemon dbus-bin=dbus-send gnome-keyring=gnome-keyring-daemon libglib2.0-bin=gsettings
  x11-xkb-utils=setxkbmap xclip=xclip weston=weston libxcb-xtest0=libxcb-xtest.so.0
  gsettings-desktop-schemas=/usr/share/glib-2.0/schemas/org.gnome.system.proxy.gschema.xml
  zsh=zsh fish=fish mandoc=mandoc desktop-file-utils=desktop-file-validate appstream=appstreamcli binutils=objdump
  fonts-noto-color-emoji=/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
  fonts-noto-core=/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf
  fonts-noto-cjk=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'
bench_packages='flameshot=flameshot'
installed_packages='debootstrap=debootstrap lintian=lintian'

say() { printf 'kireji: %s\n' "$*" >&2; }

missing_packages() {
  local entry sign
  for entry in "$@"; do
    sign=${entry#*=}
    case $sign in
      /*) [[ -e $sign ]] ;;
      lib*.so.*) compgen -G "/usr/lib/*/$sign" >/dev/null || compgen -G "/lib/*/$sign" >/dev/null ;;
      *) command -v "$sign" >/dev/null ;;
    esac || printf '%s ' "${entry%%=*}"
  done
}

library_packages() {
  local library debian
  while read -r library _ debian _; do
    case $library in lib*) printf '%s=%s ' "${debian%%|*}" "$library" ;; esac
  done <resources/system-libraries.txt
}

install_packages() {
  say "installing system packages (once): $*"
  apt-get -qq update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

system_packages() {
  local kind=$1 missing
  command -v apt-get >/dev/null || return 0 # other systems: the README names what is needed
  # shellcheck disable=SC2086 # the lists are split into words on purpose
  missing=$(missing_packages $(library_packages) $run_packages $([[ $kind != run ]] && printf '%s' "$test_packages") \
    $([[ $kind == bench ]] && printf '%s' "$bench_packages") \
    $([[ $kind == installed ]] && printf '%s' "$installed_packages"))
  [[ -n $missing ]] || return 0
  if [[ ${EUID} == 0 ]]; then
    # shellcheck disable=SC2086
    install_packages $missing || say "these could not be installed: $missing"
  elif [[ ! -e .venv/$kind.lock ]]; then
    say "windows and tests need system packages; install them with: sudo apt-get install $missing"
  fi
}

find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      printf '%s' "$name"
      return
    fi
  done
}

make_environment() {
  local python
  if .venv/bin/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then return; fi
  python=$(find_python)
  if [[ -n $uv ]]; then
    "$uv" venv --quiet --clear --python "${python:->=3.11,<3.14}" .venv
    return
  fi
  [[ -n $python ]] || { say "Python 3.11, 3.12 or 3.13 is needed and was not found. Install it, or uv, and start again."; exit 1; }
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then # Debian ships this apart
    if [[ ${EUID} == 0 ]] && command -v apt-get >/dev/null; then
      install_packages "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    else
      say "Python's venv module is missing; install it with: sudo apt-get install python3-venv"
      exit 1
    fi
  fi
  "$python" -m venv --clear .venv
}

install_locked() {
  local lock=requirements.lock
  if [[ $1 == run ]]; then # the part above the line that begins the development tools
    lock=.venv/runtime.txt
    sed '/^# Development/,$d' requirements.lock >"$lock"
  fi
  if [[ -n $uv ]]; then
    "$uv" pip install --quiet --python .venv/bin/python --require-hashes --only-binary :all: -r "$lock"
  else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
  fi
}

# The package is found through one line relative to site-packages: nothing to build, nothing that can be stale, and the
# folder may be moved.
link_package() {
  local folder
  for folder in .venv/lib/python3.*/site-packages; do
    printf '../../../../app\n' >"$folder/kireji-checkout.pth"
  done
}

# Real servers of tools in JavaScript, for the tests; which ones, and their hashes, stands in tests/data/node.
install_node_servers() {
  cmp -s tests/data/node/package-lock.json .venv/node/installed.json && return
  mkdir -p .venv/node
  cp tests/data/node/package.json tests/data/node/package-lock.json .venv/node/
  if .venv/bin/npm --prefix .venv/node ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then
    cp tests/data/node/package-lock.json .venv/node/installed.json
  else
    say "the servers in tests/data/node could not be installed; tests with them are left out"
  fi
}

prepare() {
  local kind=$1 uv=''
  system_packages "$kind"
  [[ $kind == run ]] || kind=test # what else is needed are programs; the environment is the tests'
  if [[ -x .venv/bin/python ]]; then
    cmp -s requirements.lock ".venv/$kind.lock" && { [[ $kind == run ]] || install_node_servers; return; }
    [[ $kind == run ]] && cmp -s requirements.lock .venv/test.lock && return
  fi
  uv --version >/dev/null 2>&1 && uv=uv
  say "preparing .venv (once; a few hundred MB)"
  make_environment
  install_locked "$kind"
  link_package
  rm -f ".venv/$kind.lock"
  cp requirements.lock ".venv/$kind.lock"
  [[ $kind == run ]] || install_node_servers
}
