#!/bin/sh
# Installs the Debian packages that tests need beyond Python's, those that are absent.
#
#   sh scripts/ci-packages.sh
#
# Without root and apt-get it does nothing: the tests then say SKIPPED: and why.
set -eu

packages='
chromium
'

absent=''
for package in $packages; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || absent="$absent $package"
done

[ -n "$absent" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "ci-packages: cannot install$absent: that needs root and apt-get" >&2
    exit 0
fi
echo "ci-packages: installing$absent"
apt-get update -qq
# shellcheck disable=SC2086  # one argument a package
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $absent >/dev/null
