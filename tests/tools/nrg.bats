#!/usr/bin/env bats
# Nero images through the programs: the right ISO out of every kind, or a refusal that says what to do.

BIN=$(realpath "${BIN:-build/release}")
here=$BATS_TEST_DIRNAME

setup_file() {
    command -v genisoimage >/dev/null || skip "the Debian package genisoimage is not installed"
    (
        cd "$BATS_FILE_TMPDIR" || return 1
        mkdir -p tree/sub/dir
        echo "hello world" >tree/hello.txt
        seq 1 2000 >tree/sub/dir/numbers.txt
        ln -s hello.txt tree/link
        genisoimage -quiet -R -J -V BASE -o a.iso tree
        perl "$here/../demo/raw.pl" <a.iso >r.bin
        perl -e 'binmode STDIN; binmode STDOUT; print $_, "\0" x 96 while read STDIN, $_, 2352' <r.bin >r2448.bin
        form1 <a.iso >r2336.bin
        perl -e 'binmode STDOUT; print pack "v*", map { ($_ * 2654435761 >> 7) & 0xFFFF } 1 .. 300 * 1176' >p.bin
    )
}

# User data as Form 1 sectors without sync and header: subheader twice, data, EDC (of the polynomial D8018001h), no ECC.
form1() {
    perl -e '
        binmode STDIN; binmode STDOUT;
        my @table = map { my $crc = $_; $crc = $crc >> 1 ^ ($crc & 1 ? 0xD8018001 : 0) for 1 .. 8; $crc } 0 .. 255;
        while (read STDIN, my $user, 2048) {
            my ($body, $edc) = ("\0\0\x08\0" x 2 . $user, 0);
            $edc = $edc >> 8 ^ $table[($edc ^ $_) & 255] for unpack "C*", $body;
            print $body, pack("V", $edc), "\0" x 276;
        }'
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
    rm -f out*
}

nrg() { perl "$here/nrg.pl" "$@"; }

# Turns the image into an ISO and compares it with the one that went in.
gives_the_iso() {
    run "$BIN/disc-convert" "$@" out.iso
    [ "$status" -eq 0 ] || { echo "$output"; return 1; }
    cmp out.iso a.iso
}

@test "DAO in every stored size gives the ISO, in both versions" {
    for version in 1 2; do
        for spec in 0:2048:41:150:a.iso 3:2336:41:150:r2336.bin 5:2352:41:150:r.bin 15:2448:41:150:r2448.bin 0:2352:41:150:r.bin 0:2048:41:0:a.iso; do
            nrg $version dao $spec >x.nrg
            gives_the_iso x.nrg || { echo "version $version, $spec"; return 1; }
            rm out.iso
        done
    done
}

@test "TAO with the data at the beginning of the file gives the ISO" {
    for version in 1 2; do
        nrg $version tao 0:2048:41:0:a.iso >x.nrg
        gives_the_iso x.nrg
        rm out.iso
    done
}

@test "iat agrees about every kind of one track" {
    command -v iat >/dev/null || skip "the Debian package iat is not installed"
    for spec in dao,0:2048:41:150:a.iso dao,5:2352:41:150:r.bin dao,15:2448:41:150:r2448.bin tao,0:2048:41:0:a.iso; do
        nrg 2 ${spec%%,*} "${spec#*,}" >x.nrg
        iat -i x.nrg --iso -o out-iat.iso >/dev/null
        gives_the_iso x.nrg
        cmp out.iso out-iat.iso
        rm out*
    done
}

@test "a DVD without a pause gives the ISO, and has no times" {
    nrg 2 dao 0:2048:41:0:a.iso >x.nrg
    # the one byte of MTYP's chunk that says which media they are
    perl -0777 -pi -e 's/MTYP\0\0\0\x04\0\0\0\K\x01/\x08/ or die' x.nrg
    gives_the_iso x.nrg
    run "$BIN/disc-inspect" --json x.nrg
    [ "$status" -eq 0 ]
    [[ $output == *'"medium": "dvd"'* && $output == *'"msf": null'* ]]
    run "$BIN/disc-inspect" x.nrg
    [[ $output == *$'lead-out at LBA 191\n'*" mode1              0         -      191         - "* ]]
}

@test "raw data tracks are data, in 2352 and 2448 bytes" {
    nrg 2 dao 5:2352:41:150:r.bin >x.nrg
    run "$BIN/disc-inspect" --json x.nrg
    [ "$status" -eq 0 ]
    [[ $output == *'"mode": "mode1"'* && $output == *'"stored": 2352'* ]]
    nrg 2 dao 15:2448:41:150:r2448.bin >x.nrg
    run "$BIN/disc-inspect" --json x.nrg
    [[ $output == *'"mode": "mode1"'* && $output == *'"stored": 2448'* ]]
}

@test "the files of a volume behind a stored pause are listed" {
    nrg 2 dao 0:2048:41:150:a.iso >x.nrg
    run "$BIN/disc-ls" -R x.nrg
    [ "$status" -eq 0 ]
    [[ $output == *hello.txt* && $output == *numbers.txt* && $output == *link* ]]
}

@test "audio beside the data refuses, and --track 1 gives the ISO" {
    nrg 2 dao 0:2048:41:150:a.iso 7:2352:01:150:p.bin >x.nrg
    run "$BIN/disc-convert" x.nrg out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"--track 1"* ]]
    [ ! -e out.iso ]
    gives_the_iso --track 1 x.nrg
    run "$BIN/disc-inspect" --json x.nrg
    [[ $output == *'"mode": "audio"'* && $output == *'"lba": 341'* ]]
}

@test "audio alone is no ISO, and its sound comes out whole" {
    nrg 2 dao 7:2352:01:150:p.bin >x.nrg
    run "$BIN/disc-convert" x.nrg out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"this would: disc-convert x.nrg out.wav"*"and this: disc-convert x.nrg out.cue"* ]]
    [ ! -e out.iso ]
    "$BIN/disc-convert" x.nrg out.wav
    cmp <(tail -c +45 out.wav) p.bin
    "$BIN/disc-convert" x.nrg out.cue
    cmp <(tail -c $((300 * 2352)) out.bin) p.bin
}

@test "two sessions: refused without --session, which gives its volume" {
    nrg 2 tao 0:2048:41:0:a.iso / 0:2048:41:150:a.iso >x.nrg
    run "$BIN/disc-inspect" --json x.nrg
    [ "$status" -eq 0 ]
    [[ $output == *'"nr": 2'* && $output == *'"lba": 11591'* ]]
    run "$BIN/disc-convert" x.nrg out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"tracks 1, 2"*"--track or --session chooses it"* && $output == *"this would: disc-convert --"* ]]
    [ ! -e out.iso ]
    gives_the_iso --session 1 x.nrg
    rm out.iso
    gives_the_iso --session 2 x.nrg
}

@test "bytes that only have the name are refused" {
    perl -e 'binmode STDOUT; srand 6; print pack "C*", map { int rand 256 } 1 .. 500000' >x.nrg
    run "$BIN/disc-convert" x.nrg out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"looked for: "*"NRG"*"It has no NER5 or NERO at its end"* ]]
    [ ! -e out.iso ]
}
