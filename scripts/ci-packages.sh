#!/bin/sh
# Installs the Debian packages that tests need beside Python's, where they are missing.
#
#   sh scripts/ci-packages.sh
#
# Needs root or sudo without a password.
set -eu

packages='
chromium
prometheus
redis-server
'

missing=''
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "ci-packages: installing$missing"
if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo -n'; fi
$sudo apt-get update -qq
# shellcheck disable=SC2086  # words, not one
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
