#!/usr/bin/env bats
# disc-inspect as a user runs it, on images that other programs make.

BIN=$(realpath "${BIN:-build/release}")
HERE=$(realpath "$(dirname "$BATS_TEST_FILENAME")")

need() {
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

setup() {
    [ -x "$BIN/disc-inspect" ]
    cd "$BATS_TEST_TMPDIR" || return 1
}

make_iso() {
    need genisoimage isoinfo
    mkdir tree
    seq 1 20000 >tree/numbers.txt
    echo short >tree/short.txt
    genisoimage -quiet -R -J -V 'A LABEL' -o disc.iso "$@" tree
    sectors=$(($(stat -c %s disc.iso) / 2048))
}

volume_sectors() { isoinfo -d -i "$1" | sed -n 's/^Volume size is: //p'; }

@test "a whole image: what isoinfo says, and exact" {
    make_iso -sysid SYSTEM -publisher PUBLISHER -p PREPARER -A APPLICATION -volset SET -copyright short.txt
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 0 ]
    [[ $output == *"ISO 9660 with Rock Ridge"* && $output == *"Joliet level 3"* ]]
    [[ $output == *"A LABEL"* && $output == *SYSTEM* && $output == *PUBLISHER* && $output == *PREPARER* ]]
    [[ $output == *APPLICATION* && $output == *"volume set"*SET* && $output == *"copyright     short.txt"* ]]
    [[ $output == *"$(volume_sectors disc.iso) blocks of 2048 bytes"* ]]
    [[ $output == *"exact: the track ends with its volume"* ]]
}

@test "--json has the same, for programs" {
    need jq
    make_iso
    "$BIN/disc-inspect" --json disc.iso >report
    [ "$(jq -c '[.format, .medium, .sessions[0].nr]' report)" = '["iso","unknown",1]' ]
    [ "$(jq -c '.sessions[0].tracks' report)" = "$(jq -cn --argjson n "$sectors" '[{nr: 1, mode: "mode1", lba: 0,
        msf: "00:02:00", count: $n, pregap: 0, postgap: 0, stored: 2048, flags: [], indexes: [], isrc: null,
        missing: false}]')" ]
    [ "$(jq -c '[.volumes[] | [.kind, .label, .track, .blocks, .base]]' report)" = \
        "[[\"iso9660\",\"A LABEL\",1,$sectors,0],[\"joliet\",\"A LABEL\",1,$sectors,0]]" ]
    [ "$(jq -c '[.sizes[0].verdict, .sizes[0].differ_bytes, .container_size]' report)" = \
        "[\"exact\",0,$((sectors * 2048))]" ]
    [ "$(jq -r '.volumes[0].created' report | cut -c 1-10)" = "$(isoinfo -d -i disc.iso >/dev/null && date -u +%F)" ]
}

@test "cut among the files: truncated by how much, the first missing LBA, exit 3" {
    make_iso
    truncate -s $((40 * 2048)) disc.iso
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"truncated: the end of the volume is missing, $((sectors - 40)) sectors, $(((sectors - 40) * 2048)) bytes"* ]]
    [[ $output == *"LBA 40 is the first that is missing"* && $output == *numbers.txt* ]]
}

@test "the last half sector missing: the bytes are told exactly" {
    make_iso -no-pad
    truncate -s -1000 disc.iso
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"truncated"*"1 sectors, 1000 bytes"* ]]
}

@test "only padding missing is told apart" {
    make_iso
    truncate -s $(((sectors - 120) * 2048)) disc.iso
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"only padding is missing at the end, 120 sectors, $((120 * 2048)) bytes"* ]]
    [[ $output != *truncated* ]]
}

@test "sectors behind the volume are padding: exact figures, exit 0" {
    make_iso
    truncate -s +$((77 * 2048)) disc.iso
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 0 ]
    [[ $output == *"padded: the track goes on behind its volume for 77 sectors, $((77 * 2048)) bytes"* ]]
}

@test "a file beyond the end is told by name, though the volume is whole" {
    need python3
    make_iso
    python3 - <<'PY'
import struct
with open("disc.iso", "r+b") as f:
    at = f.read().index(b"NUMBERS.TXT") - 33
    f.seek(at + 2)
    f.write(struct.pack("<I", 9000) + struct.pack(">I", 9000))
PY
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *numbers.txt* && $output == *9000* ]]
}

@test "wrong sectors of a raw image: each run by LBA, exit 3; --fast does not look" {
    need perl jq
    make_iso
    perl "$HERE/../demo/raw.pl" <disc.iso >disc.bin
    run "$BIN/disc-inspect" disc.bin
    [ "$status" -eq 0 ]
    [[ $output == *"$sectors sectors checked, 0 damaged"* ]]
    for lba in 60 61 100; do
        printf 'X' | dd of=disc.bin bs=1 seek=$((lba * 2352 + 700)) conv=notrunc status=none
    done
    run "$BIN/disc-inspect" disc.bin
    [ "$status" -eq 3 ]
    [[ $output == *"3 damaged"*"LBA 60 to 61"*"LBA 100"* ]]
    [ "$("$BIN/disc-inspect" --json disc.bin 2>/dev/null | jq -c '[.bad_sectors[] | [.lba, .count]]')" = '[[60,2],[100,1]]' ]
    run "$BIN/disc-inspect" --fast disc.bin
    [ "$status" -eq 0 ]
}

