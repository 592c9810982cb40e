#!/usr/bin/env bats
# disc-burn, on recorders that are simulated inside the process: what a kernel adds is tested in tests/lab/check-drive.

load ../lab/preload

setup_file() {
    lab_build
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    make_iso disc.iso 400
    size=$(stat -c %s disc.iso)
}

burn() { run on "$BIN/disc-burn" "$@"; }

# The disc in drive 0 begins with the image, as a plain read sees it.
same_on_disc() { on cmp -n "$(stat -c %s "$1")" /dev/sr0 "$1"; }

@test "an ISO goes to every kind of medium, and reads back the same" {
    for medium in cd-r cd-rw dvd-r dvd-rw dvd-ram dvd+rw dvd+r bd-r bd-re; do
        blank 0 $medium
        burn --verify --json disc.iso /dev/sr0
        [ "$status" -eq 0 ]
        [ "$(jq -r '"\(.verified) \(.sectors)"' <<<"$output")" = "true $((size / 2048))" ]
        same_on_disc disc.iso
    done
}

@test "a name that is no UTF-8 is in the JSON with its odd bytes told" {
    cp disc.iso $'caf\xe9.iso'
    burn --json $'caf\xe9.iso' stdio:out.iso
    [ "$status" -eq 0 ]
    [ "$(jq -r .image <<<"$output")" = 'caf\xe9.iso' ]
}

@test "the data of a .nrg and of a raw .bin and .cue is burned" {
    command -v python3 >/dev/null || skip "python3 is not installed"
    python3 "$lab/make-nrg" disc.iso disc.nrg
    blank 0 cd-r
    burn --verify disc.nrg /dev/sr0
    [ "$status" -eq 0 ]
    same_on_disc disc.iso
    # What lies on the simulated CD are raw sectors, with all their check bytes.
    head -c $((size / 2048 * 2352)) medium0.img >disc.bin
    printf 'FILE "disc.bin" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n' >disc.cue
    blank 0 dvd+r
    burn --verify disc.cue /dev/sr0
    [ "$status" -eq 0 ]
    same_on_disc disc.iso
}

# The raw sectors of the image, as a simulated CD has them with all their check bytes.
make_raw() { # NAME
    blank 1 cd-r
    on "$BIN/disc-burn" --quiet disc.iso /dev/sr1
    head -c $((size / 2048 * 2352)) medium1.img >"$1"
}

@test "the data of a .mds and of a .ccd is burned" {
    command -v python3 >/dev/null || skip "python3 is not installed"
    local sectors=$((size / 2048)) end
    make_raw raw.img
    python3 "$lab/make-mds" raw.img disc.mds
    end=$((sectors + 150))
    {
        printf '[CloneCD]\nVersion=3\n[Disc]\nTocEntries=4\nSessions=1\n[Session 1]\nPreGapMode=1\n'
        printf '[Entry %d]\nSession=1\nPoint=%s\nADR=0x01\nControl=0x04\nPMin=%d\nPSec=%d\nPFrame=%d\nPLBA=%d\n' \
            0 0xa0 1 0 0 4350 1 0xa1 1 0 0 4350 2 0xa2 $((end / 4500)) $((end / 75 % 60)) $((end % 75)) "$sectors" \
            3 0x01 0 2 0 0
        printf '[TRACK 1]\nMODE=1\nINDEX 1=0\n'
    } >raw.ccd
    for image in disc.mds raw.ccd; do
        blank 0 dvd+r
        burn --verify --json $image /dev/sr0
        [ "$status" -eq 0 ]
        [ "$(jq -r '"\(.verified) \(.sectors)"' <<<"$output")" = "true $sectors" ]
        same_on_disc disc.iso
    done
}

@test "damaged sectors of the image are told before they are burned" {
    blank 0 cd-r
    burn disc.iso /dev/sr0
    head -c $((size / 2048 * 2352)) medium0.img >disc.bin
    printf 'X' | dd of=disc.bin bs=1 seek=$((20 * 2352 + 100)) conv=notrunc status=none
    printf 'FILE "disc.bin" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n' >disc.cue
    blank 0 dvd+r
    burn disc.cue /dev/sr0
    [ "$status" -eq 3 ]
    [[ "$output" == *"LBA 20"* ]]
    on cmp -n $((20 * 2048)) /dev/sr0 disc.iso
}

@test "what was burned rips to the same image" {
    blank 0 cd-r
    burn disc.iso /dev/sr0
    run on "$BIN/disc-rip" /dev/sr0 back.iso
    [ "$status" -eq 0 ]
    cmp back.iso disc.iso
}

@test "a medium too small is refused before it is touched" {
    for medium in cd-r dvd-r dvd+r dvd+rw bd-r bd-re; do
        blank 0 $medium
        sed -i 's/capacity 4096/capacity 320/' drive0.conf
        ODSIM_TRACE=1 burn disc.iso /dev/sr0
        [ "$status" -eq 1 ]
        [[ $output == *"has room for 320: $((size / 2048 - 320)) too few"* ]]
        not grep -E '^odsim /dev/sr0 (2a|aa|04|a1|5d|53) ' <<<"$output"
    done
}

