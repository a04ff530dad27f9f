#!/usr/bin/env bash
# Fetches libde265 as Debian has it, with Debian's patches and then our own
# applied, into the folder $1, and says which version it is.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
. "$here/../apt_sources.sh"

# A mirror may have the files of the newest version, and some of them only beside
# an older one: apt checks each, and so they are put together by hand.
for version in $("${apt[@]}" source --print-uris libde265 |
  sed -nE 's/.* libde265_(.*)\.dsc .*/\1/p') '1.0.11-1+deb12u2'; do
  "${apt[@]}" source --download-only "libde265=$version" 2> /dev/null || true
done
patches=$(ls libde265_*.debian.tar.xz | sort -V | tail -1)

rm -rf libde265
mkdir libde265
tar xf libde265_*.orig.tar.gz -C libde265 --strip-components=1
tar xf "$patches" -C libde265
cd libde265
{
  grep '^[^#]' debian/patches/series | sed 's,^,debian/patches/,'
  ls "$here"/patches/*.patch
} | while read -r file; do
  patch --silent --strip=1 < "$file"
done
echo "libde265 $(dpkg-parsechangelog -S Version)"
