#!/usr/bin/env bats
# disc-convert as a user runs it: what other converters get wrong in silence, and what must not stay behind.

bats_require_minimum_version 1.5.0
BIN=$(realpath "${BIN:-$BATS_TEST_DIRNAME/../../build/release}")

setup_file() {
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    export MADE=$BATS_FILE_TMPDIR
    cd "$MADE" || return 1
    mkdir -p tree/sub/dir
    echo "hello world" >tree/hello.txt
    seq 1 2000 >tree/sub/dir/numbers.txt
    genisoimage -quiet -R -J -V BASE -o a.iso tree
    perl "$BATS_TEST_DIRNAME/../demo/raw.pl" <a.iso >r.bin
    seq 1 1000000 | head -c $((300 * 2352)) >p.bin
    cat >nrg.py <<'PY'
# nrg.py OUT KIND TRACK...: a Nero image of version 2. KIND is dao or tao; a TRACK is CODE:SIZE:PREGAP:FILE, the pregap
# in sectors of zeros that are stored before it (dao); "-" ends a session.
import struct, sys
out, kind, sessions = sys.argv[1], sys.argv[2], [[]]
for word in sys.argv[3:]:
    if word == '-':
        sessions.append([])
    else:
        code, size, pregap, name = word.split(':')
        sessions[-1].append((int(code), int(size), int(pregap), open(name, 'rb').read()))
body, chunks, lba, number = b'', b'', 0, 1
for s, tracks in enumerate(sessions):
    lba += 11400 if s else 0
    entries, cues = b'', struct.pack('>BBBBi', 0x41, 0, 0, 0, lba - 150)
    for code, size, pregap, data in tracks:
        count, start = len(data) // size, len(body)
        control = 1 if code == 7 else 0x41
        body += bytes(pregap * size) + data
        first = number == 1 or lba and not entries
        at = lba if not entries else lba + pregap
        if kind == 'dao':
            cues += struct.pack('>BBBBi', control, number, 0, 0, at - pregap)
            cues += struct.pack('>BBBBi', control, number, 1, 0, at)
            entries += bytes(12) + struct.pack('>HHHQQQ', size, code << 8, 1, start, start + pregap * size, len(body))
        else:
            entries += struct.pack('>QQIIII', start, len(data), code, lba, 0, count)
        lba, number = at + count, number + 1
    if kind == 'dao':
        cues += struct.pack('>BBBBi', control, 0xAA, 1, 0, lba)
        head = bytes(14) + struct.pack('>HBB', 0, number - len(tracks), number - 1)
        entries = struct.pack('<I', len(head) + len(entries) + 4) + head + entries
        chunks += b'CUEX' + struct.pack('>I', len(cues)) + cues
    chunks += (b'DAOX' if kind == 'dao' else b'ETN2') + struct.pack('>I', len(entries)) + entries
    chunks += b'SINF' + struct.pack('>II', 4, len(tracks))
chunks += b'END!' + bytes(4)
open(out, 'wb').write(body + chunks + b'NER5' + struct.pack('>Q', len(body)))
PY
}

setup() {
    [ -n "$MADE" ] || skip "nothing could be made"
    cd "$BATS_TEST_TMPDIR" || return 1
    ln -s "$MADE"/{a.iso,r.bin,p.bin} .
}

