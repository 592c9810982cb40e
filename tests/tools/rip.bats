#!/usr/bin/env bats
# disc-rip, on drives that are simulated inside the process: what a kernel adds is tested in tests/lab/check-drive.

load ../lab/preload

setup_file() {
    lab_build
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    command -v genisoimage >/dev/null || skip "genisoimage is not installed"
    make_iso disc.iso 400
}

rip() { run on "$BIN/disc-rip" "$@"; }

# The same but for the sectors [FIRST, LAST], which are zeros.
same_but() { # FIRST LAST
    cmp -n $(($1 * 2048)) out.iso disc.iso
    cmp -i $((($2 + 1) * 2048)) out.iso disc.iso
    cmp -n $((($2 - $1 + 1) * 2048)) -i $(($1 * 2048)):0 out.iso /dev/zero
    [ "$(stat -c %s out.iso)" -eq "$(stat -c %s disc.iso)" ]
}

@test "a CD, a DVD and a BD come out as they are" {
    local sectors=$(($(stat -c %s disc.iso) / 2048))
    for medium in cd-rom dvd-rom bd-rom; do
        drive 0 "medium $medium" "image disc.iso"
        rip --json --force /dev/sr0 out.iso
        [ "$status" -eq 0 ]
        [ "$(jq -r '"\(.medium) \(.sectors) \(.lengths.toc) \(.lengths.capacity) \(.lengths.volume)"' <<<"$output")" = \
            "${medium%-rom} $sectors $sectors $sectors $sectors" ]
        cmp out.iso disc.iso
    done
}

@test "bad sectors are zeros, told by LBA, exit status 3" {
    drive 0 "medium cd-rom" "image disc.iso" "fault bad 120-125"
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"LBA 120 to 125 cannot be read: zeros in the image"* ]]
    same_but 120 125
    rip --json --force /dev/sr0 out.iso
    [ "$(jq -c .bad <<<"${lines[-1]}")" = '[{"lba":120,"count":6,"protected":false}]' ]
}

@test "a bad sector is found where the drive does not say which it is" {
    drive 0 "medium dvd-rom" "image disc.iso" "fault unnamed 70"
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"LBA 70 cannot be read"* ]]
    same_but 70 70
    # The address in its sense data is not valid: the run is halved down to the sector, 32 16 8 4 2 1.
    drive 0 "medium dvd-rom" "image disc.iso" "fault unnamed 10"
    ODSIM_TRACE=1 rip --force --retries 0 /dev/sr0 out.iso
    [ "$(grep -c '/dev/sr0 28 .* 3/11/' <<<"$output")" -eq 6 ]
}

@test "a bad sector near the end costs no sound one behind it" {
    local last=$(($(stat -c %s disc.iso) / 2048 - 1))
    drive 0 "medium cd-rom" "image disc.iso" "fault bad $((last - 20))"
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    same_but $((last - 20)) $((last - 20))
}

@test "the last sector bad is damage where the volume covers it" {
    local last=$(($(stat -c %s disc.iso) / 2048 - 1))
    drive 0 "medium cd-rom" "image disc.iso" "fault bad $last"
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    same_but "$last" "$last"
}

@test "a sector that fails at first is read again, as often as asked" {
    drive 0 "medium cd-rom" "image disc.iso" "fault flaky 200 9"
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    rip --force --retries 12 --json --hash md5 /dev/sr0 out.iso
    [ "$status" -eq 0 ]
    cmp out.iso disc.iso
    # The sum is that of the file, though the sector came into it late.
    [ "$(jq -r '"\(.recovered) \(.hashes.md5)"' <<<"${lines[-1]}")" = "1 $(md5sum <disc.iso | cut -d' ' -f1)" ]
    on "$BIN/disc-rip" --retries 12 /dev/sr0 - 2>/dev/null | cmp - disc.iso
}

@test "--retries 0 tries nothing again" {
    drive 0 "medium cd-rom" "image disc.iso" "fault flaky 200 3"
    ODSIM_TRACE=1 rip --retries 0 /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    same_but 200 200
    [ "$(grep -c '/dev/sr0 28 .* 3/11/05' <<<"$output")" -eq 2 ]
}

