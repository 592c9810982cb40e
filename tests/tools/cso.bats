#!/usr/bin/env bats
# Compressed ISOs: written and read, there and back, and what maxcso says of them.

bats_require_minimum_version 1.5.0
BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup_file() {
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    export MADE=$BATS_FILE_TMPDIR
    cd "$MADE" || return 1
    mkdir -p tree
    seq 1 60000 >tree/numbers.txt
    head -c 100000 /dev/urandom >tree/noise
    genisoimage -quiet -R -V PACKED -o a.iso tree
    perl "$BATS_TEST_DIRNAME/../demo/raw.pl" <a.iso >r.bin
    head -c $((300 * 2352)) /dev/zero | tr '\0' 'a' >p.bin
}

setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

@test "an ISO comes back from each kind and level as it was" {
    for to in a.cso a.zso; do
        for options in "" "--level fast" "--level max" "--block 16384"; do
            rm -f "$to" back.iso
            # shellcheck disable=SC2086
            "$BIN"/disc-convert --verify $options "$MADE/a.iso" "$to"
            "$BIN"/disc-convert "$to" back.iso
            cmp back.iso "$MADE/a.iso"
            [ "$(stat -c %s "$to")" -lt "$(stat -c %s "$MADE/a.iso")" ]
        done
    done
    "$BIN"/disc-convert --verify --codec deflate,lz4 "$MADE/a.iso" two.cso
    "$BIN"/disc-convert two.cso two.iso
    cmp two.iso "$MADE/a.iso"
    [ "$(od -An -tu1 -j20 -N1 two.cso)" -eq 2 ]
}

@test "files are read out of what is packed" {
    "$BIN"/disc-convert "$MADE/a.iso" a.cso
    "$BIN"/disc-inspect --json a.cso | jq -e '.format == "cso" and .volumes[0].label == "PACKED"'
    "$BIN"/disc-extract -C out a.cso
    cmp out/numbers.txt "$MADE/tree/numbers.txt"
    cmp out/noise "$MADE/tree/noise"
}

@test "sums are those of the file that stands there in the end" {
    "$BIN"/disc-convert --hash sha256,md5 "$MADE/a.iso" a.cso >sums
    sha256sum -c <(sed -n 's/^SHA256 (\(.*\)) = \(.*\)/\2  \1/p' sums)
    md5sum -c <(sed -n 's/^MD5 (\(.*\)) = \(.*\)/\2  \1/p' sums)
}

@test "from raw sectors the user data is packed, and what is no data is refused as for an ISO" {
    cp "$MADE/r.bin" "$MADE/p.bin" .
    printf 'FILE "r.bin" BINARY\n TRACK 01 MODE1/2352\n  INDEX 01 00:00:00\n' >r.cue
    "$BIN"/disc-convert --verify r.cue r.zso
    "$BIN"/disc-convert r.zso r.iso
    cmp r.iso "$MADE/a.iso"
    printf 'FILE "p.bin" BINARY\n TRACK 01 AUDIO\n  INDEX 01 00:00:00\n' >p.cue
    run ! "$BIN"/disc-convert p.cue p.cso
    [[ $output == *"p.cue has no data track"* ]]
    [ ! -e p.cso ]
}

@test "options that a target has no use for, stdout and odd blocks are refused, and nothing stays behind" {
    run ! "$BIN"/disc-convert --level max "$MADE/a.iso" b.iso
    [[ $output == *"--level, --codec and --block are for what is packed"* ]]
    run ! "$BIN"/disc-convert --block 1000 "$MADE/a.iso" b.cso
    [[ $output == *"--block 1000: a power of two"* ]]
    run ! "$BIN"/disc-convert --codec lzma "$MADE/a.iso" b.cso
    [[ $output == *"'lzma' is none of this format"* ]]
    run ! "$BIN"/disc-convert --to cso "$MADE/a.iso" -
    [[ $output == *"stdout"* ]]
    [ -z "$(ls)" ]
}

@test "an ISO whose size is no multiple of 2048 keeps all its bytes" {
    cp "$MADE/a.iso" odd.iso
    printf 'abc' >>odd.iso
    "$BIN"/disc-convert --verify odd.iso odd.cso
    "$BIN"/disc-convert odd.cso back.iso
    cmp back.iso odd.iso
}

@test "a cut file and a byte that is wrong are told by their sectors, with exit status 3" {
    "$BIN"/disc-convert "$MADE/a.iso" a.cso
    head -c $(($(stat -c %s a.cso) / 2)) a.cso >cut.cso
    run -3 "$BIN"/disc-convert cut.cso cut.iso
    [[ $output == *"blocks lie where none can be"* && $output == *"could not be read"* ]]
    offset=$(($(od -An -tu4 -j$((24 + 4 * 100)) -N4 a.cso)))
    cp a.cso flipped.cso
    printf '\377\377\377\377' | dd of=flipped.cso bs=1 seek=$offset conv=notrunc status=none
    run -3 "$BIN"/disc-convert flipped.cso flipped.iso
    [[ $output == *"LBA 100: could not be read"* || $output == *"LBA 100 "* ]]
    run -0 "$BIN"/disc-inspect --verbose a.cso
    [[ $output == *"no checksums"* ]]
}

@test "an .iso.zst is read in place here, and by zstd as any other file" {
    command -v zstd >/dev/null || skip "zstd is not installed"
    for options in "" "--level fast" "--block 8192"; do
        # shellcheck disable=SC2086
        "$BIN"/disc-convert --force --verify $options "$MADE/a.iso" a.iso.zst
        zstd -dcq a.iso.zst | cmp - "$MADE/a.iso"
        "$BIN"/disc-convert --force a.iso.zst back.iso
        cmp back.iso "$MADE/a.iso"
    done
    run -0 "$BIN"/disc-inspect --verbose a.iso.zst
    [[ $output == *"read in place by its index"* && $output != *"temporary file"* ]]
    "$BIN"/disc-convert --to zst --block 8192 "$MADE/a.iso" - | cmp - a.iso.zst
    run ! "$BIN"/disc-convert --block 1000 "$MADE/a.iso" b.zst
    [[ $output == *"a multiple of 2048"* ]]
}

@test "images packed by gzip, xz, zstd and bzip2 are opened" {
    for program in gzip xz zstd bzip2; do
        command -v $program >/dev/null || continue
        $program -c <"$MADE/a.iso" >a.packed
        run --separate-stderr -0 "$BIN"/disc-inspect --json a.packed
        [[ $stderr == *"packed by $program"*"temporary file"* ]]
        jq -e '.format == "iso" and .volumes[0].label == "PACKED"' <<<"$output"
        head -c 60000 a.packed >cut.packed
        run "$BIN"/disc-inspect cut.packed
        [ "$status" -eq 3 ] || [ "$status" -eq 1 ] # one block of bzip2 is all or nothing
        [[ $output == *"$program data end too early"* ]]
    done
}

@test "maxcso reads what is written here, and what it writes is read" {
    command -v maxcso >/dev/null || skip "maxcso is not installed"
    for to in cso zso; do
        "$BIN"/disc-convert "$MADE/a.iso" ours.$to
        maxcso --quiet --decompress ours.$to -o back.iso
        cmp back.iso "$MADE/a.iso"
        rm back.iso
    done
    for kind in cso1 cso2 zso dax; do
        maxcso --quiet --format=$kind "$MADE/a.iso" -o theirs.$kind
        "$BIN"/disc-convert theirs.$kind $kind.iso
        cmp $kind.iso "$MADE/a.iso"
    done
}