need() {
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

convert() { "$BIN/disc-convert" "$@"; }
# What a refusal says behind "this would:", without the name of the program.
offered() {
    sed -n 's/^disc-convert: this would: disc-convert //p' <<<"$output"
}

nrg() { python3 "$MADE/nrg.py" "$@"; }
only() { [ "$(ls -A | grep -vxE 'a\.iso|r\.bin|p\.bin' | tr '\n' ' ')" = "$*${*:+ }" ]; }

# --- Nero images ------------------------------------------------------------------------------------------------------

@test "a raw Nero track becomes its user data, not raw sectors under an ISO's name" {
    nrg x.nrg dao 5:2352:150:r.bin
    convert x.nrg x.iso
    cmp a.iso x.iso
}

@test "the chunks behind the sectors are no part of the track" {
    nrg x.nrg dao 0:2048:150:a.iso
    convert x.nrg x.iso
    cmp a.iso x.iso
}

@test "iat agrees about a Nero image of one track" {
    need iat
    nrg x.nrg dao 5:2352:150:r.bin
    iat x.nrg peer.iso >/dev/null 2>&1
    convert x.nrg x.iso
    cmp peer.iso x.iso
}

@test "data with sound behind it is refused, and the command that is offered works" {
    nrg x.nrg dao 5:2352:150:r.bin 7:2352:150:p.bin
    run -1 convert x.nrg "it's out.iso"
    [[ $output == *"would lose track 2 (audio, 300 sectors)"* ]]
    [ ! -e "it's out.iso" ]
    command=$(sed -n 's/^disc-convert: this would: disc-convert //p' <<<"$output")
    [ -n "$command" ]
    eval "convert $command"
    cmp a.iso "it's out.iso"
}

@test "sound alone is no ISO; the command that is offered makes WAVs of it" {
    nrg x.nrg dao 7:2352:150:p.bin
    run -1 convert x.nrg x.iso
    [[ $output == *"has no data track"*"this would: disc-convert x.nrg x.wav"* ]]
    only x.nrg
    convert x.nrg x.wav
    tail -c +45 x.wav | cmp - p.bin
}

@test "random bytes are no Nero image, whatever their name" {
    python3 -c 'import random; random.seed(6); open("x.nrg", "wb").write(random.randbytes(500000))'
    run -1 convert x.nrg x.iso
    [[ $output == *"x.nrg"* ]]
    only x.nrg
}

@test "a track at once, its data at the start of the file" {
    nrg x.nrg tao 0:2048:0:a.iso
    convert x.nrg x.iso
    cmp a.iso x.iso
}

@test "two sessions are never glued together" {
    nrg x.nrg tao 0:2048:0:a.iso - 0:2048:0:a.iso
    run -1 convert x.nrg x.iso
    [[ $output == *"tracks 1, 2 of x.nrg are data tracks"* ]]
    run -1 convert --allow-loss x.nrg x.iso
    only x.nrg
    convert --session 1 x.nrg x.iso
    cmp a.iso x.iso
}

# --- Sectors without a sheet ------------------------------------------------------------------------------------------

@test "raw sectors with no sheet are found by content" {
    cp r.bin alone.img
    convert alone.img x.iso
    cmp a.iso x.iso
}

@test "sound behind raw data is told, not taken for data" {
    cat r.bin p.bin >both.img
    run -1 convert both.img x.iso
    [[ $output == *"audio"* ]]
    [ ! -e x.iso ]
    convert --track 1 both.img x.iso
    cmp a.iso x.iso
}

@test "data behind sound has its own place, and its volume counts from there" {
    need jq
    cat p.bin r.bin >extra.img
    tracks='[.sessions[].tracks[] | [.mode, .lba, .count]]'
    blocks=$(($(stat -L -c %s a.iso) / 2048))
    "$BIN/disc-inspect" --json extra.img >report
    [ "$(jq -c "$tracks" report)" = "[[\"audio\",0,300],[\"mode1\",300,$blocks]]" ]
    [ "$(jq -c '[.volumes[].base]' report)" = '[300,300]' ]
    [ "$("$BIN/disc-ls" -R extra.img | tail -n 1)" = sub/dir/numbers.txt ]
    run -1 convert extra.img x.iso
    [[ $output == *"would lose track 1 (audio, 300 sectors)"* ]]
    convert --track 2 extra.img x.iso
    cmp a.iso x.iso
}

@test "96 bytes of subchannel a sector are left out, and told" {
    python3 -c '
import sys
data = open("r.bin", "rb").read()
open("sub.img", "wb").write(b"".join(data[i:i + 2352] + bytes(96) for i in range(0, len(data), 2352)))'
    run -0 convert sub.img x.iso
    [[ $output == *"left out: the subchannel"* ]]
    cmp a.iso x.iso
}

# --- Sessions and files elsewhere -------------------------------------------------------------------------------------

# Sound, and behind a session's gap a volume whose addresses count from LBA 0 of the disc.
make_extra() {
    start=$((300 + 11400))
    genisoimage -quiet -R -V EXTRA -C "0,$start" -o extra.iso "$MADE/tree"
    cp extra.iso extra.data
    printf '%s\n' 'REM SESSION 01' 'FILE "p.bin" BINARY' 'TRACK 01 AUDIO' 'INDEX 01 00:00:00' 'REM LEAD-OUT 01:30:00' \
        'REM SESSION 02' 'REM LEAD-IN 01:00:00' 'REM PREGAP 00:02:00' 'FILE "extra.data" BINARY' 'TRACK 02 MODE1/2048' \
        'INDEX 01 00:00:00' >extra.cue
}

@test "a volume that counts from LBA 0 of the disc becomes an ISO from there on" {
    need isoinfo
    make_extra
    convert --session 2 --verify extra.cue x.iso
    [ "$(stat -c %s x.iso)" -eq $((start * 2048 + $(stat -c %s extra.iso))) ]
    tail -c +$((start * 2048 + 1)) x.iso | cmp - extra.iso
    # the sound is a hole, but for the descriptors, which are looked for at sector 16
    [ "$(du -k x.iso | cut -f 1)" -lt $((start * 2)) ]
    cmp <(tail -c +32769 extra.iso | head -c 4096) <(tail -c +32769 x.iso | head -c 4096)
    cmp <(head -c 32768 /dev/zero) <(head -c 32768 x.iso)
    cmp <(head -c $(((start - 64) * 2048)) /dev/zero) <(tail -c +$((64 * 2048 + 1)) x.iso | head -c $(((start - 64) * 2048)))
    isoinfo -R -i x.iso -x /sub/dir/numbers.txt | cmp - "$MADE/tree/sub/dir/numbers.txt"
    # its directories and files are where they say: another program reads them behind the sound
    isoinfo -R -T "$start" -i x.iso -x /sub/dir/numbers.txt | cmp - "$MADE/tree/sub/dir/numbers.txt"
    "$BIN/disc-extract" -C out extra.cue
    diff -r out "$MADE/tree"
    convert --session 2 --cut extra.cue bare.iso
    cmp bare.iso extra.iso
}

@test "the sound before such a volume is content" {
    make_extra
    run -1 convert extra.cue x.iso
    [[ $output == *"would lose track 1 (audio, 300 sectors)"* ]]
    [ ! -e x.iso ]
}

@test "files whose data lie in another track are content, even of the track that was chosen" {
    need genisoimage
    # a file of 2048 bytes that is moved into track 2 by its record, in both byte orders
    python3 - <<'PY'
import struct, re
data = bytearray(open('a.iso', 'rb').read())
blocks = len(data) // 2048
for name in (b'HELLO.TXT;1', 'hello.txt'.encode('utf-16-be')):
    at = data.find(name)
    while at >= 0:
        record = at - 33
        if data[at - 1] == len(name):
            data[record + 2:record + 10] = struct.pack('<I', blocks + 10) + struct.pack('>I', blocks + 10)
        at = data.find(name, at + 1)
open('v.img', 'wb').write(data + b'x' * (2048 * 300))
open('v.cue', 'w').write('FILE "v.img" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n'
    'TRACK 02 MODE1/2048\nINDEX 01 %02d:%02d:%02d\n' % (blocks // 4500, blocks // 75 % 60, blocks % 75))
PY
    run -1 convert --track 1 v.cue x.iso
    [[ $output == *"1 file whose data lie outside of it (hello.txt, at LBA"*"--allow-loss"* ]]
    [ ! -e x.iso ]
    run -0 convert --track 1 --allow-loss v.cue x.iso
    [[ $output == *"left out: 1 file whose data lie outside"* ]]
}

@test "Form 2 sectors in the middle of a track are found before the first byte" {
    python3 - <<'PY'
def edc(data):
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xD8018001 if value & 1 else 0)
    return value.to_bytes(4, 'little')
user, raw, out = open('a.iso', 'rb').read(), open('r.bin', 'rb').read(), b''
for lba in range(len(user) // 2048):
    form2 = 100 <= lba < 110
    body = bytes((0, 0, 0x20 if form2 else 8, 0)) * 2 + (b'x' * 2324 if form2 else user[lba * 2048:lba * 2048 + 2048])
    head = raw[lba * 2352:lba * 2352 + 15] + b'\2'
    out += head + body + (bytes(4) if form2 else edc(body) + bytes(276))
open('f.bin', 'wb').write(out)
PY
    printf 'FILE "f.bin" BINARY\nTRACK 01 MODE2/2352\nINDEX 01 00:00:00\n' >f.cue
    run -1 convert f.cue x.iso
    [[ $output == *"10 Form 2 sectors (from LBA 100 on)"*"--allow-loss"* ]]
    [ ! -e x.iso ]
    run -0 convert --allow-loss f.cue x.iso
    [[ $output == *"left out: the rest of 10 Form 2 sectors"* ]]
    [ "$(tail -c +$((100 * 2048 + 1)) x.iso | head -c 2048 | tr -d x | wc -c)" -eq 0 ]
    # a sheet of user data alone loses the same, and the command that is offered makes it
    run -1 convert --sector 2048 f.cue y.cue
    [[ $output == *"10 Form 2 sectors (from LBA 100 on)"* ]]
    [ ! -e y.cue ]
    eval "convert $(offered) --verify"
    cmp x.iso y.bin
    grep -q 'TRACK 01 MODE2/2048' y.cue
}

# --- There and back ---------------------------------------------------------------------------------------------------

@test "an ISO through a sheet and back is the same, and so are the raw sectors" {
    convert --verify a.iso one.cue
    cmp one.bin r.bin
    convert --verify one.cue back.iso
    cmp a.iso back.iso
}

@test "sessions keep their addresses through a sheet" {
    need jq
    make_extra
    convert --verify extra.cue again.cue
    facts='[.sessions[] | [.nr, [.tracks[] | [.nr, .mode, .lba, .count]]]]'
    [ "$("$BIN/disc-inspect" --json extra.cue | jq -c "$facts")" = "$("$BIN/disc-inspect" --json again.cue | jq -c "$facts")" ]
}

# --- What it says -----------------------------------------------------------------------------------------------------

@test "sums are those of the file, as sha256sum --check reads them" {
    convert --hash md5,sha1,sha256 r.bin x.iso >sums
    [ "$(wc -l <sums)" -eq 3 ]
    sha256sum --check <(grep SHA256 sums)
    sha1sum --check <(grep SHA1 sums)
    md5sum --check <(grep MD5 sums)
}

@test "sums of each file of a sheet" {
    convert --hash sha256 a.iso x.cue >sums
    sha256sum --check sums
    grep -q x.cue sums
    grep -q x.bin sums
}

@test "the report as JSON" {
    need jq
    convert --json --verify --hash sha256,crc32 r.bin x.iso >report
    [ "$(jq -r .hashes.sha256 report)" = "$(sha256sum <x.iso | cut -d' ' -f1)" ]
    [ "$(jq -r '.files[0].path' report)" = x.iso ]
    [ "$(jq '.files[0].size' report)" -eq "$(stat -c %s x.iso)" ]
    [ "$(jq -c '[.to, .verified, .bad_sectors, .loss]' report)" = '["iso",true,0,[]]' ]
}

@test "damage is in the JSON, by LBA, and the exit status is 3" {
    need jq
    cp --dereference r.bin bad.img
    printf x | dd of=bad.img bs=1 seek=$((20 * 2352 + 500)) conv=notrunc status=none
    run -3 --separate-stderr convert --json bad.img x.iso
    [ "$(jq -c .bad <<<"$output")" = '[{"lba":20,"count":1,"fault":"data"}]' ]
    [[ $stderr == *"LBA 20: the data are wrong"* ]]
    [ "$(jq -r '.notes[] | select(.kind == "damage") | .text' <<<"$output" | grep -c 'LBA 20')" -eq 1 ]
    [ "$(cmp -l a.iso x.iso | wc -l)" -eq 1 ]
}

@test "the formats are listed from their rows" {
    need jq
    convert --list-formats >list
    grep -q '^iso *read write iso .*cd-data' list
    grep -q '^cue *read write cue .*sessions' list
    grep -q '^nrg *read ' list
    grep -q '^wav  *write wav .*audio' list
    [ "$(convert --list-formats --json | jq -r '.formats[] | select(.id == "wav") | .write')" = true ]
}

# --- Where it goes ----------------------------------------------------------------------------------------------------

@test "stdout takes an ISO, and the sums go to stderr" {
    convert --hash sha256 r.bin - 2>sums | cmp - a.iso
    grep -q "SHA256 (-) = $(sha256sum <a.iso | cut -d' ' -f1)" sums
}

@test "stdout takes one WAV, and not several" {
    cat p.bin p.bin >two.bin
    printf '%s\n' 'FILE "two.bin" BINARY' 'TRACK 01 AUDIO' 'INDEX 01 00:00:00' 'TRACK 02 AUDIO' 'INDEX 01 00:04:00' >two.cue
    convert --to wav --track 2 two.cue - | tail -c +45 | cmp - p.bin
    run -1 convert --to wav two.cue -
    [[ $output == *"stdout takes one file"* ]]
    run -1 convert --to cue two.cue -
}

@test "the command that is offered for stdout works" {
    cat r.bin p.bin >mixed.bin
    frames=$(($(stat -L -c %s r.bin) / 2352))
    printf '%s\n' 'FILE "mixed.bin" BINARY' 'TRACK 01 MODE1/2352' 'INDEX 01 00:00:00' 'TRACK 02 AUDIO' \
        "INDEX 01 00:$(printf '%02d:%02d' $((frames / 75)) $((frames % 75)))" 'TRACK 03 AUDIO' \
        "INDEX 01 00:$(printf '%02d:%02d' $(((frames + 150) / 75)) $(((frames + 150) % 75)))" >mixed.cue
    run -1 convert --to wav --allow-loss mixed.cue -
    [[ $output == *"stdout takes one file"* ]]
    eval "convert $(offered)" | tail -c +45 | cmp - <(tail -c +$((150 * 2352 + 1)) p.bin)
    run -1 convert --to wav a.iso -
    eval "convert $(offered)" | cmp - a.iso
}

@test "wrong use" {
    run -2 convert a.iso
    run -2 convert - x.iso
    [[ $output == *"stdin"* ]]
    run -2 convert a.iso x.foo
    run -2 convert --sector 2336 a.iso x.cue
    run -2 convert --hash md4 a.iso x.iso
    run -2 convert --split a.iso x.iso
    [[ $output == *"--split is for sheets"* ]]
    run -2 convert --sector 2048 a.iso x.iso
    run -2 convert --cut a.iso x.cue
    run -2 convert --quiet a.iso
    [ -n "$output" ]
    only
}

@test "a sheet without its data is refused" {
    printf 'FILE "gone.bin" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n' >gone.cue
    run -1 convert gone.cue x.iso
    [[ $output == *"gone.bin"* ]]
    only gone.cue
}

@test "what has the name stays, without --force" {
    echo precious >x.iso
    run -1 convert a.iso x.iso
    [ "$(cat x.iso)" = precious ]
    convert --force a.iso x.iso
    cmp a.iso x.iso
}

@test "a full disk leaves nothing" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    mkdir small
    mount -t tmpfs -o size=128k none small || skip "nothing can be mounted here"
    run convert r.bin small/x.iso
    left=$(ls -A small)
    umount small
    [ "$status" -eq 1 ]
    [[ $output == *"No space left"* ]]
    [ -z "$left" ]
    run -1 bash -c "'$BIN/disc-convert' r.bin - >/dev/full"
    [[ $output == *"No space left"* ]]
}

@test "a signal leaves nothing, and ends the program by it" {
    truncate -s 3G large.iso
    dd if=a.iso of=large.iso conv=notrunc status=none
    "$BIN/disc-convert" --hash md5,sha1,sha256 large.iso x.iso &
    pid=$!
    for _ in $(seq 200); do
        ls x.iso.* >/dev/null 2>&1 && break
        sleep 0.02
    done
    ls x.iso.*
    kill -TERM "$pid" # a shell's background job ignores SIGINT
    status=0
    wait "$pid" || status=$?
    only large.iso
    [ "$status" -eq $((128 + 15)) ]
}

# --- files that the input still needs ---------------------------------------------------------------------------------

@test "a result that would replace the sheet or the data of its own input is refused, also with --force" {
    cp a.iso own.iso
    convert own.iso own.cue
    cp own.cue sheet.before
    cp own.bin data.before
    run -1 convert --force own.cue own.cue
    [[ $output == *"own.cue is read from, and would be replaced by what is made of it"* ]]
    cp own.cue other.cue
    run -1 convert --force --to iso other.cue own.bin
    [[ $output == *"own.bin is read from"* ]]
    ln own.bin link.iso
    run -1 convert --force own.cue link.iso
    [[ $output == *"link.iso is read from"* ]]
    run -1 convert --force own.iso ./own.iso
    [[ $output == *"own.iso is read from"* ]]
    cmp own.cue sheet.before
    cmp own.bin data.before
    cmp a.iso own.iso
}

@test "a sheet's damage is in the JSON list, by LBA" {
    cp r.bin bad.bin
    printf '\xFF' | dd of=bad.bin bs=1 seek=$((20 * 2352 + 500)) conv=notrunc status=none
    printf 'FILE "bad.bin" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n' >bad.cue
    run -3 --separate-stderr "$BIN/disc-convert" --json bad.cue out.cue
    [ "$(jq -c '[.bad[].lba]' <<<"$output")" = "[20]" ]
    cmp bad.bin out.bin
}
