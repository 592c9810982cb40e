#!/usr/bin/env bats
# FLAC as a result, held against the programs flac and metaflac.

BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup() {
    command -v flac >/dev/null || skip "flac is not installed"
    cd "$BATS_TEST_TMPDIR" || return 1
    seq 1 1000000 | head -c $((1000 * 2352)) >a.bin
    printf '%s\n' 'CATALOG 4006408123456' 'TITLE "All"' 'PERFORMER "Who"' 'FILE "a.bin" BINARY' 'TRACK 01 AUDIO' \
        'TITLE "One"' 'INDEX 01 00:00:00' 'TRACK 02 AUDIO' 'TITLE "Two"' 'ISRC DEABC0412345' 'INDEX 00 00:05:00' \
        'INDEX 01 00:06:00' 'INDEX 02 00:07:00' >a.cue
}

@test "flac finds the same samples, and its sums are right" {
    "$BIN/disc-convert" --verify --hash sha256 a.cue out.flac >sums
    flac --silent --test --warnings-as-errors 'out (Track 01).flac' 'out (Track 02).flac'
    sha256sum --quiet --check sums
    "$BIN/disc-convert" --quiet a.cue out.wav
    for track in 1 2; do
        flac --silent --decode --stdout "out (Track 0$track).flac" | cmp - "out (Track 0$track).wav"
    done
}

@test "metaflac reads tags and the cue sheet" {
    "$BIN/disc-convert" --quiet --track 2 a.cue two.flac
    metaflac --export-tags-to=- two.flac >tags
    for tag in TITLE=Two ARTIST=Who ALBUM=All TRACKNUMBER=2 TRACKTOTAL=2 ISRC=DEABC0412345 BARCODE=4006408123456; do
        grep -qx "$tag" tags
    done
    metaflac --export-cuesheet-to=- two.flac >sheet
    grep -q 'CATALOG 4006408123456' sheet
    grep -q 'INDEX 02 00:01:00' sheet
}

@test "one goes to stdout, where only the sum of the samples is missing" {
    "$BIN/disc-convert" --quiet --to flac --track 1 a.cue - >one.flac
    flac --silent --decode --stdout one.flac | tail -c +45 | cmp - <(head -c $((450 * 2352)) a.bin)
    run "$BIN/disc-convert" --to flac a.cue -
    [ "$status" -eq 1 ]
    [[ $output == *"stdout takes one file"* ]]
}

@test "what is written can be used in a sheet" {
    "$BIN/disc-convert" --quiet --track 2 a.cue two.flac
    printf '%s\n' 'FILE "two.flac" WAVE' 'TRACK 01 AUDIO' 'INDEX 01 00:00:00' >again.cue
    "$BIN/disc-convert" --quiet again.cue again.wav
    tail -c +45 again.wav | cmp - <(tail -c +$((450 * 2352 + 1)) a.bin)
}
