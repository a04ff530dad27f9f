#!/usr/bin/env bash
# Builds the engine's module from Debian's packages, on Debian 12, as root:
#
#   engine/build.sh <folder>   leaves engine.wasm and versions.txt there
#
# The same versions give the same bytes, wherever the folders are.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
folder=$(mkdir -p "$1" && realpath "$1")

if ! command -v emcc > /dev/null || ! command -v dpkg-source > /dev/null; then
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
    --no-install-recommends emscripten dpkg-dev > /dev/null
fi
[ -f "$folder/versions.txt" ] || {
  rm -rf "$folder/sources"
  mkdir -p "$folder/sources"
  "$here/sources.sh" "$folder/sources" > "$folder/versions.part"
  echo "emscripten $(dpkg-query -W -f '${Version}' emscripten)" \
    >> "$folder/versions.part"
  mv "$folder/versions.part" "$folder/versions.txt"
}

cd "$folder/sources"
objects=$folder/objects
rm -rf "$objects"
mkdir -p "$objects"

# No -ffast-math: weights and curves are the same wherever it is built. No -flto:
# the functions it makes are so large that V8 takes more time and memory for its
# second look at them than they save. See "What was tried" in README.md.
flags=(-O3 -msimd128 -DNDEBUG -fno-exceptions
  -ffile-prefix-map="$folder=." -ffile-prefix-map="$here=engine")
jpeg=(-I"$here/config" -Ilibjpeg-turbo)
# What libraries take for a PC, they give registers of 64 bits and loads that
# need no alignment: wasm has both, and no name that they know.
pc=(-D__x86_64__ -D__ILP32__)

# Compiles the files on its input with the flags in its arguments.
compile() {
  local prefix=$1
  shift
  xargs -P "${JOBS:-2}" -I{} sh -c '
    file=$1 prefix=$2
    shift 2
    exec emcc -c "$file" -o "'"$objects"'/$prefix-$(basename "$file" .c).o" "$@"
  ' sh {} "$prefix" "${flags[@]}" "$@"
}

# libjpeg-turbo: all of the library but what reads files, prints and transcodes.
for name in jcapimin jcapistd jccoefct jccolor jcdctmgr jchuff jcinit jcmainct \
  jcmarker jcmaster jcomapi jcparam jcphuff jcprepct jcsample jdapimin \
  jdapistd jdcoefct jdcolor jddctmgr jdhuff jdicc jdinput jdmainct jdmarker \
  jdmaster jdmerge jdphuff jdpostct jdsample jfdctint jidctint jidctred \
  jfdctfst jfdctflt jidctfst jidctflt jquant1 jquant2 jutils jmemmgr \
  jmemnobs; do
  echo "libjpeg-turbo/$name.c"
done | compile jpeg "${jpeg[@]}" "${pc[@]}" -w
echo libjpeg-turbo/jsimd_none.c |
  compile jpeg "${jpeg[@]}" -include "$here/src/jpeg_simd.h" -w

# libwebp: what it has for SSE2 and SSE4.1 becomes SIMD of wasm. Which of it is
# used says webp_cpu.c.
webp=(-Ilibwebp -Ilibwebp/src -msse2 -msse4.1 "${pc[@]}" -w)
find libwebp/src/{dec,dsp,utils} libwebp/sharpyuv -name '*.c' ! -name cpu.c \
  ! -name '*neon*' ! -name '*mips*' ! -name '*msa*' | sort |
  compile webp "${webp[@]}"
# Its encoders inline what they say they want inlined, for the same reason.
find libwebp/src/enc -name '*.c' | sort |
  compile webp "${webp[@]}" -fno-inline-functions

# libspng: its filters are written for SSE.
echo libspng/spng/spng.c |
  compile spng -Izlib -msse4.1 "${pc[@]}" -DSPNG_SSE=4 -w

for name in adler32 compress crc32 deflate inffast inftrees trees uncompr \
  zutil; do
  echo "zlib/$name.c"
done | compile zlib -w
echo zlib/inflate.c |
  compile zlib -Dinflate_table=counted_inflate_table -w

# lcms2: all but what is for printers (CGATS, PostScript), perception and gamuts.
# -Os takes 22 kB off what is downloaded, and is as fast.
for name in cmsalpha cmscnvrt cmserr cmsgamma cmsgmt cmshalf cmsintrp cmsio0 \
  cmsio1 cmslut cmsmd5 cmsmtrx cmsnamed cmsopt cmspack cmspcs cmsplugin \
  cmssamp cmstypes cmsvirt cmswtpnt cmsxform; do
  echo "lcms2/src/$name.c"
done | compile lcms -Ilcms2/include -include "$here/src/lcms.h" -Os -w

find "$here/src" -name '*.c' | sort |
  compile engine -Wall -Wextra -Werror "${jpeg[@]}" -Ilcms2/include \
    -Ilibspng/spng -Izlib -Ilibwebp -Ilibwebp/src

# The limit of memory is HEAP_MOST in heap.h.
emcc "${flags[@]}" "$objects"/*.o -o "$folder/engine.wasm" --no-entry \
  -s STANDALONE_WASM=1 -s FILESYSTEM=0 -s ALLOW_MEMORY_GROWTH=1 \
  -s INITIAL_MEMORY=2097152 -s MAXIMUM_MEMORY=100663296 \
  -s TOTAL_STACK=262144 -s WARN_ON_UNDEFINED_SYMBOLS=0 \
  -s EXPORTED_FUNCTIONS=stackSave,stackRestore
sha256sum "$folder/engine.wasm"
