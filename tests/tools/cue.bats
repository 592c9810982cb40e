#!/usr/bin/env bats
# CUE sheets through the programs: what other converters get wrong, and what other programs read of what is written.

BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup_file() {
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    export MADE=$BATS_FILE_TMPDIR
    cd "$MADE" || return 1
    mkdir -p tree/sub/dir
    echo "hello world" >tree/hello.txt
    seq 1 2000 >tree/sub/dir/numbers.txt
    genisoimage -quiet -R -J -V BASE -o a.iso tree
    # 191 raw sectors, and audio that is not silent
    "$BIN/disc-convert" --quiet a.iso r.cue
    blocks=$(($(stat -c %s a.iso) / 2048))
    echo "$blocks" >blocks
    seq 1 1000000 | head -c $((450 * 2352)) >p450.bin
    head -c $((300 * 2352)) p450.bin >p300.bin
}

setup() {
    [ -n "$MADE" ] || skip "nothing could be made"
    cd "$BATS_TEST_TMPDIR" || return 1
    blocks=$(cat "$MADE/blocks")
}

# The time of a number of sectors.
msf() { printf '%02d:%02d:%02d' $(($1 / 4500)) $(($1 / 75 % 60)) $(($1 % 75)); }

sheet() { printf '%s\n' "$@" >m.cue; }

# mixed FIRST-MODE FIRST-FILE: data and 450 sectors of audio in m.bin, 150 of them a pause.
mixed() {
    cat "$2" "$MADE/p450.bin" >m.bin
    sheet 'FILE "m.bin" BINARY' "TRACK 01 $1" 'INDEX 01 00:00:00' 'TRACK 02 AUDIO' "INDEX 00 $(msf "$blocks")" \
        "INDEX 01 $(msf $((blocks + 150)))"
}

pcm_is() { tail -c +45 "$1" | cmp - "$2"; }

@test "a file a track: the data track, and the audio of each" {
    cp "$MADE/r.bin" t1.bin
    cp "$MADE/p450.bin" t2.bin
    cp "$MADE/p300.bin" t3.bin
    sheet 'FILE "t1.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00' \
        'FILE "t2.bin" BINARY' 'TRACK 02 AUDIO' 'INDEX 00 00:00:00' 'INDEX 01 00:02:00' \
        'FILE "t3.bin" BINARY' 'TRACK 03 AUDIO' 'INDEX 00 00:00:00' 'INDEX 01 00:02:00'
    "$BIN/disc-convert" --track 1 m.cue out.iso
    cmp out.iso "$MADE/a.iso"
    "$BIN/disc-convert" --track 3 m.cue 3.wav
    tail -c $((150 * 2352)) t3.bin >wanted
    pcm_is 3.wav wanted
    # up to the next INDEX 01: the pause in front of track 3 is heard at the end of track 2
    "$BIN/disc-convert" --track 2 m.cue 2.wav
    { tail -c $((300 * 2352)) t2.bin; head -c $((150 * 2352)) t3.bin; } >wanted
    pcm_is 2.wav wanted
}

@test "2048-byte data and audio in one file" {
    mixed MODE1/2048 "$MADE/a.iso"
    "$BIN/disc-convert" --track 1 m.cue out.iso
    cmp out.iso "$MADE/a.iso"
    "$BIN/disc-convert" --track 2 m.cue out.wav
    tail -c $((300 * 2352)) "$MADE/p450.bin" >wanted
    pcm_is out.wav wanted
    [ "$("$BIN/disc-inspect" --json m.cue | jq .sessions[0].lead_out)" -eq $((blocks + 450)) ]
}

@test "sectors of 2336 bytes become user data" {
    sheet 'FILE "m.bin" BINARY' 'TRACK 01 MODE2/2336' 'INDEX 01 00:00:00'
    python3 - "$MADE/a.iso" >m.bin <<'PY'
import sys
table = []
for value in range(256):
    for _ in range(8):
        value = value >> 1 ^ (0xD8018001 if value & 1 else 0)
    table.append(value)
data = open(sys.argv[1], "rb").read()
for at in range(0, len(data), 2048):
    body, edc = b"\0\0\x08\0" * 2 + data[at:at + 2048], 0
    for byte in body:
        edc = edc >> 8 ^ table[(edc ^ byte) & 255]
    sys.stdout.buffer.write(body + edc.to_bytes(4, "little") + bytes(276))
PY
    "$BIN/disc-convert" m.cue out.iso
    cmp out.iso "$MADE/a.iso"
    [ "$("$BIN/disc-inspect" --json m.cue | jq .sessions[0].lead_out)" -eq "$blocks" ]
}

