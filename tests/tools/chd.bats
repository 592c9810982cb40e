#!/usr/bin/env bats
# CHD images through the programs, against chdman: what one writes the other reads, and the other way round.

bats_require_minimum_version 1.5.0
BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

# It can hang on what it does not like.
chdman() { timeout 30 "$(type -P chdman)" "$@" >chdman.log 2>&1 || { cat chdman.log; return 1; }; }

setup_file() {
    command -v chdman >/dev/null || skip "the Debian package mame-tools is not installed"
    command -v genisoimage >/dev/null || skip "the Debian package genisoimage is not installed"
    export MADE=$BATS_FILE_TMPDIR
    cd "$MADE" || return 1
    mkdir -p tree/sub
    seq 1 60000 >tree/sub/numbers.txt
    genisoimage -quiet -R -J -V BASE -o a.iso tree
    perl "$BATS_TEST_DIRNAME/../demo/raw.pl" <a.iso >mixed.bin
    sectors=$(($(stat -c %s mixed.bin) / 2352))
    # sound: two tones, which is what FLAC is for
    perl -e 'binmode STDOUT; print pack "s<*", map { int(9000 * sin($_ / 17) + 4000 * sin($_ / 5)) } 1 .. 400 * 1176' \
        >>mixed.bin
    msf() { printf '%02d:%02d:%02d' $(($1 / 75 / 60)) $(($1 / 75 % 60)) $(($1 % 75)); }
    printf '%s\n' 'FILE "mixed.bin" BINARY' '  TRACK 01 MODE1/2352' '    INDEX 01 00:00:00' '  TRACK 02 AUDIO' \
        "    INDEX 00 $(msf $sectors)" "    INDEX 01 $(msf $((sectors + 100)))" '  TRACK 03 AUDIO' \
        "    INDEX 01 $(msf $((sectors + 250)))" >mixed.cue
}

setup() {
    [ -n "$MADE" ] || skip "nothing could be made"
    cd "$BATS_TEST_TMPDIR" || return 1
    ln -s "$MADE"/{a.iso,mixed.bin,mixed.cue} .
}

sha1_of() { timeout 30 chdman info -i "$1" | sed -n 's/^SHA1: *//p'; }

@test "what chdman made comes back byte by byte" {
    for codecs in cdlz cdzl cdfl none; do
        chdman createcd -f -i mixed.cue -o theirs.chd -c $codecs
        "$BIN/disc-convert" -f --verify theirs.chd out.cue
        cmp out.bin mixed.bin || { echo "$codecs"; return 1; }
    done
}

@test "chdman verifies what is made here, and takes the same bytes out of it" {
    for codecs in cdlz cdzl cdfl cdlz,cdzl,cdfl; do
        "$BIN/disc-convert" -f --verify --codec $codecs mixed.cue ours.chd
        chdman verify -i ours.chd || { echo "$codecs"; return 1; }
        chdman extractcd -f -i ours.chd -o out.cue -ob out.bin
        cmp out.bin mixed.bin || { echo "$codecs"; return 1; }
    done
}

@test "chdman gives the same disc the same SHA-1" {
    chdman createcd -f -i mixed.cue -o theirs.chd
    "$BIN/disc-convert" mixed.cue ours.chd
    [ -n "$(sha1_of ours.chd)" ]
    [ "$(sha1_of ours.chd)" = "$(sha1_of theirs.chd)" ]
}

@test "chdman verifies every level and size of hunks" {
    for options in --level=fast --level=max --block=2448 --block=78336; do
        "$BIN/disc-convert" -f --verify $options mixed.cue ours.chd
        chdman verify -i ours.chd || { echo "$options"; return 1; }
    done
}

@test "chdman verifies a DVD by every codec that it has, and takes the same bytes out of it" {
    # a Nero image that says what medium it is of
    perl "$BATS_TEST_DIRNAME/nrg.pl" 2 dao 0:2048:41:0:a.iso |
        perl -0777 -pe 's/(MTYP\x00{3}\x04)\x00{3}\x01/$1\x00\x00\x00\x04/' >dvd.nrg
    for codecs in lzma zlib huff flac lzma,zlib,huff,flac; do
        "$BIN/disc-convert" -f --verify --codec $codecs dvd.nrg ours.chd
        chdman verify -i ours.chd || { echo "$codecs"; return 1; }
        chdman extractraw -f -i ours.chd -o out.iso
        cmp out.iso a.iso || { echo "$codecs"; return 1; }
    done
    run "$BIN/disc-inspect" ours.chd
    [[ "$output" == *"medium        dvd"* ]]
}