make_sheet() {
    cat >disc.cue <<'END'
CATALOG 1234567890123
TITLE "An Album"
PERFORMER "Somebody"
FILE "disc.bin" BINARY
  TRACK 01 MODE1/2352
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "A Song"
    ISRC ABCDE1234567
    FLAGS DCP PRE
    INDEX 00 00:04:00
    INDEX 01 00:06:00
    INDEX 02 00:07:10
END
}

@test "a sheet: modes, addresses, pregap, indexes, flags, ISRC, MCN and titles" {
    need perl jq
    make_iso
    perl "$HERE/../demo/raw.pl" <disc.iso | head -c $((300 * 2352)) >disc.bin
    truncate -s $((900 * 2352)) disc.bin
    make_sheet
    "$BIN/disc-inspect" --fast --json disc.cue >report || [ $? -eq 3 ]
    [ "$(jq -c '[.format, .medium, .mcn]' report)" = '["cue","cd","1234567890123"]' ]
    [ "$(jq -c '.sessions[0].tracks[1]' report)" = '{"nr":2,"mode":"audio","lba":450,"msf":"00:08:00","count":450,"pregap":150,"postgap":0,"stored":2352,"flags":["pre-emphasis","copy-permitted"],"indexes":[{"nr":2,"lba":535}],"isrc":"ABCDE1234567","missing":false}' ]
    [ "$(jq -c '[.cd_text[] | [.track, .type, .text]] | sort' report)" = \
        '[[0,"performer","Somebody"],[0,"title","An Album"],[2,"title","A Song"]]' ]
    run "$BIN/disc-inspect" --fast disc.cue
    [[ $output == *"MCN           1234567890123"* && $output == *"ISRC          ABCDE1234567"* ]]
    [[ $output == *"INDEX 02      LBA 535"* && $output == *"A Song"* && $output == *"pre-emphasis copy-permitted"* ]]
}

@test "a sheet without its data: the table, the missing file's name, exit 3" {
    make_sheet
    run "$BIN/disc-inspect" disc.cue
    [ "$status" -eq 3 ]
    [[ $output == *"  2  audio "* && $output == *"'disc.bin'"*"is not there"* ]]
    run "$BIN/disc-inspect" --quiet --json disc.cue
    [ "$status" -eq 3 ]
}

@test "boot records" {
    need genisoimage jq
    mkdir tree
    head -c 2048 /dev/zero >tree/boot.img
    genisoimage -quiet -R -b boot.img -no-emul-boot -boot-load-size 4 -o disc.iso tree
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 0 ]
    [[ $output == *"boot record   x86, no emulation, block "*", 4 sectors of 512 bytes to load"* ]]
    [ "$("$BIN/disc-inspect" --json disc.iso | jq -c '.boot[0] | [.platform, .media, .sectors, .bootable]')" = \
        '["x86","no emulation",4,true]' ]
}

@test "a later session whose volume counts its size from its own start is exact" {
    need genisoimage
    mkdir first second
    seq 1 20000 >first/numbers.txt
    echo two >second/two.txt
    genisoimage -quiet -R -J -o first.iso first
    truncate -s $((300 * 2048)) first.iso
    genisoimage -quiet -R -J -C 0,300 -M first.iso -o second.iso second
    run "$BIN/disc-inspect" second.iso # the files of the first session are not here
    [ "$status" -eq 3 ]
    [[ $output == *"block 0 at LBA -300"* ]]
    [[ $output == *"exact: the track ends with its volume"* ]]
}

@test "control characters of a label do not reach the terminal" {
    need genisoimage
    mkdir tree
    genisoimage -quiet -V 'LABEL_X_YZ' -o disc.iso tree
    LC_ALL=C sed -i 's/LABEL_X_YZ/LABEL\x1b[31m/' disc.iso
    run "$BIN/disc-inspect" disc.iso
    [ "$status" -eq 0 ]
    [[ $output == *'LABEL\x1b[31m'* ]]
    [[ $output != *$'\x1b'* ]]
}

@test "what is no image is refused with what was looked for" {
    head -c 100000 /dev/zero | tr '\0' q >file
    run "$BIN/disc-inspect" file
    [ "$status" -eq 1 ]
    [[ $output == *"looked for"* ]]
    run "$BIN/disc-inspect" no-such-file
    [ "$status" -eq 1 ]
    [[ $output == *"no-such-file"*"No such file"* ]]
}