@test "a disc that is not blank is refused before it is touched" {
    for medium in cd-r dvd-r dvd+r bd-r; do
        blank 0 $medium
        burn disc.iso /dev/sr0
        ODSIM_TRACE=1 burn --force disc.iso /dev/sr0
        [ "$status" -eq 1 ]
        [[ $output == *"is not blank, and cannot be blanked"* ]]
        not grep -E '^odsim /dev/sr0 (2a|aa|04|a1|5d|53) ' <<<"$output"
    done
    drive 0 "medium dvd-rom" "image disc.iso"
    burn --force disc.iso /dev/sr0
    [ "$status" -eq 1 ]
}

@test "media that can be overwritten are read, since they always look blank" {
    for medium in dvd+rw dvd-ram bd-re; do
        blank 0 $medium
        burn disc.iso /dev/sr0
        make_iso other.iso 300 -V OTHER
        burn other.iso /dev/sr0
        [ "$status" -eq 1 ]
        [[ $output == *"is not blank; --force overwrites it"* ]]
        same_on_disc disc.iso
        burn --force --verify other.iso /dev/sr0
        [ "$status" -eq 0 ]
        same_on_disc other.iso
    done
}

@test "a single byte that is not zero is something on the medium" {
    blank 0 dvd+rw
    burn disc.iso /dev/sr0
    truncate -s 0 medium0.img
    truncate -s $((4096 * 2048)) medium0.img
    burn disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    truncate -s 0 medium0.img
    truncate -s $((4096 * 2048)) medium0.img
    printf x | dd of=medium0.img bs=1 seek=$((31 * 2048 + 77)) conv=notrunc 2>/dev/null
    burn disc.iso /dev/sr0
    [[ $status -eq 1 && $output == *"is not blank"* ]]
}

@test "CD-RW and DVD-RW are blanked with --force only" {
    for medium in cd-rw dvd-rw; do
        blank 0 $medium
        burn disc.iso /dev/sr0
        make_iso other.iso 300 -V OTHER
        burn other.iso /dev/sr0
        [ "$status" -eq 1 ]
        [[ $output == *"is not blank; --force blanks it first"* ]]
        same_on_disc disc.iso
        burn --force --verify other.iso /dev/sr0
        [ "$status" -eq 0 ]
        same_on_disc other.iso
    done
}

@test "an unformatted BD-RE is formatted" {
    blank 0 bd-re
    ODSIM_TRACE=1 burn --verify disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    [ "$(grep -c '^odsim /dev/sr0 04 ' <<<"$output")" -eq 1 ]
    same_on_disc disc.iso
}

@test "the first error is told with its place and sense, and ends the burn at once" {
    for medium in cd-r dvd+r bd-r dvd+rw; do
        blank 0 $medium "fault write 100"
        ODSIM_TRACE=1 burn disc.iso /dev/sr0
        [ "$status" -eq 1 ]
        [[ $output == *"burning failed: SCSI error on write(96,"*"): [3 0C 00]"* ]]
        # Without a stop the rest of the image, some 20 writes of 16 sectors, would follow.
        [ "$(sed '1,/3\/0c\/00/d' <<<"$output" | grep -cE '^odsim /dev/sr0 (2a|aa) ')" -le 8 ]
    done
}

@test "a medium that goes away while it is written ends in a failure" {
    blank 0 cd-r "fault gone 100"
    burn --verify disc.iso /dev/sr0
    [ "$status" -eq 1 ]
    [[ $output == *"burning failed"*"Medium not present"* ]]
}

@test "an empty drive is said to be so" {
    drive 0 "medium none"
    burn disc.iso /dev/sr0
    [[ $status -eq 1 && $output == *"there is no disc in /dev/sr0"* ]]
}

@test "DVD+R is not announced its size; a DVD-R whose drive refuses that is written without" {
    blank 0 dvd+r "fault refuse 83"
    ODSIM_TRACE=1 burn --verify disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    not grep '^odsim /dev/sr0 53 ' <<<"$output"
    blank 0 dvd-r "fault refuse 83"
    burn --verify disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    [[ $output == *"the drive does not announce sizes: written without"* ]]
    same_on_disc disc.iso
}

@test "a CD track is filled up to 300 sectors, and compared as long as the image" {
    make_iso small.iso 20
    blank 0 cd-r
    burn --verify small.iso /dev/sr0
    [ "$status" -eq 0 ]
    [[ $output == *"a CD track has at least 300 sectors"* ]]
    run on "$BIN/disc-rip" /dev/sr0 back.iso
    cmp -n "$(stat -c %s small.iso)" back.iso small.iso
    [ "$(stat -c %s back.iso)" -eq $((300 * 2048)) ]
}

@test "no other drive than the one that is named is touched" {
    blank 0 dvd+r
    drive 1 "medium none"
    blank 2 cd-r
    ODSIM_TRACE=1 burn --verify disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    grep -q '^odsim /dev/sr0 2a ' <<<"$output"
    not grep '^odsim /dev/sr[12] ' <<<"$output"
}