@test "a PREGAP that is in no file moves the audio" {
    cat "$MADE/r.bin" "$MADE/p300.bin" >m.bin
    sheet 'FILE "m.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00' 'TRACK 02 AUDIO' 'PREGAP 00:02:00' \
        "INDEX 01 $(msf "$blocks")"
    "$BIN/disc-convert" --track 2 m.cue out.wav
    pcm_is out.wav "$MADE/p300.bin"
    run "$BIN/disc-inspect" --json m.cue
    [ "$status" -eq 0 ]
    [ "$(jq .sessions[0].tracks[1].lba <<<"$output")" -eq $((blocks + 150)) ]
}

@test "MOTOROLA is turned round" {
    dd if="$MADE/p300.bin" of=m.bin conv=swab status=none
    sheet 'FILE "m.bin" MOTOROLA' 'TRACK 01 AUDIO' 'INDEX 01 00:00:00'
    "$BIN/disc-convert" m.cue out.wav
    pcm_is out.wav "$MADE/p300.bin"
    "$BIN/disc-convert" m.cue out.cue
    cmp out.bin "$MADE/p300.bin"
    grep -q '^FILE "out.bin" BINARY$' out.cue
}

@test "Form 2 is refused as user data, unless that loss is allowed" {
    cp "$MADE/a.iso" m.bin
    sheet 'FILE "m.bin" BINARY' 'TRACK 01 MODE2/2048' 'INDEX 01 00:00:00'
    "$BIN/disc-convert" m.cue xa.cue
    # sectors of Form 2, whose EDC may be zero
    for ((i = 0; i < 50; i++)); do
        printf '\0\377\377\377\377\377\377\377\377\377\377\0\0\2\0\2\0\0\40\0\0\0\40\0'
        seq $((1000 + i)) 9999 | head -c 2324
        printf '\0\0\0\0'
    done >>xa.bin
    run "$BIN/disc-convert" xa.cue out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"--allow-loss"* ]]
    [ ! -e out.iso ]
    "$BIN/disc-convert" --allow-loss xa.cue out.iso
    for ((i = 0; i < 50; i++)); do seq $((1000 + i)) 9999 | head -c 2048; done | cat "$MADE/a.iso" - | cmp - out.iso
    # from image to image nothing of it is lost
    "$BIN/disc-convert" xa.cue again.cue
    cmp xa.bin again.bin
}

@test "a damaged sector is listed, the result kept" {
    cp "$MADE/r.bin" m.bin
    printf '\377' | dd of=m.bin bs=1 seek=$((20 * 2352 + 1000)) conv=notrunc status=none
    sheet 'FILE "m.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00'
    for to in out.iso out.cue; do
        run "$BIN/disc-convert" m.cue $to
        [ "$status" -eq 3 ]
        [[ $output == *"LBA 20: the data are wrong"* ]]
        [ -f $to ]
    done
    cmp out.bin m.bin
}

@test "a file that is cut within a sector" {
    head -c $((95 * 2352 + 1000)) "$MADE/r.bin" >m.bin
    sheet 'FILE "m.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00'
    run "$BIN/disc-convert" m.cue out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"1000 bytes into a sector of 2352, that of LBA 95"* ]]
    cmp -n $((95 * 2048)) out.iso "$MADE/a.iso"
    [ "$(stat -c %s out.iso)" -eq $((95 * 2048)) ]
}

@test "an INDEX beyond the file is refused with its line" {
    cp "$MADE/r.bin" m.bin
    sheet 'FILE "m.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00' 'TRACK 02 AUDIO' 'INDEX 01 70:00:00'
    run "$BIN/disc-convert" m.cue out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"m.cue line 5: INDEX 01"* ]]
    [ ! -e out.iso ]
}