@test "what is bad is tried again after all the rest" {
    drive 0 "medium cd-rom" "image disc.iso" "fault flaky 100-101 3"
    ODSIM_TRACE=1 on "$BIN/disc-rip" /dev/sr0 out.iso 2>trace
    cmp out.iso disc.iso
    # The last sectors are read before the second round, which goes backwards, and the third one forwards again.
    grep -E '/dev/sr0 28 ' trace | awk '{ print $7 $8, $10 $11 }' >reads
    [ "$(grep -n '^01a5 0004' reads | head -n 1 | cut -d: -f1)" -lt "$(grep -n '^0065 0001' reads | tail -n 1 | cut -d: -f1)" ]
    [ "$(awk '/^006[45] 0001/ { print $1 }' reads | tr '\n' ' ')" = "0064 0065 0065 0064 0064 0065 0065 " ]
}

@test "a sector that only reads slowly is read slowly" {
    for medium in cd-rom dvd-rom; do
        drive 0 "medium $medium" "image disc.iso" "fault fast 200 12000"
        rip --force /dev/sr0 out.iso
        [ "$status" -eq 0 ]
        cmp out.iso disc.iso
    done
}

@test "a drive that answers from memory is made to forget" {
    for bad in 10 420; do
        drive 0 "medium cd-rom" "image disc.iso" "fault cached $bad 300"
        rip --force --retries 1 /dev/sr0 out.iso
        [ "$status" -eq 0 ]
        cmp out.iso disc.iso
        on "$BIN/disc-rip" --retries 1 /dev/sr0 - 2>/dev/null | cmp - disc.iso
    done
}

@test "reads that are too long are made shorter, once and for all" {
    for fault in "max-transfer 16384" "no-sense-above 8"; do
        drive 0 "medium dvd-rom" "image disc.iso" "fault $fault"
        ODSIM_TRACE=1 on "$BIN/disc-rip" --force /dev/sr0 out.iso 2>trace
        cmp out.iso disc.iso
        [ "$(grep -c '/dev/sr0 28 ' trace)" -gt 40 ]
        [ "$(awk '$3 == "28" && ($10 $11) > "0008"' trace | wc -l)" -le 6 ]
    done
}

@test "reads have 64 KiB" {
    drive 0 "medium dvd-rom" "image disc.iso"
    ODSIM_TRACE=1 on "$BIN/disc-rip" /dev/sr0 out.iso 2>trace
    [ "$(awk '$3 == "28" { print $10 $11 }' trace | sort | uniq -c | sort -n | awk 'END { print $2 }')" = 0020 ]
}

@test "a size problem does not hide a bad sector" {
    drive 0 "medium dvd-rom" "image disc.iso" "fault no-sense-above 4" "fault bad 99"
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    same_but 99 99
}

@test "the run-out of a track written at once is no damage" {
    command -v xorriso >/dev/null || skip "xorriso is not installed"
    blank 0 cd-r "fault runout 2"
    on xorriso -as cdrecord dev=/dev/sr0 -tao padsize=0 disc.iso
    rip /dev/sr0 out.iso
    [ "$status" -eq 0 ]
    [[ $output == *"2 run-out sectors behind the volume"* ]]
    cmp -n "$(stat -c %s disc.iso)" out.iso disc.iso
}

@test "run-out does not excuse a bad sector before it" {
    command -v xorriso >/dev/null || skip "xorriso is not installed"
    local last=$(($(stat -c %s disc.iso) / 2048 - 1))
    blank 0 cd-r "fault runout 2" "fault bad $last"
    on xorriso -as cdrecord dev=/dev/sr0 -tao padsize=0 disc.iso
    rip /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"LBA $last cannot be read"* && $output == *"2 run-out sectors"* ]]
}

