# Sourced by scripts/package: Debian packages, from being made to being gone again.

check_debian_packages() {
  local packages names name
  need lintian
  need file # cpack asks it which files have dependencies

  step "Make the Debian packages"
  quietly debian cmake --preset release -B "$(build_of debian)" -DCMAKE_INSTALL_PREFIX=/usr \
    -DBUILD_SHARED_LIBS=ON -DOCKAM_DEBIAN_PACKAGES=ON \
    -DOCKAM_BUILD_TESTS=OFF -DOCKAM_BUILD_APPS=OFF -DOCKAM_BUILD_BENCHMARKS=OFF
  quietly debian cmake --build "$(build_of debian)"
  rm -rf "$work/debian/packages"
  # without ccache's umask or locale: what is packed depends on the sources only
  quietly debian env -C "$(build_of debian)" LC_ALL=C.UTF-8 cpack -G DEB -B "$work/debian/packages"
  mapfile -t packages < <(find "$work/debian/packages" -maxdepth 1 -name '*.deb' | sort)
  ((${#packages[@]} == 5)) || die "cpack made ${#packages[@]} packages instead of 5"
  names=()
  for name in "${packages[@]}"; do
    names+=("$(dpkg-deb --field "$name" Package)")
    note "${name##*/}: $(dpkg-deb --field "$name" Depends)"
  done

  step "lintian"
  lintian --fail-on error,warning --allow-root "${packages[@]}" ||
    die "lintian does not accept the packages"
  note "no errors, no warnings"

  use_debian_packages
}

# With `packages` and their `names`: installs, builds and runs the programs, and removes.
use_debian_packages() {
  local name files left=()
  for name in "${names[@]}"; do
    ! dpkg-query --show "$name" >/dev/null 2>&1 ||
      die "$name is installed on this machine; please remove it first"
  done

  step "Install ${names[*]}"
  trap 'as_root apt-get purge -q -y "${names[@]}" >/dev/null 2>&1' EXIT
  quietly debian as_root apt-get install -q -y --no-install-recommends "${packages[@]}"
  mapfile -t files < <(dpkg-query --listfiles "${names[@]}" | grep '^/.*ockam' | sort -u)
  note "${#files[@]} files and directories of its own"

  step "Programs on the Debian packages"
  check_frame_printer debian
  check_own_transport debian
  check_over_websocket debian
  pkg-config --exists ockam-protocol ockam-actors ockam-transports ockam-websocket ||
    die "pkg-config does not find the installed libraries"

  step "Remove ${names[*]}"
  quietly debian as_root apt-get purge -q -y "${names[@]}"
  trap - EXIT
  for name in "${files[@]}"; do
    [[ ! -e $name ]] || left+=("$name")
  done
  ((${#left[@]} == 0)) || die "left behind: ${left[*]}"
  ! ldconfig -p | grep ockam || die "the linker's cache still knows the libraries"
  note "nothing is left"
}

as_root() {
  if ((EUID == 0)); then
    DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo DEBIAN_FRONTEND=noninteractive "$@"
  fi
}
