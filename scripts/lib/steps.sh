# Sourced by the scripts in the folder above: announces steps, installs what is missing, starts at the
# top of the project.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

step() { printf '\n==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# need TOOL: installs the tools of the checks if TOOL is not there.
need() {
  command -v "$1" >/dev/null || scripts/setup .ci/packages.txt
  command -v "$1" >/dev/null || die "$1 is not installed"
}

# our_sources: every C++ file of the project, in git or about to be, ended by NUL.
our_sources() {
  git ls-files -z --cached --others --exclude-standard --deduplicate "$@" -- '*.hpp' '*.cpp' |
    while IFS= read -r -d '' file; do
      [[ ! -e $file ]] || printf '%s\0' "$file"
    done
}