@test "a drive that spins up is waited for, and that is said after 5 s" {
    drive 0 "medium cd-rom" "image disc.iso" "fault busy 6500"
    rip /dev/sr0 out.iso
    [ "$status" -eq 0 ]
    [[ $output == *"/dev/sr0 has not answered for 5 s: waiting for it"* ]]
    cmp out.iso disc.iso
}

@test "the other programs say that a drive is waited for, too" {
    drive 0 "medium dvd-rom" "image disc.iso" "fault busy 6500"
    run on "$BIN/disc-ls" /dev/sr0
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == *"/dev/sr0 has not answered for 5 s: waiting for it"* ]]
    [ "${lines[1]}" = content ]
}

@test "one long command is told of from another thread" {
    drive 0 "medium cd-rom" "image disc.iso" "fault slow 200 6500"
    rip /dev/sr0 out.iso
    [ "$status" -eq 0 ]
    [[ $output == *"waiting for it"* ]]
}

@test "an empty drive and a blank disc are said at once, and leave nothing" {
    drive 0 "medium none"
    blank 1 cd-r
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"there is no disc in /dev/sr0"* ]]
    rip /dev/sr1 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"the disc in /dev/sr1 is blank"* ]]
    [ ! -e out.iso ]
}

@test "a disc that goes away ends the rip, and leaves no half file" {
    drive 0 "medium cd-rom" "image disc.iso" "fault gone 100"
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"stopped reading at LBA"* ]]
    [ -z "$(ls out.iso* 2>/dev/null)" ]
}

@test "Ctrl-C leaves no half file" {
    drive 0 "medium cd-rom" "image disc.iso" "fault slow 50-400 20"
    on exec "$BIN/disc-rip" /dev/sr0 out.iso & pid=$!
    for _ in $(seq 100); do [ -z "$(find . -name 'out.iso.*' -size +0)" ] || break; sleep 0.05; done
    kill -TERM "$pid"
    wait "$pid" && status=0 || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls out.iso* 2>/dev/null)" ]
}

@test "audio alone is refused, audio beside data has to be given up by name" {
    head -c $((2352 * 600)) /dev/urandom >audio.bin
    drive 0 "medium cd-rom" "image audio.bin 2352" "track 1 audio 0 300" "track 2 audio 300 300"
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"holds audio only"* ]]
    rip --track 2 /dev/sr0 out.iso
    [[ $status -eq 1 && $output == *"track 2 is audio"* ]]
}

# Two sessions on a CD-R, each with a volume; the second one counts from LBA 0 of the disc.
burn_two_sessions() {
    command -v xorriso >/dev/null || skip "xorriso is not installed"
    blank 0 cd-r
    sed -i 's/capacity 4096/capacity 40000/' drive0.conf
    mkdir -p first second
    cp tree/content first/one
    head -c 300000 /dev/urandom >second/two
    on xorriso -outdev /dev/sr0 -map first / -commit 2>log
    on xorriso -dev /dev/sr0 -map second/two /two -commit 2>>log
}

