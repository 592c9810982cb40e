#!/usr/bin/env bats
# Images that disc-convert writes, as other programs read them.

bats_require_minimum_version 1.5.0
BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup_file() {
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    export MADE=$BATS_FILE_TMPDIR
    cd "$MADE" || return 1
    mkdir -p tree/sub
    echo "hello world" >tree/hello.txt
    seq 1 20000 >tree/sub/numbers.txt
    genisoimage -quiet -R -J -V BASE -o a.iso tree
    perl "$BATS_TEST_DIRNAME/../demo/raw.pl" <a.iso >r.bin
    seq 1 1000000 | head -c $((300 * 2352)) >p.bin
    cat >music.cue <<'CUE'
CATALOG 1234567890128
TITLE "An album"
PERFORMER "Somebody"
FILE "p.bin" BINARY
  TRACK 01 AUDIO
    TITLE "First"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Second"
    ISRC USRC17607839
    FLAGS DCP
    INDEX 00 00:01:25
    INDEX 01 00:02:00
CUE
    printf '%s\n' 'FILE "r.bin" BINARY' '  TRACK 01 MODE1/2352' '    INDEX 01 00:00:00' \
        'FILE "p.bin" BINARY' '  TRACK 02 AUDIO' '    PREGAP 00:02:00' '    INDEX 01 00:00:00' >mixed.cue
}

setup() {
    [ -n "$MADE" ] || skip "nothing could be made"
    cd "$BATS_TEST_TMPDIR" || return 1
    ln -s "$MADE"/{a.iso,r.bin,p.bin,music.cue,mixed.cue} .
}

need() {
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

convert() { "$BIN/disc-convert" --verify "$@"; }

@test "iat takes the ISO out of a Nero image, of 2048 and of 2352 bytes a sector" {
    need iat
    convert a.iso x.nrg
    convert --sector 2352 a.iso raw.nrg
    [ "$(stat -c %s raw.nrg)" -gt "$(stat -c %s x.nrg)" ]
    for image in x.nrg raw.nrg; do
        rm -f peer.iso
        iat "$image" peer.iso >/dev/null 2>&1
        cmp a.iso peer.iso
    done
}

@test "iat takes the ISO out of an .mdf and of an .img" {
    need iat
    convert r.bin x.mds
    convert r.bin x.ccd
    for image in x.mdf x.img; do
        rm -f peer.iso
        iat "$image" peer.iso >/dev/null 2>&1
        cmp a.iso peer.iso
    done
}

@test "ccd2iso takes the ISO out of an .img" {
    need ccd2iso
    convert a.iso x.ccd
    ccd2iso x.img peer.iso
    cmp a.iso peer.iso
}

@test "isoinfo lists what is in an .mdf of a DVD" {
    need isoinfo
    truncate -s $((460000 * 2048)) large.iso
    dd if=a.iso of=large.iso conv=notrunc status=none
    "$BIN/disc-convert" large.iso x.mds
    cmp large.iso x.mdf
    isoinfo -R -f -i x.mdf | grep -qx /sub/numbers.txt
}

@test "libcdio finds the tracks of a Nero image where they are, with codes and CD-TEXT" {
    need cd-info
    convert music.cue x.nrg
    run cd-info --no-device-info --no-cddb -N x.nrg
    [[ $output == *"1: 00:02:00  000000 audio"* ]]
    [[ $output == *"2: 00:04:00  000150 audio"* ]]
    [[ $output == *"170: 00:06:00  000300 leadout"* ]]
    [[ $output == *"1234567890128"* ]]
}

@test "every format tells the table of a mixed disc as the sheet it was made of" {
    need jq
    table() { "$BIN/disc-inspect" --json "$1" | jq -c '[.sessions[].tracks[] | [.nr, .mode, .lba, .count]]'; }
    expected=$(table mixed.cue)
    for format in nrg mds ccd; do
        convert mixed.cue "x.$format"
        [ "$(table "x.$format")" = "$expected" ]
        convert --track 1 "x.$format" "$format.iso"
        cmp a.iso "$format.iso"
        convert --track 2 "x.$format" "$format.wav"
        tail -c +45 "$format.wav" | cmp - p.bin
    done
}

@test "what a format has no place for is refused with its place, and told where it is allowed" {
    run -1 convert music.cue x.mds
    [[ $output == *"would lose the ISRC of track 2; the media catalog number 1234567890128; the CD-TEXT"* ]]
    [ ! -e x.mds ] && [ ! -e x.mdf ]
    convert --allow-loss music.cue x.mds
    convert music.cue x.ccd
    run -1 convert mixed.cue x.iso
    [[ $output == *"would lose track 2 (audio"* ]]
}

@test "the sums of all files are those that they have" {
    convert --hash sha256 mixed.cue x.ccd | sort >told
    sha256sum --tag x.ccd x.img x.sub | sort >found
    diff told found
}

@test "a name by which the data could not be found again is refused" {
    run -1 convert --to mds a.iso x.mdf
    [[ $output == *"must end in .mds"* ]]
    run -1 convert --to ccd a.iso x.img
    [[ $output == *"must end in .ccd"* ]]
    [ ! -e x.mdf ] && [ ! -e x.img ]
    convert --to nrg a.iso any.name
    convert --to ccd a.iso X.CCD
    [ -e X.img ]
}
