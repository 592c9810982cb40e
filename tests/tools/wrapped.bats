#!/usr/bin/env bats
# Images that programs wrapped which are gone: made from their layouts by wrapped.py, read here and, where there is
# one, by another program.

BIN=$(realpath "${BIN:-build/release}")
here=$BATS_TEST_DIRNAME

setup_file() {
    command -v genisoimage >/dev/null || skip "the Debian package genisoimage is not installed"
    (
        cd "$BATS_FILE_TMPDIR" || return 1
        mkdir -p tree/sub/dir
        echo "hello world" >tree/hello.txt
        seq 1 5000 >tree/sub/dir/numbers.txt
        head -c 150000 "$BIN/disc-ls" >tree/program
        head -c 100000 "$BIN/disc-inspect" | gzip -9 >tree/packed.gz
        genisoimage -quiet -R -J -V BASE -o a.iso tree
    )
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
    rm -f out* x.*
}

wrap() { python3 "$here/wrapped.py" "$1" a.iso "${@:2}"; }

# Turns the image into an ISO and compares it with the one that went in.
gives_the_iso() {
    run "$BIN/disc-convert" --quiet "$1" out.iso
    [ "$status" -eq 0 ] || { echo "$*: $output"; return 1; }
    cmp out.iso a.iso || { echo "$*"; return 1; }
    rm out.iso
}

# Its exit status says nothing: it is not 0 after a success either.
daa2iso_agrees() {
    command -v daa2iso >/dev/null || return 0
    daa2iso "$1" out-other.iso </dev/null >out.log || true
    cmp out-other.iso a.iso || { cat out.log; return 1; }
    rm out-other.iso
}

@test "DAA and GBI of every kind give the ISO, and daa2iso agrees" {
    while read -r options; do
        wrap daa x.daa $options
        gives_the_iso x.daa || { echo "$options"; return 1; }
        daa2iso_agrees x.daa || { echo "$options"; return 1; }
        rm -f x.* out*
    done <<END
version=0x100
version=0x100 chunk=0x10000
version=0x110
version=0x110 permutation=1
version=0x110 permutation=2
version=0x110 permutation=3
version=0x110 packed=lzma
version=0x110 packed=lzma filtered=1
version=0x110 packed=plain
version=0x110 packed=mixed flags=0x20000
version=0x110 packed=mixed flags=0x8000000
version=0x110 packed=mixed flags=0x8020000 permutation=3
version=0x110 gbi=1 permutation=1
version=0x110 gbi=1 packed=mixed flags=0x8020000 permutation=1
END
}

@test "DAA in several parts gives the ISO, and daa2iso agrees" {
    wrap daa x.part01.daa packed=mixed parts=4
    wrap daa x.daa version=0x100 parts=3 names=d00
    for image in x.part01.daa x.daa; do
        gives_the_iso $image
        daa2iso_agrees $image
    done
}

@test "a missing part of a DAA is named, and what is there is listed" {
    wrap daa x.part01.daa packed=mixed parts=3
    rm x.part03.daa
    run "$BIN/disc-ls" x.part01.daa
    [ "$status" -eq 3 ] || [ "$status" -eq 0 ]
    [[ $output == *hello.txt* ]]
    run "$BIN/disc-inspect" x.part01.daa
    [ "$status" -eq 3 ]
    [[ $output == *"x.part03.daa"* ]]
    run "$BIN/disc-convert" x.part01.daa out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"x.part03.daa"* ]]
    [ ! -e out.iso ]
    run "$BIN/disc-inspect" x.part02.daa
    [ "$status" -eq 1 ]
    [[ $output == *"open the first one"* ]]
}

@test "DMG of every kind of block gives the ISO, and 7z agrees" {
    while read -r options; do
        wrap dmg x.dmg $options
        gives_the_iso x.dmg || { echo "$options"; return 1; }
        if command -v 7z >/dev/null && [[ $options != *tables* ]]; then
            7z e -tdmg -so x.dmg >out-other.iso 2>out.log || { echo "$options"; cat out.log; return 1; }
            cmp out-other.iso a.iso || { echo "7z: $options"; return 1; }
        fi
        rm -f x.* out*
    done <<END
packed=plain
packed=zlib
packed=bzip2
packed=xz
packed=adc chunk=0x10000
packed=mixed chunk=0x8000
packed=mixed chunk=0x8000 tables=5
END
}

@test "DMG in segments gives the ISO, and a missing one is named" {
    wrap dmg x.dmg packed=mixed chunk=0x8000 segments=3
    gives_the_iso x.dmg
    run "$BIN/disc-inspect" x.002.dmgpart
    [ "$status" -eq 1 ]
    [[ $output == *"segment 2 of 3: open the first one"* ]]
    rm x.003.dmgpart
    run "$BIN/disc-inspect" x.dmg
    [ "$status" -eq 3 ]
    [[ $output == *"x.003.dmgpart"* && $output == *"LBA"* ]]
    run "$BIN/disc-ls" x.dmg
    [[ $output == *hello.txt* ]]
    run "$BIN/disc-convert" x.dmg out.iso
    [ "$status" -eq 1 ]
    [ ! -e out.iso ]
}

@test "what is less than a sector of 2048 bytes goes along into the ISO" {
    cp a.iso longer.img
    printf '%0512d' 0 >>longer.img
    python3 "$here/wrapped.py" dmg longer.img x.dmg
    "$BIN/disc-convert" --quiet --verify x.dmg out.iso
    cmp out.iso longer.img
}

# wit fills WBFS and CISO up to the length of a disc, so that only what went in is compared.
@test "GCZ, WBFS and CISO as wit writes them give the disc" {
    command -v wit >/dev/null || skip "the Debian package wit is not installed"
    wrap gamecube x.disc
    for kind in gcz wbfs ciso; do
        wit copy --raw --$kind x.disc x.$kind >out.log 2>&1 || { cat out.log; return 1; }
        "$BIN/disc-convert" --quiet --to iso x.$kind - 2>out.log | head -c "$(stat -c %s x.disc)" | cmp - x.disc ||
            { cat out.log; return 1; }
        run "$BIN/disc-inspect" --json x.$kind
        [[ $output == *"\"format\": \"$kind\""* ]]
    done
}