@test "a GD-ROM goes into a CHD and out of it, here and by chdman" {
    head -c $((20 * 2352)) mixed.bin >track01.bin
    tail -c $((30 * 2352)) mixed.bin >track02.raw
    dd if=mixed.bin of=track03.bin bs=2352 skip=20 count=40 status=none
    printf '%s\n' 3 '1 0 4 2352 track01.bin 0' '2 170 0 2352 track02.raw 0' '3 45000 4 2352 track03.bin 0' >disc.gdi
    "$BIN/disc-convert" --allow-loss disc.gdi ours.chd || [ $? -eq 3 ] # track 3 has headers of another place
    chdman verify -i ours.chd
    chdman createcd -f -i disc.gdi -o theirs.chd
    [ "$(sha1_of ours.chd)" = "$(sha1_of theirs.chd)" ]
    chdman extractcd -f -i ours.chd -o out.gdi
    cmp out02.raw track02.raw
    mkdir back
    "$BIN/disc-convert" --allow-loss ours.chd back/disc.gdi || [ $? -eq 3 ]
    for name in track01.bin track02.raw track03.bin; do
        cmp back/$name $name
    done
}

@test "sessions, flags, ISRC, CATALOG, CD-TEXT and indexes stay in what chdman verifies" {
    printf '%s\n' 'CATALOG 1234567890128' 'TITLE "An album"' 'FILE "mixed.bin" BINARY' 'REM SESSION 01' \
        '  TRACK 01 AUDIO' '    FLAGS DCP PRE' '    ISRC USRC17607839' '    INDEX 01 00:00:00' \
        '    INDEX 02 00:01:00' 'REM SESSION 02' '  TRACK 02 AUDIO' '    TITLE "Second"' \
        '    INDEX 01 00:02:00' >labels.cue
    "$BIN/disc-convert" --verify labels.cue ours.chd
    chdman verify -i ours.chd
    "$BIN/disc-convert" ours.chd out.cue
    for words in 'CATALOG 1234567890128' 'FLAGS DCP PRE' 'ISRC USRC17607839' 'INDEX 02 00:01:00' 'REM SESSION 02' \
        'TITLE "An album"' 'TITLE "Second"'; do
        grep -F "$words" out.cue || { cat out.cue; return 1; }
    done
    cmp out.bin mixed.bin
}

@test "64 MiB of zeros, of which almost all is one run in the map" {
    truncate -s 64M zeros.bin
    chdman createraw -f -i zeros.bin -o zeros.chd -us 2048 -hs 4096
    [ "$(stat -c %s zeros.chd)" -lt 1000 ]
    run "$BIN/disc-inspect" zeros.chd
    [ "$status" -eq 0 ]
    [[ "$output" == *"32768"* ]]
}

@test "a damaged hunk is named, and the rest is there" {
    "$BIN/disc-convert" mixed.cue ours.chd
    printf '\x5a\xa5\x5a' | dd of=ours.chd bs=1 seek=$(($(stat -c %s ours.chd) / 2)) conv=notrunc status=none
    run "$BIN/disc-convert" ours.chd out.cue
    [ "$status" -eq 3 ]
    [[ "$output" == *"hunk "*", LBA "*" is damaged: "* ]]
    [ "$(stat -c %s out.bin)" -eq "$(stat -Lc %s mixed.bin)" ]
}

@test "a later chdman verifies zstd and DVDs" {
    # which Debian's does not know; of the npm package @emmercm/chdman-linux-x64, for who has it
    newer=${CHDMAN_NEWER:-}
    [ -n "$newer" ] || skip "CHDMAN_NEWER names no such chdman"
    perl "$BATS_TEST_DIRNAME/nrg.pl" 2 dao 0:2048:41:0:a.iso |
        perl -0777 -pe 's/(MTYP\x00{3}\x04)\x00{3}\x01/$1\x00\x00\x00\x04/' >dvd.nrg
    "$BIN/disc-convert" --codec cdzs,cdfl mixed.cue cd.chd
    "$BIN/disc-convert" --codec zstd dvd.nrg dvd.chd
    timeout 30 "$newer" verify -i cd.chd
    timeout 30 "$newer" verify -i dvd.chd
    timeout 30 "$newer" extractdvd -f -i dvd.chd -o out.iso
    cmp out.iso a.iso
    timeout 30 "$newer" createdvd -f -i a.iso -o theirs.chd
    "$BIN/disc-convert" -f theirs.chd out.iso
    cmp out.iso a.iso
}
