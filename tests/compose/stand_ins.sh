#!/bin/sh
# Makes stand-ins for the base images from Debian's packages, where no image registry can be reached.
#
#   sh tests/compose/stand_ins.sh FOLDER
#
# As root, with docker, debootstrap, prometheus, prometheus-alertmanager and busybox installed. They lie where
# the real images have them: /bin/prometheus, /bin/alertmanager, wget, user nobody. Certificates that
# this machine trusts (SSL_CERT_FILE, or pip's setting `cert`) are copied in, so that pip and apt work
# in builds. Debian's Alertmanager has no UI, which the real image does.
set -eu

is_there() {
    docker image inspect "stand-in/$1:1" >/dev/null 2>&1
}

if is_there python && is_there prometheus && is_there alertmanager; then exit 0; fi

folder=$1
root=$folder/rootfs
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")

if [ ! -e "$folder/rootfs.done" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$suite" "$root" >"$folder/debootstrap.log"
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    touch "$folder/rootfs.done"
fi

bundle=${SSL_CERT_FILE:-$(python3 -m pip config get global.cert 2>/dev/null || true)}
if [ -n "$bundle" ]; then
    cp "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
    printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$root/etc/pip.conf"
fi
# The proxy settings of this machine's shell, if any, are not those of a container: none is copied.
tar -C "$root" -c . | docker import --change 'CMD ["python3"]' - stand-in/python:1 >/dev/null

mkdir -p "$folder/programs"
cp "$(command -v prometheus)" "$folder/programs/prometheus"
cp "$(command -v prometheus-alertmanager || command -v alertmanager)" "$folder/programs/alertmanager"
cp "$(command -v busybox)" "$(command -v promtool)" "$(command -v amtool)" "$folder/programs/"
# Debian's programs look here for what others have compiled in: pages and templates.
mkdir -p "$folder/programs/share"
cp -R "$(dirname "$(command -v prometheus)")/../share/prometheus/." "$folder/programs/share/"

for program in prometheus alertmanager; do
    docker build -q -t "stand-in/$program:1" -f - "$folder/programs" >/dev/null <<DOCKERFILE
FROM stand-in/python:1
COPY busybox promtool amtool /bin/
COPY share /usr/share/prometheus
RUN ln -s /bin/busybox /bin/wget && install -d -o 65534 -g 65534 /$program /etc/$program
COPY $program /bin/$program
USER nobody
WORKDIR /$program
VOLUME /$program
ENTRYPOINT ["/bin/$program"]
CMD ["--config.file=/etc/$program/$program.yml"]
DOCKERFILE
done