@test "of two sessions one has to be chosen; the gap between them is not read" {
    burn_two_sessions
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"2 data tracks: choose one with --track"* ]]
    ODSIM_TRACE=1 on "$BIN/disc-rip" --session 2 --json /dev/sr0 two.iso 2>trace >json
    [ "$(jq -c .bad json)" = "[]" ]
    # Nothing fails but the end of the second track, which was written at once.
    start=$(awk '/^track 2/ { print $4 }' medium0.img.odsim)
    awk '/sr0 28 .*5\/64/ { print $5 $6 $7 $8 }' trace >failed
    while read -r lba; do
        [ $((16#$lba)) -gt "$start" ]
    done <failed
    rip --track 1 /dev/sr0 one.iso
    [ "$status" -eq 0 ]
    isoinfo -R -x /one -i one.iso | cmp - first/one
}

@test "a later session becomes an image that mounts: it counts from LBA 0" {
    burn_two_sessions
    rip --session 2 /dev/sr0 two.iso
    [ "$status" -eq 0 ]
    local start
    start=$(awk '/^track 2/ { print $4 }' medium0.img.odsim)
    isoinfo -R -N 0 -T "$start" -x /two -i two.iso | cmp - second/two
    isoinfo -R -N 0 -T "$start" -x /one -i two.iso | cmp - first/one
}

# Audio in front, then a data session whose volume counts from LBA 0 of the disc, as on a CD-Extra.
make_extra() {
    mkdir -p tree
    genisoimage -quiet -R -no-pad -C "0,600" -o later.iso tree
    head -c $((2352 * 300)) /dev/urandom >extra.bin
    head -c $((2352 * 300)) /dev/zero >>extra.bin
    python3 - <<'PYTHON'
sectors = open("later.iso", "rb").read()
with open("extra.bin", "ab") as out:
    for at in range(0, len(sectors), 2048):
        out.write(b"\0" * 16 + sectors[at:at + 2048] + b"\0" * 288)
PYTHON
    count=$(($(stat -c %s later.iso) / 2048))
    drive 0 "medium cd-rom" "image extra.bin 2352" "track 1 audio 0 300" "track 2 mode1 600 $count session=2"
}

@test "where the first sectors are a hole, the newest descriptors stand there, too" {
    command -v python3 >/dev/null || skip "python3 is not installed"
    make_extra
    rip --verbose --session 2 /dev/sr0 two.iso
    [ "$status" -eq 0 ]
    [[ $output == *"mount -o loop,sbsector=600"* ]]
    [ "$(stat -c %s two.iso)" -eq $(((600 + count) * 2048)) ]
    cmp -n $((count * 2048)) -i $((600 * 2048)):0 two.iso later.iso
    cmp -n 4096 -i 32768 two.iso later.iso
    isoinfo -R -x /content -i two.iso | cmp - tree/content
    # The conversion straight from the drive makes the same of it.
    run on "$BIN/disc-convert" --session 2 --allow-loss /dev/sr0 converted.iso
    [ "$status" -eq 0 ]
    cmp two.iso converted.iso
}

@test "the other programs take a drive for an image" {
    drive 0 "medium dvd-rom" "image disc.iso"
    run on "$BIN/disc-convert" --verify /dev/sr0 converted.iso
    [ "$status" -eq 0 ]
    cmp converted.iso disc.iso
    run on "$BIN/disc-inspect" --json /dev/sr0
    [ "$status" -eq 0 ]
    [ "$(jq -r '"\(.format) \(.medium) \(.sessions[0].tracks[0].count)"' <<<"$output")" = \
        "drive dvd $(($(stat -c %s disc.iso) / 2048))" ]
    run on "$BIN/disc-ls" /dev/sr0
    [ "$status" -eq 0 ]
    [ "$output" = content ]
    run on "$BIN/disc-extract" -C there /dev/sr0
    [ "$status" -eq 0 ]
    cmp there/content tree/content
}

@test "a conversion from a drive lists what cannot be read" {
    drive 0 "medium cd-rom" "image disc.iso" "fault bad 120-121"
    run on "$BIN/disc-convert" /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"LBA 120 to 121"* ]]
    same_but 120 121
    drive 0 "medium dvd-rom" "image disc.iso" "fault css 253"
    run on "$BIN/disc-convert" --force /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"protected by CSS"* ]]
}

@test "the sound of a disc in a drive becomes files" {
    head -c $((2352 * 600)) /dev/urandom >audio.bin
    drive 0 "medium cd-rom" "image audio.bin 2352" "track 1 audio 0 300" "track 2 audio 300 300"
    run on "$BIN/disc-convert" --track 2 /dev/sr0 two.wav
    [ "$status" -eq 0 ]
    tail -c $((2352 * 300)) two.wav | cmp -i 0:$((2352 * 300)) - audio.bin
    run on "$BIN/disc-convert" /dev/sr0 both.cue
    [ "$status" -eq 0 ]
    cmp both.bin audio.bin
}

