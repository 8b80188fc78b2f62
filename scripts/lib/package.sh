# Sourced by scripts/package: how the libraries are installed, and the programs of test/package.

# quietly NAME COMMAND...: shows what COMMAND printed only if it fails.
quietly() {
  local log=$work/$1.log
  "${@:2}" >"$log" 2>&1 || { cat "$log"; die "failed: ${*:2}"; }
}

# As deep as build/release and build/asan: so the compiler is called alike, and ccache has the objects.
build_of() {
  echo "$root/build/package-$1"
}

# install_library VARIANT PRESET OPTION...: into build/package/VARIANT/prefix.
install_library() {
  local variant=$1 preset=$2
  mkdir -p "$work"
  step "Install the libraries, $variant"
  quietly "$variant" cmake --preset "$preset" -B "$(build_of "$variant")" \
    -DCMAKE_INSTALL_PREFIX="$work/$variant/prefix" \
    -DOCKAM_BUILD_TESTS=OFF -DOCKAM_BUILD_APPS=OFF -DOCKAM_BUILD_BENCHMARKS=OFF "${@:3}"
  quietly "$variant" cmake --build "$(build_of "$variant")"
  rm -rf "$work/$variant/prefix"
  quietly "$variant" cmake --install "$(build_of "$variant")"
}

# build_consumer VARIANT NAME OPTION...: a program of test/package, against that installation.
build_consumer() {
  build_program "$1" "test/package/$2" "$2" "${@:3}"
}

# build_program VARIANT FOLDER NAME OPTION...
build_program() {
  local variant=$1 folder=$2 name=$3 build
  build=$work/$variant/consumers/$name
  mkdir -p "$build"
  quietly "$variant" cmake -S "$folder" -B "$build" -G Ninja --fresh \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$work/$variant/prefix" \
    "${launcher[@]}" "${@:4}"
  quietly "$variant" cmake --build "$build"
}

# run_consumer VARIANT NAME ARGUMENT...
run_consumer() {
  timeout --kill-after=5 200 "$work/$1/consumers/$2/$2" "${@:3}"
}

# expect WHAT ACTUAL WANTED
expect() {
  [[ $2 == "$3" ]] || die "$1 printed: $2
       instead of: $3"
  note "$1: $2"
}

check_consumers() {
  step "Programs on the $1 libraries"
  check_frame_printer "$1"
  check_own_transport "$1"
  check_stream_transport "$1"
  check_over_websocket "$1"
  check_strict_host "$1"
  check_own_log "$1"
  check_embedding_host "$1"
  check_pkg_config "$1"
}

# The codec is for machines without CAF, so CMake may not find it here.
check_frame_printer() {
  build_consumer "$1" frame_printer -DCMAKE_DISABLE_FIND_PACKAGE_CAF=ON
  ! grep -q '^CAF_CORE_LIBRARY' "$work/$1/consumers/frame_printer/CMakeCache.txt" ||
    die "find_package(OckamCaf COMPONENTS protocol) has looked for CAF"
  expect frame_printer "$(stream | run_consumer "$1" frame_printer --hex)" "$printed_stream"
  ! stream | head -c 30 | run_consumer "$1" frame_printer --hex >/dev/null 2>&1 ||
    die "frame_printer took half a frame for a whole stream"
}
stream() {
  echo '01 00000020 83 8182004665 63686f6572 81820043617070 4d0c48656c6c6f204f636b616d21'
}
printed_stream='frame 1, 32 bytes: onward_route: [0#echoer], return_route: [0#app], payload: 13 bytes'

check_own_transport() {
  build_consumer "$1" own_transport
  expect own_transport "$(run_consumer "$1" own_transport)" 'own_transport received: Hello, packets!'
}

# Runs the installed contract of transports over a stream transport of its own.
check_stream_transport() {
  build_consumer "$1" stream_transport
  if ! python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null; then
    note "stream_transport: not run, the kernel has no Multipath TCP (sysctl net.mptcp.enabled)"
    return
  fi
  local log=$work/$1-stream_transport.log
  run_consumer "$1" stream_transport --gtest_brief=1 >"$log" 2>&1 ||
    die "stream_transport breaks the contract: $(tail -n 30 "$log")"
  note "stream_transport: $(grep -a PASSED "$log")"
}

