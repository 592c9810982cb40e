#!/usr/bin/env bats
# cdrdao's TOC through the programs: what others read wrongly, and what cdrdao says of what is read and written.

BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup() {
    command -v cdrdao >/dev/null || skip "cdrdao is not installed"
    cd "$BATS_TEST_TMPDIR" || return 1
    seq 1 1000000 | head -c $((175 * 2048)) >k.bin
    seq 2 1000000 | head -c $((300 * 2352)) >little.bin
    dd if=little.bin of=a.bin conv=swab status=none
}

toc() { printf '%s\n' "$@" >m.toc; }

# Number, LBA and count of each track, and what the indexes above 1 are: as disc-inspect says, and as cdrdao does.
ours() {
    "$BIN/disc-inspect" --json "$1" |
        jq -r '.sessions[].tracks[] | "\(.nr) \(.lba) \(.lba + .count)", (.indexes[]? | "\(.nr) \(.lba)")'
}
theirs() {
    cdrdao show-toc "$1" 2>/dev/null | tr -d '()' | awk '
        $1 == "TRACK" { track = $2; indexes = "" }
        $1 == "START" { start = $NF }
        $1 == "INDEX" { indexes = indexes "\n" $2 " " $NF }
        $1 ~ /^END/ { print track, start, $NF indexes }'
}

# Silence and START before the audio: cd-info refuses such a file, and chdman loses the audio.
@test "a pause of silence comes before the audio" {
    toc CD_ROM 'TRACK MODE1' 'DATAFILE "k.bin" 00:02:25' 'TRACK AUDIO' 'SILENCE 00:02:00' 'FILE "a.bin" 0 00:04:00' \
        'START 00:02:00' 'INDEX 00:01:00'
    "$BIN/disc-inspect" --json m.toc >said.json
    jq -e '.sessions[0].tracks[1] | .lba == 325 and .count == 300 and .pregap == 150' said.json
    "$BIN/disc-convert" --track 2 m.toc out.wav
    tail -c +45 out.wav | cmp - little.bin
    "$BIN/disc-convert" --track 1 m.toc out.iso
    cmp out.iso k.bin
    "$BIN/disc-convert" --verify m.toc out.chd
    "$BIN/disc-inspect" --json out.chd | jq -e '.sessions[0].tracks[1] | .lba == 325 and .count == 300 and .pregap == 150'
    "$BIN/disc-convert" --track 2 out.chd again.wav
    cmp again.wav out.wav
}

@test "places are those of cdrdao" {
    toc CD_ROM 'TRACK AUDIO' 'SILENCE 00:04:00' START 'FILE "a.bin" SWAP #588 0:1:0 1000' 'SILENCE 00:10:00' \
        'END 00:08:00' 'INDEX 00:01:00' 'TRACK AUDIO' 'PREGAP 0:2:0' 'FILE "a.bin" 0' END 'SILENCE 1000' \
        'TRACK MODE1' 'ZERO MODE0 0:0:33' 'DATAFILE "k.bin" #2048 20480' 'ZERO 0:5:0' 'START 0:0:33' \
        'TRACK AUDIO RW_RAW' 'ZERO AUDIO RW_RAW 0:4:0' 'TRACK MODE2_FORM2' 'ZERO 1000000'
    ours m.toc >said
    theirs m.toc >wanted
    [ "$(wc -l <wanted)" -eq 8 ]
    diff wanted said
}

@test "cdrdao reads what is written, with the same table" {
    printf '%s\n' 'CATALOG 0012345678905' 'TITLE "All"' 'FILE "k.bin" BINARY' 'TRACK 01 MODE1/2048' 'INDEX 01 00:00:00' \
        'FILE "little.bin" BINARY' 'TRACK 02 AUDIO' 'TITLE "Caf\é"' 'FLAGS DCP' 'ISRC USXX19800123' 'PREGAP 00:02:00' \
        'INDEX 01 00:00:00' 'INDEX 02 00:02:00' 'TRACK 03 AUDIO' 'INDEX 00 00:03:00' 'INDEX 01 00:03:10' >m.cue
    "$BIN/disc-convert" --verify m.cue out.toc
    ours out.toc >said
    ours m.cue | diff - said
    theirs out.toc | diff - said
    cdrdao show-toc out.toc 2>/dev/null | grep 'ISRC US XX1 98 00123'
    cdrdao show-toc out.toc 2>/dev/null | grep 'CATALOG NUMBER: 0012345678905'
    cdrdao read-test --force out.toc 2>&1 | grep 'Read 625 blocks'
    if command -v toc2cue >/dev/null; then
        toc2cue out.toc other.cue >/dev/null 2>&1
        grep -q 'TRACK 03 AUDIO' other.cue
    fi
    tail -c $((300 * 2352)) out.bin | dd conv=swab status=none | cmp - little.bin
}

@test "there and back is the same image" {
    toc CD_ROM_XA 'TRACK AUDIO' 'FILE "a.bin" 0 0:1:0' 'TRACK AUDIO' 'FILE "a.bin" 0:1:0 0:3:0' 'START 0:0:20'
    "$BIN/disc-convert" --verify m.toc one.cue
    "$BIN/disc-convert" --verify one.cue two.toc
    "$BIN/disc-convert" --verify --split two.toc three.toc
    "$BIN/disc-convert" --verify three.toc four.cue
    cmp one.bin four.bin
    diff <(sed s/one/x/ one.cue) <(sed s/four/x/ four.cue)
}

@test "sessions are refused, and what would be lost is said" {
    printf '%s\n' 'REM SESSION 01' 'FILE "little.bin" BINARY' 'TRACK 01 AUDIO' 'INDEX 01 00:00:00' 'REM SESSION 02' \
        'FILE "k.bin" BINARY' 'TRACK 02 MODE1/2048' 'INDEX 01 00:00:00' >m.cue
    run "$BIN/disc-convert" m.cue out.toc
    [ "$status" -eq 1 ]
    [[ $output == *"the borders of its 2 sessions"* ]]
    [ ! -e out.toc ] && [ ! -e out.bin ]
}
