#!/bin/sh
# Makes the environment of the Makefile, with the system packages that it needs, in one pass.
#
#   sh resources/setup/prepare.sh VENV PYTHON
#
# On Debian and Ubuntu missing packages are installed at once by root, after one question with
# sudo; otherwise the exact line is printed. Without Python the script fails; without Qt's
# libraries it goes on, because everything but the window works without them.
set -u
venv=$1
asked_python=$2
here=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps ldconfig, outside the path of users

say() { echo "mvit-lens: $*" >&2; }

recent_enough() {
  command -v "$1" >/dev/null 2>&1 &&
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# The first Python of 3.11 or newer; a name that the user gave is never replaced by another.
find_python() {
  others=
  [ "$asked_python" = python3 ] && others="python3.14 python3.13 python3.12 python3.11"
  for name in "$asked_python" $others; do
    if recent_enough "$name"; then
      echo "$name"
      return
    fi
  done
}

missing_libraries() {
  known=$(ldconfig -p 2>/dev/null)
  while read -r library package; do
    case $library in
      '' | '#'*) ;;
      fonts) any_font || echo "$package" ;;
      *) case $known in *"$library "*) ;; *) echo "$package" ;; esac ;;
    esac
  done <"$here/debian.txt"
}

any_font() {
  find /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.local/share/fonts" "${HOME:-/}/.fonts" \
    -name '*.[ot]t[fc]' 2>/dev/null | grep -q .
}

missing_python() {
  python=$(find_python)
  if [ -z "$python" ]; then
    # Ubuntu 22.04 has an older python3 and offers 3.11 beside it.
    if command -v python3 >/dev/null 2>&1; then echo python3.11 python3.11-venv
    else echo python3 python3-venv; fi
  elif ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    "$python" -c 'import sys; print("python{}.{}-venv".format(*sys.version_info))'
  fi
}

apt_install() {
  # Another program may hold the lock for a while, above all on a machine that was just made.
  # shellcheck disable=SC2086 # the names are words
  $1 env DEBIAN_FRONTEND=noninteractive sh -c '
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"
  ' sh $packages >/dev/null
}

install() {
  line="apt-get install -y $packages"
  if [ "$(id -u)" = 0 ]; then
    say "installing system packages: $packages"
    apt_install "" && return
    say "that failed; once it works, run: $line"
  elif command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then
    say "these system packages are missing: $packages"
    printf 'Install them with sudo? [Y/n] ' >&2
    read -r answer || answer=n
    case $answer in
      [Nn]*) say "install them later with: sudo $line" ;;
      *) apt_install sudo && return
         say "that failed; once it works, run: sudo $line" ;;
    esac
  else
    say "system packages are missing; as root, run: $line"
  fi
  return 1
}

[ "$asked_python" = python3 ] || recent_enough "$asked_python" || {
  say "PYTHON=$asked_python is no Python of 3.11 or newer; name one with: make PYTHON=python3.11 ..."
  exit 1
}

made() { [ -x "$venv/bin/python" ] && [ -e "$venv/bin/pip" ]; }

if command -v apt-get >/dev/null 2>&1; then
  packages=$({ made || missing_python; missing_libraries; } | tr '\n' ' ')
  packages=${packages% }
  [ -z "$packages" ] || install || say "going on without them"
fi

made && exit 0
python=$(find_python)
[ -n "$python" ] || { say "there is no Python 3.11 or newer; install one, then: make PYTHON=its-name ..."; exit 1; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  say "$python cannot make environments; its package for venv and ensurepip is missing"
  exit 1
}
"$python" -m venv --clear "$venv"