@test "a protected DVD is named and refused, unless it is wanted so" {
    drive 0 "medium dvd-rom" "image disc.iso" "fault css 253" "fault scrambled 300-303"
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"protected by CSS (regions: 2)"*"--allow-protected"* ]]
    [ ! -e out.iso ]
    ODSIM_TRACE=1 rip --allow-protected /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"LBA 300 to 303 protected against copying"* ]]
    # Read alone once each, and never again.
    [ "$(grep -c '/dev/sr0 28 00 00 00 01 2d 00 00 01' <<<"$output")" -eq 1 ]
    same_but 300 303
}

@test "a protected BD is named and refused, a recordable one with keys for protection is not" {
    drive 0 "medium bd-rom" "image disc.iso" "fault aacs 3"
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"protected by AACS: "*"--allow-protected"* ]]
    [ ! -e out.iso ]
    rip --allow-protected /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"protected by AACS"* ]]
    cmp out.iso disc.iso
    blank 1 bd-r "fault aacs 3"
    on "$BIN/disc-burn" disc.iso /dev/sr1
    rip --force /dev/sr1 out.iso
    [ "$status" -eq 0 ]
}

@test "what is there is not replaced without --force; stdout takes the image too" {
    drive 0 "medium cd-rom" "image disc.iso"
    echo mine >out.iso
    rip /dev/sr0 out.iso
    [ "$status" -eq 1 ]
    [ "$(cat out.iso)" = mine ]
    on "$BIN/disc-rip" /dev/sr0 - 2>/dev/null | cmp - disc.iso
}

@test "sums are those of the file; a second reading compares" {
    drive 0 "medium dvd-rom" "image disc.iso"
    on "$BIN/disc-rip" --verify --hash md5,sha1,sha256 /dev/sr0 out.iso 2>/dev/null >sums
    md5sum --tag out.iso >expected
    sha1sum --tag out.iso >>expected
    sha256sum --tag out.iso >>expected
    diff sums expected
    rip --json --force --hash crc32 /dev/sr0 out.iso
    [ "$(jq -r .hashes.crc32 <<<"${lines[0]}")" = "$(gzip -1c out.iso | tail -c 8 | od -An -N4 -tx4 --endian=little | tr -d ' ')" ]
}

@test "--verify tells of sectors that fail the second time" {
    drive 0 "medium dvd-rom" "image disc.iso" "fault bad 50"
    rip --verify /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output != *"second time"* ]]
}

@test "a disc without a volume is ripped, a volume that is longer than its disc told" {
    head -c $((2048 * 500)) /dev/urandom >random.img
    drive 0 "medium dvd-rom" "image random.img"
    rip /dev/sr0 out.iso
    [ "$status" -eq 0 ]
    [[ $output == *"no volume on track 1"* ]]
    cmp out.iso random.img
    head -c $((2048 * 300)) disc.iso >short.iso
    drive 0 "medium dvd-rom" "image short.iso"
    rip --force /dev/sr0 out.iso
    [ "$status" -eq 3 ]
    [[ $output == *"the volume claims "*" sectors, the disc has only 300"* ]]
    cmp out.iso short.iso
}

@test "--list shows the drives and what is in them" {
    drive 0 "medium dvd-rom" "image disc.iso"
    drive 1 "medium none"
    blank 2 bd-r
    rip --list
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "/dev/sr0 "*"DVD-ROM (ready)" ]]
    [[ ${lines[1]} == "/dev/sr1 "*"(no disc)" ]]
    [[ ${lines[2]} == "/dev/sr2 "*"BD-R (blank)" ]]
    rip --list --json
    [ "$(jq -r .state <<<"$output" | tr '\n' ' ')" = "ready no disc blank " ]
}

@test "what is no drive is refused" {
    drive 0 "medium none"
    rip disc.iso out.iso
    [ "$status" -eq 1 ]
    [[ $output == *"disc.iso is no optical drive"* ]]
    rip /dev/null out.iso
    [[ $status -eq 1 && $output == *"/dev/null is no optical drive"* ]]
    rip /dev/sr9 out.iso
    [ "$status" -eq 1 ]
    rip /dev/sr0
    [ "$status" -eq 2 ]
}
