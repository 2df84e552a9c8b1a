/** `run.sh` of a bundle: plain POSIX shell, which finds or makes an unpacked Node and hands over to it. */

import { BUNDLE_FILES, type BundleFacts } from './facts.ts';

/** Beside what the shell can do itself it calls mkdir, chmod and mv, and xz, which the bundle brings. */
export function runScript({ id, platform, glibc }: Pick<BundleFacts, 'id' | 'platform' | 'glibc'>): string {
  return `#!/bin/sh
# Trains on a machine without network, Node or npm. Flags are those of "t2i train":
#   ./run.sh --max-minutes 60           trains a new run, in the directory "run" beside this file or in --run DIRECTORY
#   ./run.sh --resume DIRECTORY            continues a run from its last checkpoint
# Everything is unpacked once, into "unpacked" beside this file or into the directory that T2I_BUNDLE_CACHE names.

say() { printf '%s\\n' "$*" >&2; }
fail() {
  say "error: $1"
  say "  → $2"
  exit 2
}

PATH="\${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
export PATH
case $0 in */*) here=\${0%/*} ;; *) here=. ;; esac
here=$(CDPATH='' cd -- "\${here:-/}" && pwd) || fail "The directory of $0 cannot be entered." "Check its permissions."
cache=\${T2I_BUNDLE_CACHE:-$here/unpacked}/${id}
node=$cache/node

unxz() {
  if command -v xz >/dev/null 2>&1; then
    xz -dc
  else
    LD_LIBRARY_PATH="$here/${BUNDLE_FILES.tools}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$here/${BUNDLE_FILES.tools}/xz" -dc
  fi
}

unpack_node() {
  say "Unpacking Node into $cache"
  problem=$(mkdir -p "$cache" 2>&1) && [ -w "$cache" ] ||
    fail "Cannot write $cache. $problem" "Choose another directory for what is unpacked: T2I_BUNDLE_CACHE=/tmp/t2i $0"
  temporary=$node.$$.tmp
  trap 'rm -f "$temporary"' EXIT
  trap 'exit 1' HUP INT TERM
  problem=$({ unxz <"$here/${BUNDLE_FILES.node}" >"$temporary"; } 2>&1) && problem=$(chmod 755 "$temporary" 2>&1) ||
    fail "Node cannot be unpacked: $problem" "Make room (200 MB and the data are needed), or copy the bundle again."
  problem=$("$temporary" --version 2>&1) ||
    fail "The Node of this bundle does not run here: $problem" \\
      "It is for ${platform} with glibc ${glibc} or newer and libstdc++, this is $(uname -sm 2>/dev/null); a directory mounted noexec will not do either."
  mv -f "$temporary" "$node" || fail "Cannot write $node." "Check its directory."
  trap - EXIT HUP INT TERM
}

[ -x "$node" ] || unpack_node
exec "$node" "$here/${BUNDLE_FILES.start}" "$cache" "$@"
`;
}