check_over_websocket() {
  build_consumer "$1" over_websocket
  expect over_websocket "$(run_consumer "$1" over_websocket)" 'Hello, WebSocket!'
}

# Its CMakeLists.txt makes many warnings errors; each compiler has some of its own.
check_strict_host() {
  local compiler
  for compiler in g++ clang++; do
    need "$compiler"
    build_consumer "$1" strict_host -DCMAKE_CXX_COMPILER="$compiler"
    expect "strict_host, by $compiler" "$(run_consumer "$1" strict_host)" 'ATTIC 5 cellar'
  done
}

check_own_log() {
  local line='could not save my state'
  build_consumer "$1" own_log
  expect own_log "$(run_consumer "$1" own_log | grep -c -e '^main returns$' -e "^warning: .*$line")" 2
  expect 'own_log, to stderr' \
    "$(run_consumer "$1" own_log --default 2>&1 >/dev/null | grep -c "\[ockam\] .*$line")" 1
}

check_embedding_host() {
  build_consumer "$1" embedding_host
  run_embedding_host "$1"
}

# The library warns of every message that a stopping node drops: shown only if something fails.
run_embedding_host() {
  local summary log=$work/$1-host.log
  summary=$(run_consumer "$1" embedding_host "$rounds" 2>"$log") ||
    die "embedding_host fails: $(tail -n 30 "$log")"
  note "$summary"
}

# The projects that the pages tell a reader to make: their CMakeLists.txt and sources, no more.
check_pages() {
  step "The projects of the pages, on the $1 libraries"
  local lists name folder
  for lists in docs/programs/*.cmake; do
    name=$(basename "$lists" .cmake)
    [[ -e docs/programs/$name.cpp ]] || continue
    folder=$work/pages/$name
    rm -rf "$folder" && mkdir -p "$folder"
    cp "$lists" "$folder/CMakeLists.txt"
    cp "docs/programs/$name.cpp" "$folder"
    [[ ! -d docs/programs/$name ]] || cp -r "docs/programs/$name" "$folder"
    build_program "$1" "$folder" "$name"
    expect "$name" "$(run_consumer "$1" "$name")" "$(cat "docs/programs/$name.out")"
  done
}

check_sanitized_host() {
  install_library "$1" asan -DBUILD_SHARED_LIBS=OFF
  step "A host on the libraries, $1"
  build_consumer "$1" embedding_host -DSANITIZERS=address,undefined
  ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 run_embedding_host "$1"
}

# The host builds the libraries itself; a user finds its own library, and by it them, in the build folder
# of the host and where the host is installed.
check_fetched_host() {
  step "A host that has the sources as a subdirectory"
  local host=$work/$1/consumers/fetched_host user=test/package/fetched_host/user prefix
  build_consumer "$1" fetched_host -DOCKAM_CAF="$root" -DCMAKE_INSTALL_PREFIX="$host/prefix"
  expect fetched_host "$(run_consumer "$1" fetched_host)" 'Hello from a host!'
  quietly "$1" cmake --install "$host"
  for prefix in "$host/prefix" "$host;$host/_deps/ockam_caf-build"; do
    build_program "$1" "$user" user -DCMAKE_PREFIX_PATH="$prefix"
    expect "user of ${prefix##*/}" "$(run_consumer "$1" user)" 'Hello from a host!'
  done
}

