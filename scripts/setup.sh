#!/bin/sh
# Creates a virtual environment with the locked dependencies and this project.
#
#   sh scripts/setup.sh PYTHON VENV
#
# Debian and Ubuntu ship Python without venv; it is installed if that needs no password.
set -eu

python=$1
venv=$2

fail() {
    echo "setup: $1" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "$python was not found; install Python 3.11 or later, or name yours: make PYTHON=/path/to/python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old; name Python 3.11 or later: make PYTHON=/path/to/python"

make_venv() {
    "$python" -m venv --clear "$venv" >/dev/null 2>&1
}

install_venv_package() {
    command -v apt-get >/dev/null || return 1
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo -n'; fi
    $sudo apt-get update -qq && $sudo apt-get install -y -qq "python$version-venv" >/dev/null
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    make_venv || { install_venv_package && make_venv; } ||
        fail "cannot create a virtual environment; install venv (Debian: apt-get install python3-venv) and try again"
fi

pip() {
    "$venv/bin/python" -m pip --quiet --disable-pip-version-check install "$@"
}

echo "setup: installing the dependencies into $venv, which takes about a minute"
pip --require-hashes -r requirements.lock
pip --editable '.[service,dev]'
