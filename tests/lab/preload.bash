# SPDX-License-Identifier: GPL-3.0-or-later
# preload: for bats. Runs the programs with drives that are simulated inside the process; see README.
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${BIN:=$lab/../../build/release}"
export LAB_BUILD=${LAB_BUILD:-$(realpath -m "$lab/../../build/lab")}

# Builds the simulator, once for all files of tests that run side by side.
lab_build() {
    mkdir -p "$LAB_BUILD"
    flock "$LAB_BUILD/lock" make -s -C "$lab" BUILD="$LAB_BUILD"
}

# drive N LINE...: /dev/srN is a simulated drive with these lines of configuration.
drive() {
    local n=$1
    shift
    printf '%s\n' "$@" >"drive$n.conf"
    ODSIM=$(printf '%s' "${ODSIM-}" | tr ' ' '\n' | grep -v "^/dev/sr$n=" | tr '\n' ' ')
    export ODSIM="$ODSIM/dev/sr$n=$PWD/drive$n.conf"
}

# on COMMAND...: with the drives. A program with the sanitizers of gcc wants their library first.
on() {
    local sanitizer run=(timeout -s KILL 60 env)
    # In the background the program itself is to be $!, so that it gets the signals.
    [ "$1" != exec ] || { run=(exec env); shift; }
    sanitizer=$(ldd "$(command -v "$1")" 2>/dev/null | awk '/lib[at]san/ { print $3 }')
    "${run[@]}" LD_PRELOAD="${sanitizer:+$sanitizer }$LAB_BUILD/odsim-preload.so" "$@"
}

# not COMMAND...: it fails. (After a bare "!" a test goes on whatever came out.)
not() { ! "$@"; }

# blank N MEDIUM [LINE...]: an empty recordable medium of 4096 sectors in drive N.
blank() {
    local n=$1 medium=$2
    shift 2
    rm -f "medium$n.img" "medium$n.img.odsim"
    drive "$n" "medium $medium" "image medium$n.img" "capacity 4096" "$@"
}

# An ISO image whose file has different bytes in each sector.
make_iso() { # NAME SECTORS-OF-CONTENT [OPTION OF genisoimage]...
    local name=$1 sectors=$2
    shift 2
    rm -rf tree
    mkdir tree
    awk -v n="$sectors" 'BEGIN { for (i = 0; i < n; i++) printf "%-2047d\n", i }' >tree/content
    genisoimage -quiet -R -no-pad "$@" -o "$name" tree
}