# Without CMake: the flags are all it takes.
check_pkg_config() {
  local prefix=$work/$1/prefix program=$work/$1/consumers/by_pkg_config
  pc "$1" --exists ockam-protocol ockam-actors ockam-transports ockam-websocket ||
    die "pkg-config does not find the libraries"
  [[ $(pc "$1" --libs ockam-protocol) != *-lcaf* ]] || die "ockam-protocol wants CAF: pkg-config says so"
  # shellcheck disable=SC2046 # flags are words
  quietly "$1" g++ -std=c++20 test/package/own_transport/*.cpp -o "$program" \
    $(pc "$1" --cflags --libs ockam-actors) -Wl,-rpath,"$(dirname "$(library "$1")")"
  expect 'own_transport, by pkg-config' "$(timeout 60 "$program")" 'own_transport received: Hello, packets!'
}
pc() {
  PKG_CONFIG_PATH=$(dirname "$(find "$work/$1/prefix" -name ockam-actors.pc)") pkg-config "${@:2}"
}
library() {
  find "$work/$1/prefix" -name 'libockam_actors.*' | head -n 1
}

# Headers of one generation of CAF with a library made with the other: CMake and the compiler notice.
check_mixed_generations() {
  step "CAF of two generations"
  local flags other log=$work/mixed.log stub=$work/static/consumers/other_caf
  flags=$(pc static --cflags ockam-actors)
  [[ $flags =~ OCKAM_CAF_MAJOR=([01]) ]] || die "ockam-actors.pc does not say which CAF it is for"
  other=$((1 - BASH_REMATCH[1]))

  # shellcheck disable=SC2086 # flags are words
  g++ -std=c++20 -fsyntax-only -x c++ - $flags <<<'#include "ockam/actors/detail/caf_compat.hpp"' ||
    die "caf_compat.hpp does not compile with the CAF it is for"
  ! g++ -std=c++20 -fsyntax-only -x c++ - ${flags/OCKAM_CAF_MAJOR=?/OCKAM_CAF_MAJOR=$other} \
    <<<'#include "ockam/actors/detail/caf_compat.hpp"' 2>"$log" ||
    die "headers of CAF $((1 - other)) compile for a library made with CAF $other"
  grep -q 'static assertion failed: the CAF headers are of another generation' "$log" ||
    die "the compiler does not say that the generations differ: $(head -n 3 "$log")"
  note "$(grep -o 'the CAF headers are of another generation.*' "$log" | head -n 1)"

  mkdir -p "$stub"
  printf '%s\n' 'add_library(CAF::core INTERFACE IMPORTED)' "set(CAF_VERSION $other.9.0)" \
    "set(CAF_VERSION_MAJOR $other)" >"$stub/CAFConfig.cmake"
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(mixed CXX)' \
    'find_package(CAF REQUIRED CONFIG)' 'find_package(OckamCaf REQUIRED)' >"$stub/CMakeLists.txt"
  ! cmake -S "$stub" -B "$stub/build" -G Ninja -DCAF_DIR="$stub" \
    -DCMAKE_PREFIX_PATH="$work/static/prefix" >"$log" 2>&1 ||
    die "find_package(OckamCaf) accepts CAF $other.9.0"
  grep -q 'This OckamCaf was built with CAF' "$log" ||
    die "find_package(OckamCaf) fails for another reason: $(grep -A5 Error "$log")"
  note "$(grep -A2 'This OckamCaf was built' "$log" | tr -s '\n ' ' ')"
}

# -- costs -----------------------------------------------------------------------------------------

measure_sizes() {
  step "Size of the tutorial's first program, static libraries, stripped"
  local program=$work/03-routing
  strip -o "$program" "$(build_of static)/apps/03-routing"
  note "03-routing: $(($(stat -c %s "$program") / 1024)) KiB"
}

# Every public header but those for transports of others in one file, against a file with nothing but CAF's typed actors.
measure_compile_time() {
  step "Compile time, median of 5, without optimisation"
  local all=$work/all_headers.cpp caf=$work/only_caf.cpp
  (cd "$work/static/prefix/include" && find ockam -name '*.hpp' -not -path 'ockam/transports/*/*' | sort) |
    sed 's/.*/#include "&"/' >"$all"
  printf '#include <%s>\n' caf/typed_actor.hpp caf/typed_event_based_actor.hpp >"$caf"
  python3 - "$all" "$caf" $(pc static --cflags ockam-transports) <<'PYTHON'
import resource
import statistics
import subprocess
import sys

all_headers, only_caf, *flags = sys.argv[1:]


def cpu_seconds():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def seconds(source):  # of the processor, so that a busy machine changes little
    began = cpu_seconds()
    subprocess.run(["g++", "-std=c++20", *flags, "-c", source, "-o", "/dev/null"], check=True)
    return cpu_seconds() - began


times = {all_headers: [], only_caf: []}
for source in list(times) * 6:  # by turns, so that both meet the same machine
    times[source].append(seconds(source))
ours, theirs = (statistics.median(times[source][1:]) for source in (all_headers, only_caf))
print(f"    all public headers: {ours:.2f} s; CAF's typed actors: {theirs:.2f} s; "
      f"ratio {ours / theirs:.2f} (goal: at most 1.5)")
PYTHON
}