@test "a drive that another program holds is tried for two seconds, then said to be busy" {
    blank 0 dvd+r "fault claimed 1000"
    burn disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    same_on_disc disc.iso
    blank 0 dvd+r "fault claimed 30000"
    ODSIM_TRACE=1 burn disc.iso /dev/sr0
    [ "$status" -eq 1 ]
    [[ $output == *"/dev/sr0 is busy: it is mounted, or another program holds it"* ]]
    not grep '^odsim /dev/sr0 2a ' <<<"$output"
}

@test "a simulation leaves the medium blank, and is refused where it cannot be" {
    blank 0 cd-r
    burn --simulate disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    burn --verify disc.iso /dev/sr0
    [ "$status" -eq 0 ]
    blank 0 dvd+r
    burn --simulate disc.iso /dev/sr0
    [ "$status" -eq 1 ]
    [[ $output == *"simulation"* ]]
}

@test "--verify finds what differs" {
    blank 0 dvd+rw "fault bad 100"
    burn --verify disc.iso /dev/sr0
    [ "$status" -eq 1 ]
    [[ $output == *"LBA 100 cannot be read"* ]]
}

@test "a file in place of a drive has exactly the written length" {
    head -c 3000000 /dev/urandom >long
    burn --verify disc.iso stdio:out.iso
    [ "$status" -eq 0 ]
    cmp out.iso disc.iso
    truncate -s 5000000 zeros
    burn disc.iso stdio:zeros
    [ "$status" -eq 0 ]
    cmp zeros disc.iso
    burn disc.iso stdio:long
    [ "$status" -eq 1 ]
    [[ $output == *"long is not blank; --force replaces it"* ]]
    [ "$(stat -c %s long)" -eq 3000000 ]
    burn --force disc.iso stdio:long
    [ "$status" -eq 0 ]
    cmp long disc.iso
    [ -z "$(find . -name 'long.*' -o -name 'out.iso.*' -o -name 'zeros.*')" ]
}

@test "a file is synced once, and under its temporary name" {
    command -v strace >/dev/null || skip "strace is not installed"
    strace -f -e trace=fsync,fdatasync,rename,renameat,renameat2 -o calls "$BIN/disc-burn" disc.iso stdio:out.iso || skip "strace does not work here"
    [ "$(grep -cE 'f(data)?sync\(' calls)" -eq 1 ]
    [ "$(grep -n 'sync(' calls | cut -d: -f1)" -lt "$(grep -n 'rename' calls | head -1 | cut -d: -f1)" ]
}

@test "a file is not begun where there is no room for it" {
    mkdir small
    run unshare -rm sh -c "mount -t tmpfs -o size=256k none small && '$BIN/disc-burn' disc.iso stdio:small/out.iso; echo \$?; ls small"
    [[ $output != *unshare:* && $output != *mount:* ]] || skip "no file system of its own here"
    [[ $output == *"the image has $((size / 2048)) sectors, where small/out.iso is to be there is room for 128"* ]]
    [ "${lines[-1]}" = 1 ]
}

@test "an image that breaks off leaves no file" {
    head -c $((2352 * 300)) /dev/zero >half.bin
    printf 'FILE "half.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n' >audio.cue
    burn audio.cue stdio:out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"holds audio only"* ]]
    burn disc.iso stdio:no-such-folder/out.iso
    [ "$status" -eq 1 ]
    [ -z "$(ls out.iso* 2>/dev/null)" ]
}

@test "what is neither a recorder nor a file is refused" {
    drive 0 "medium none"
    burn disc.iso out.iso
    [[ $status -eq 1 && $output == *"out.iso is no optical drive; stdio:out.iso would write to a file"* ]]
    burn disc.iso stdio:/dev/sr0
    [[ $status -eq 1 && $output == *"/dev/sr0 is an optical drive and no file"* ]]
    burn --force disc.iso stdio:/dev/null
    [[ $status -eq 1 && $output == *"/dev/null is no file"* ]]
    local device
    device=$(find /dev -maxdepth 1 -type b ! -name 'sr*' | head -n 1)
    if [ -n "$device" ]; then
        burn --force disc.iso "$device"
        [[ $status -eq 1 && $output == *"a block device and no optical drive"* ]]
        burn --force disc.iso "stdio:$device"
        [ "$status" -eq 1 ]
    fi
    burn disc.iso
    [ "$status" -eq 2 ]
}

@test "Ctrl-C ends a burn as a signal does" {
    make_iso big.iso 3000
    blank 0 dvd+r "latency 1500"
    on exec "$BIN/disc-burn" big.iso /dev/sr0 2>said & pid=$!
    sleep 1
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" && status=0 || status=$?
    [ "$status" -eq 143 ]
}

@test "--list shows recorders and media" {
    blank 0 dvd+rw
    run on "$BIN/disc-burn" --list
    [[ $status -eq 0 && $output == "/dev/sr0 "*"DVD+RW"* ]]
}
