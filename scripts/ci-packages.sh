#!/bin/sh
# Installs the Debian packages that tests need beyond Python's; .ci/run calls it.
set -eu

packages='
busybox
chromium
debootstrap
docker-compose
docker.io
prometheus
prometheus-alertmanager
redis-server
'

missing=''
for package in $packages; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo -n'; fi

# The packages bring programs; their services are not to be started beside ours.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$sudo rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
    $sudo chmod 755 "$policy"
fi

echo "ci-packages: installing$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086  # a word for each package
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
