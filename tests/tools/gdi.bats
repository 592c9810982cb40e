#!/usr/bin/env bats
# GD-ROMs through the programs, and through chdman where that is installed.

bats_require_minimum_version 1.5.0
BIN=$(realpath "${BIN:-build/release}")
here=$BATS_TEST_DIRNAME

setup_file() {
    command -v genisoimage >/dev/null || skip "the Debian package genisoimage is not installed"
    (
        cd "$BATS_FILE_TMPDIR" || return 1
        mkdir -p tree/sub made
        echo "hello world" >tree/hello.txt
        genisoimage -quiet -V LOW -o low.iso tree
        genisoimage -quiet -V HIGH -C 0,45000 -o high.iso tree
        perl "$here/../demo/raw.pl" <low.iso >made/track01.bin
        perl -e 'binmode STDOUT; print pack "v*", map { ($_ * 2654435761 >> 7) & 0xFFFF } 1 .. 30 * 1176' \
            >made/track02.raw
        cp high.iso made/track03.bin
        low=$(($(stat -c %s low.iso) / 2048))
        printf '3\n1 0 4 2352 track01.bin 0\n2 %d 0 2352 track02.raw 0\n3 45000 4 2048 track03.bin 0\n' \
            $((low + 150)) >made/disc.gdi
    )
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
    rm -rf out* && mkdir out
}

@test "both areas are listed, and the second one's files are read from where the disc has them" {
    run -0 "$BIN/disc-inspect" --json made/disc.gdi
    [ "$(jq -c '[.sessions[].tracks[] | .lba]' <<<"$output")" = "[0,$(sed -n 's/^2 \([0-9]*\).*/\1/p' made/disc.gdi),45000]" ]
    [ "$(jq -r '.volumes[] | select(.track == 3) | .label' <<<"$output")" = HIGH ]
    run -0 "$BIN/disc-extract" -C out made/disc.gdi
    cmp tree/hello.txt out/hello.txt || cmp tree/hello.txt out/HELLO.TXT
}

@test "a sheet that is written has the same tracks" {
    run -0 "$BIN/disc-convert" --verify made/disc.gdi out/out.cue
    run -0 "$BIN/disc-convert" --verify out/out.cue out/out.gdi
    cmp made/track01.bin out/track01.bin
    cmp made/track02.raw out/track02.raw
    [ "$(sed -n 's/^3 \([0-9]* [0-9]*\).*/\1/p' out/out.gdi)" = "45000 4" ]
}

@test "chdman takes a sheet that is written, and gives back its files" {
    command -v chdman >/dev/null || skip "chdman (Debian package mame-tools) is not installed"
    "$BIN/disc-convert" --quiet made/disc.gdi out/out.gdi
    chdman createcd -i out/out.gdi -o out/out.chd >/dev/null
    mkdir out/back
    chdman extractcd -i out/out.chd -o out/back/disc.gdi >/dev/null
    sed 's/"//g; s/disc0/track0/' out/back/disc.gdi | tr -d '\r' | sed 's/ *$//' | diff -b - out/out.gdi
    for track in 01.bin 02.raw 03.bin; do
        cmp out/track$track out/back/disc$track
    done
}

@test "chdman takes a CUE sheet of both areas, a file a track" {
    command -v chdman >/dev/null || skip "chdman (Debian package mame-tools) is not installed"
    "$BIN/disc-convert" --quiet --split --verify made/disc.gdi out/out.cue
    chdman createcd -i out/out.cue -o out/out.chd >/dev/null
    mkdir out/back
    chdman extractcd -i out/out.chd -o out/back/disc.gdi >/dev/null
    cmp out/back/disc01.bin "out/out (Track 1).bin"
    cmp out/back/disc02.raw "out/out (Track 2).bin"
    cmp out/back/disc03.bin "out/out (Track 3).bin"
    [ "$(awk 'NF > 1 && $1 == 3 { print $2 }' out/back/disc.gdi)" = 45000 ]
}