@test "everything that a sheet says is there again in the next" {
    cp "$MADE/p450.bin" m.bin
    sheet 'CATALOG 0012345678905' 'TITLE "Disc"' 'REM SESSION 01' 'FILE "m.bin" BINARY' '  TRACK 03 AUDIO' \
        '    TITLE "Song"' '    PERFORMER "Band"' '    FLAGS DCP PRE' '    ISRC USXX19800123' '    INDEX 01 00:00:00' \
        '    INDEX 02 00:01:00' '    INDEX 03 00:02:00' 'REM SESSION 02' '  TRACK 04 AUDIO' '    INDEX 01 00:04:00'
    "$BIN/disc-convert" m.cue 1.cue
    "$BIN/disc-convert" --split 1.cue 2.cue
    "$BIN/disc-convert" 2.cue 3.cue
    diff <(sed s/1.bin/3.bin/ 1.cue) 3.cue
    cmp 1.bin 3.bin
    for line in 'CATALOG 0012345678905' 'TITLE "Disc"' '    TITLE "Song"' '    PERFORMER "Band"' '    FLAGS DCP PRE' \
        '    ISRC USXX19800123' '    INDEX 02 00:01:00' '    INDEX 03 00:02:00' 'REM SESSION 02'; do
        grep -qxF "$line" 3.cue
    done
}

@test "packs of titles are kept as words; a mark of UTF-8 is skipped, and data stay data" {
    python3 - <<'PY'
import binascii
pack = bytes((0x80, 0, 0, 0)) + b"Disc\0Song\0\0\0"
open("t.cdt", "wb").write(pack + (binascii.crc_hqx(pack, 0) ^ 0xFFFF).to_bytes(2, "big") + b"\0")
PY
    cp "$MADE/r.bin" d.bin
    cp "$MADE/p300.bin" p.bin
    printf '\357\273\277' >m.cue
    printf '%s\n' 'CDTEXTFILE "t.cdt"' 'FILE "p.bin" BINARY' 'TRACK 01 AUDIO' 'INDEX 01 00:00:00' \
        'FILE "d.bin" BINARY' 'TRACK 02 MODE1/2352' 'INDEX 01 00:00:00' >>m.cue
    run "$BIN/disc-convert" --split m.cue out.cue
    [[ $output != *ommand* ]]
    diff out.cue - <<'END'
TITLE "Disc"
FILE "out (Track 1).bin" BINARY
  TRACK 01 AUDIO
    TITLE "Song"
    INDEX 01 00:00:00
FILE "out (Track 2).bin" BINARY
  TRACK 02 MODE1/2352
    INDEX 01 00:00:00
END
    cmp "out (Track 1).bin" p.bin
    cmp "out (Track 2).bin" d.bin
}

@test "a sheet without its data: the table, exit 3; no other program makes anything of it" {
    sheet 'FILE "nowhere.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00' \
        'FILE "nor here.bin" BINARY' 'TRACK 02 AUDIO' 'INDEX 01 00:00:00'
    run "$BIN/disc-inspect" m.cue
    [ "$status" -eq 3 ]
    [[ $output == *nowhere.bin* && $output == *"nor here.bin"* ]]
    for to in out.iso out.cue out.wav; do
        run "$BIN/disc-convert" m.cue $to
        [ "$status" -eq 1 ]
        [ ! -e $to ]
    done
}

@test "bchunk reads what is written" {
    command -v bchunk >/dev/null || skip "bchunk is not installed"
    mixed MODE1/2352 "$MADE/r.bin"
    "$BIN/disc-convert" m.cue out.cue
    bchunk out.bin out.cue b
    cmp b01.iso "$MADE/a.iso"
}

@test "cdrdao reads what is written" {
    command -v cdrdao >/dev/null || skip "cdrdao is not installed"
    mixed MODE1/2352 "$MADE/r.bin"
    "$BIN/disc-convert" --split m.cue out.cue
    run cdrdao show-toc out.cue
    [ "$status" -eq 0 ]
    [[ $output =~ START\ +$(msf $((blocks + 150)))\(\ *$((blocks + 150))\) ]]
}
