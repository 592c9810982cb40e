#!/usr/bin/env bats
# ECM through the programs: a disc there and back, found again under every name that it has.

BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup() {
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir tree
    seq 1 100000 >tree/numbers
    genisoimage -quiet -R -o a.iso tree
    "$BIN/disc-convert" --quiet a.iso raw.cue
    seq 1 1000000 | head -c $((300 * 2352)) >>raw.bin
    printf '  TRACK 02 AUDIO\n    INDEX 01 %02d:%02d:%02d\n' $((sectors = $(stat -c %s a.iso) / 2048, sectors / 4500)) \
        $((sectors / 75 % 60)) $((sectors % 75)) >>raw.cue
}

@test "a disc there and back is the same" {
    "$BIN/disc-convert" --verify --quiet raw.cue packed.bin.ecm
    [ "$(stat -c %s packed.bin.ecm)" -lt "$(stat -c %s raw.bin)" ]
    grep -q 'FILE "packed.bin" BINARY' packed.cue
    "$BIN/disc-convert" --quiet packed.bin.ecm one.cue
    cmp one.bin raw.bin
    "$BIN/disc-convert" --quiet packed.cue two.cue
    cmp two.bin raw.bin
    "$BIN/disc-convert" --quiet --track 1 packed.cue out.iso
    cmp out.iso a.iso
}

@test "without its sheet, tracks are told by what they hold" {
    "$BIN/disc-convert" --quiet raw.cue packed.bin.ecm
    rm packed.cue
    run "$BIN/disc-inspect" --json packed.bin.ecm
    jq -e '.format == "ecm" and (.sessions[0].tracks | map(.mode)) == ["mode1", "audio"]' <<<"$output"
    "$BIN/disc-ls" packed.bin.ecm | grep -q numbers
}

@test "a wrong check sum is damage" {
    "$BIN/disc-convert" --quiet raw.cue packed.bin.ecm
    printf 'x' | dd of=packed.bin.ecm bs=1 seek=100000 conv=notrunc status=none
    run "$BIN/disc-ls" packed.bin.ecm
    [ "$status" -eq 3 ]
    [[ $output == *"the check sum at the end of"* ]]
}
