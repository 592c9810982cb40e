#!/usr/bin/env bats
# disc-extract as a user runs it, on images that other programs make.

BIN=$(realpath "${BIN:-build/release}")
HERE=$(realpath "$(dirname "$BATS_TEST_FILENAME")")

need() {
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

setup() {
    [ -x "$BIN/disc-extract" ]
    cd "$BATS_TEST_TMPDIR" || return 1
}

teardown() {
    chmod -R u+rwx "$BATS_TEST_TMPDIR"
}

# A tree with every kind of size around a sector's, names that need Rock Ridge, links, modes and times.
make_tree() {
    mkdir -p tree/docs/deep/er tree/empty "tree/a name with spaces" tree/closed
    for size in 0 1 2047 2048 2049 70000 3000001; do
        head -c "$size" /dev/zero | openssl enc -aes-128-ctr -K 00 -iv "$size" 2>/dev/null >"tree/docs/$size.bin"
    done
    echo hello >"tree/a name with spaces/größe.txt"
    echo deep >tree/docs/deep/er/file
    echo secret >tree/closed/file
    ln -s docs/deep tree/link
    ln -s ../../somewhere/else tree/docs/dangling
    ln -s /etc tree/absolute
    chmod 0600 tree/docs/1.bin
    chmod 0751 tree/docs/2047.bin
    chmod 0555 tree/docs/deep/er
    touch -d '1999-12-31 23:59:58 UTC' tree/docs/2048.bin
    find tree -depth -type d -exec touch -d '2011-02-03 04:05:06 UTC' {} +
    touch -h -d '2005-06-07 08:09:10 UTC' tree/link
    chmod 0111 tree/closed
}

facts() { (cd "$1" && find . -mindepth 1 -printf '%P %y %m %Ts %l\n' | sort); }

# Another text of the same length in all of an image.
patch_text() { LC_ALL=C sed -i "s/$2/$3/g" "$1"; }

# The size of a file, by its name in the plain tree, in both byte orders of its record.
patch_size() {
    python3 - "$1" "$2" "$3" <<'PY'
import struct, sys
image, name, size = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
with open(image, "r+b") as f:
    data = f.read(200000)
    at = data.index(name) - 33
    f.seek(at + 10)
    f.write(struct.pack("<I", size) + struct.pack(">I", size))
PY
}

@test "a tree comes back as it was: contents, links, modes and times" {
    need genisoimage openssl
    make_tree
    genisoimage -quiet -R -o disc.iso tree
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    diff <(facts tree) <(facts out)
    chmod 0755 out/closed tree/closed
    diff -r --no-dereference tree out
}

@test "two runs make the same, and --json counts it" {
    need genisoimage openssl jq
    make_tree
    genisoimage -quiet -R -J -joliet-long -o disc.iso tree
    "$BIN/disc-extract" -C one disc.iso
    "$BIN/disc-extract" --json -C two disc.iso >report
    diff <(facts one) <(facts two)
    [ "$(jq -c '[.files, .directories, .symlinks, .bytes, .refused]' report)" = "[$(find tree -type f | wc -l),$(
        find tree -mindepth 1 -type d | wc -l),3,$(find tree -type f -printf '%s\n' | awk '{ n += $1 } END { print n }'),0]" ]
}

@test "the Joliet tree is what bsdtar and 7z make of it" {
    need genisoimage openssl bsdtar 7z
    make_tree
    rm tree/link tree/docs/dangling tree/absolute
    chmod 0755 tree/closed
    genisoimage -quiet -J -joliet-long -o disc.iso tree
    "$BIN/disc-extract" -C out disc.iso
    mkdir tar
    bsdtar -C tar -xf disc.iso
    7z x -bd -oseven disc.iso >/dev/null
    diff -r out tar
    diff -r out seven
    [ "$(stat -c %Y out/docs/2048.bin)" = "$(stat -c %Y tar/docs/2048.bin)" ]
}

@test "the plain tree has plain names" {
    need genisoimage openssl isoinfo
    make_tree
    rm tree/link tree/docs/dangling tree/absolute
    genisoimage -quiet -R -o disc.iso tree
    "$BIN/disc-extract" --tree iso -C out disc.iso
    diff <(cd out && find . -mindepth 1 -printf '/%P\n' | sort) <(isoinfo -f -i disc.iso | sed 's/;1$//; s/\.$//' | sort)
    [ -f "out/DOCS/70000.BIN" ]
}

@test "only what is named, with its parents" {
    need genisoimage openssl
    make_tree
    genisoimage -quiet -R -o disc.iso tree
    run "$BIN/disc-extract" -C out disc.iso ./docs/deep docs/2049.bin docs//deep/er/file /docs/./2049.bin
    [ "$status" -eq 0 ]
    diff <(cd out && find . | sort) - <<'END'
.
./docs
./docs/2049.bin
./docs/deep
./docs/deep/er
./docs/deep/er/file
END
    cmp out/docs/2049.bin tree/docs/2049.bin
}

@test "a path that is not there: exit 1, told before anything is made" {
    need genisoimage openssl
    make_tree
    genisoimage -quiet -R -o disc.iso tree
    run "$BIN/disc-extract" -C out disc.iso docs no/such/file
    [ "$status" -eq 1 ]
    [[ $output == *"no/such/file"* ]]
    [ ! -e out ]
}

@test "-O writes contents to stdout, sorted by path" {
    need genisoimage openssl
    make_tree
    genisoimage -quiet -R -o disc.iso tree
    "$BIN/disc-extract" -O disc.iso docs/70000.bin | cmp - tree/docs/70000.bin
    "$BIN/disc-extract" -O disc.iso docs >all
    (cd tree/docs && find . -type f -printf '%P\n' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cat) | cmp - all
}

@test "-O of a link is refused: it has no contents" {
    need genisoimage openssl
    make_tree
    genisoimage -quiet -R -o disc.iso tree
    run "$BIN/disc-extract" -O disc.iso docs/70000.bin link
    [ "$status" -eq 1 ]
    [ "$output" = "disc-extract: 'link' is a symbolic link to 'docs/deep', and has no contents of its own" ]
}

@test "what is there is left alone, the rest is extracted, exit 3; --force replaces" {
    need genisoimage openssl
    make_tree
    genisoimage -quiet -R -o disc.iso tree
    mkdir -p out/docs outside
    echo mine >out/docs/1.bin
    echo mine >outside/file
    ln -s ../../outside/file out/docs/2048.bin
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"'docs/1.bin' was not extracted"* && $output == *"'docs/2048.bin'"* && $output == *"--force"* ]]
    [ "$(cat out/docs/1.bin)" = mine ]
    cmp out/docs/2049.bin tree/docs/2049.bin
    rm -rf out/link out/absolute
    chmod 0755 out/docs/deep/er
    run "$BIN/disc-extract" --force -C out disc.iso
    [ "$status" -eq 0 ]
    cmp out/docs/1.bin tree/docs/1.bin
    [ ! -L out/docs/2048.bin ]
    cmp out/docs/2048.bin tree/docs/2048.bin
    [ "$(cat outside/file)" = mine ]
    diff <(facts tree) <(facts out)
}

@test "names that lead elsewhere are refused one by one, and all else is extracted" {
    need genisoimage
    mkdir -p tree/up_up_evil.txt_d jail
    touch tree/up_up_evil.txt tree/a_b tree/ok.txt tree/QQ "tree/up_up_evil.txt_d/inside"
    echo fine >tree/ok.txt
    genisoimage -quiet -R -o disc.iso tree
    patch_text disc.iso 'up_up_evil' '..\/..\/evil'
    patch_text disc.iso 'NM\x08\x01\x00a_b' 'NM\x08\x01\x00a\/b'
    patch_text disc.iso 'NM\x07\x01\x00QQ' 'NM\x07\x01\x00..'
    run "$BIN/disc-extract" -C jail/out disc.iso
    [ "$status" -eq 3 ]
    [ "$(cat jail/out/ok.txt)" = fine ]
    [ "$(find jail -mindepth 1 | sort | tr '\n' ' ')" = "jail/out jail/out/ok.txt " ]
    [ ! -e evil.txt ] && [ ! -e ../evil.txt ]
    [ "$(grep -c 'was not extracted' <<<"$output")" -eq 4 ]
    [[ $output == *"'..' was not extracted"* ]]
}

@test "a link and a directory of one name: the directory is kept, nothing lands where the link leads" {
    need genisoimage
    mkdir -p tree/dd outside
    echo evil >tree/dd/pwned
    ln -s "$PWD/outside" tree/ee
    genisoimage -quiet -R -o disc.iso tree
    patch_text disc.iso 'NM\x07\x01\x00ee' 'NM\x07\x01\x00dd'
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"'dd' was not extracted"* ]]
    [ -d out/dd ] && [ ! -L out/dd ]
    [ "$(cat out/dd/pwned)" = evil ]
    [ -z "$(ls outside)" ]
}

@test "a link that was there is not followed" {
    need genisoimage
    mkdir -p tree/dd outside out
    echo evil >tree/dd/pwned
    echo fine >tree/ok.txt
    ln -s ../outside out/dd
    genisoimage -quiet -R -o disc.iso tree
    for force in '' --force; do
        run "$BIN/disc-extract" $force -C out disc.iso
        [ "$status" -eq 3 ]
        [[ $output == *"'dd' was not extracted"* ]]
        [ "$(cat out/ok.txt)" = fine ]
        [ -z "$(ls outside)" ]
        [ -L out/dd ]
    done
}

@test "two files of one name: the first is kept, even with --force" {
    need genisoimage
    mkdir tree
    echo first >tree/aa.txt
    echo second >tree/bb.txt
    genisoimage -quiet -R -o disc.iso tree
    patch_text disc.iso 'NM\x0b\x01\x00bb.txt' 'NM\x0b\x01\x00aa.txt'
    for force in '' --force; do
        rm -rf out
        run "$BIN/disc-extract" $force -C out disc.iso
        [ "$status" -eq 3 ]
        [ "$(ls out)" = aa.txt ]
        [ "$(cat out/aa.txt)" = first ]
    done
}

@test "an image that is cut in its last file: all of it or nothing, told by path and LBA" {
    need genisoimage
    mkdir tree
    seq 1 2000 >tree/numbers.txt
    seq 1 500 >tree/first.txt
    genisoimage -quiet -R -no-pad -o disc.iso tree
    truncate -s -797 disc.iso
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"'numbers.txt' was not extracted"*LBA\ [0-9]* ]]
    [ "$(ls out)" = first.txt ]
    cmp out/first.txt tree/first.txt
}

@test "a file that lies beyond the end: the others are extracted" {
    need genisoimage python3
    mkdir tree
    echo good >tree/good.txt
    echo evil >tree/evil.txt
    genisoimage -quiet -R -o disc.iso tree
    patch_size disc.iso EVIL.TXT 4000000000
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 3 ]
    [[ $output == *"'evil.txt' was not extracted"*LBA* ]]
    [ "$(ls out)" = good.txt ]
}

@test "Ctrl-C leaves no half file" {
    need genisoimage python3
    mkdir -p tree/shared
    echo good >tree/aaa.txt
    head -c 100000 /dev/zero >tree/shared/big.dat
    genisoimage -quiet -R -o disc.iso tree
    patch_size disc.iso BIG.DAT 4200000000
    truncate -s 4300000000 disc.iso
    run timeout --preserve-status -s INT 0.2 "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 130 ]
    [ "$(cd out && find . -type f ! -name aaa.txt)" = "" ]
    [ "$(stat -c %a out/shared)" = 755 ] # as everybody may enter it in the image, though it stayed empty
}

@test "zisofs files are unpacked" {
    need xorriso
    mkdir tree
    seq 1 60000 >tree/numbers.txt
    head -c 400000 /dev/zero >tree/zeros
    echo small >tree/small
    xorriso -outdev disc.iso -map tree / -set_filter_r --zisofs / -- >xorriso.log 2>&1
    [ "$(stat -c %s disc.iso)" -lt 700000 ]
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 0 ]
    diff -r tree out
}

@test "real peers agree on an image with everything" {
    need xorriso openssl bsdtar
    make_tree
    xorriso -as mkisofs -quiet -R -J -o disc.iso tree 2>/dev/null
    "$BIN/disc-extract" -C out disc.iso
    mkdir tar
    bsdtar -C tar -xf disc.iso
    xorriso -osirrox on -indev disc.iso -extract / xor >xorriso.log 2>&1
    diff <(facts out | grep -v ' l ') <(facts tar | grep -v ' l ')
    diff <(facts out | grep -v ' l ') <(facts xor | grep -v ' l ')
    chmod -R u+rwX out tar
    diff -r --no-dereference out tar
}

@test "special files are left out, and said so" {
    need genisoimage
    mkdir tree
    mkfifo tree/pipe
    echo fine >tree/ok.txt
    genisoimage -quiet -R -o disc.iso tree
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 0 ]
    [[ $output == *"1 devices, fifos and sockets were left out"*--devices* ]]
    [ "$(ls out)" = ok.txt ]
    run "$BIN/disc-extract" --devices -C out2 disc.iso
    [ "$status" -eq 0 ]
    [ -p out2/pipe ]
}

@test "set-user-ID bits are left out, and said so" {
    need genisoimage
    mkdir tree
    echo x >tree/tool
    chmod 4755 tree/tool
    genisoimage -quiet -R -o disc.iso tree
    run "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 0 ]
    [[ $output == *"set-user-ID"* ]]
    [ "$(stat -c %a out/tool)" = 755 ]
}

@test "a raw image with a wrong sector: the file is told by LBA and not kept, unless wanted" {
    need genisoimage isoinfo perl
    mkdir tree
    seq 1 5000 >tree/aaa.txt
    echo fine >tree/bbb.txt
    genisoimage -quiet -R -o disc.iso tree
    lba=$(isoinfo -l -i disc.iso | sed -n 's/.*\[ *\([0-9]*\) .*AAA.TXT.*/\1/p')
    perl "$HERE/../demo/raw.pl" <disc.iso >disc.bin
    printf 'X' | dd of=disc.bin bs=1 seek=$(((lba + 1) * 2352 + 500)) conv=notrunc status=none
    run "$BIN/disc-extract" -C out disc.bin
    [ "$status" -eq 3 ]
    [[ $output == *"'aaa.txt' is damaged"*"LBA $((lba + 1))"* ]]
    [ "$(ls out)" = bbb.txt ]
    run "$BIN/disc-extract" --keep-damaged -C out2 disc.bin
    [ "$status" -eq 3 ]
    [ "$(cmp -l tree/aaa.txt out2/aaa.txt | wc -l)" -eq 1 ]
}

@test "an image without files is refused with a sentence" {
    need genisoimage
    head -c 2352000 /dev/zero | tr '\0' a >audio.bin
    printf 'FILE "audio.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n' >audio.cue
    run "$BIN/disc-extract" -C out audio.cue
    [ "$status" -eq 1 ]
    [[ $output == *"no data track"* ]]
    [ ! -e out ]
}

# Prints what a command took at most, in KiB; its exit status is that of the command.
peak_memory() {
    python3 -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)' "$@"
}

@test "memory stays within 32 MiB for many files and for a large one" {
    need genisoimage python3
    mkdir tree
    for directory in $(seq 1 300); do
        mkdir "tree/$directory"
        (cd "tree/$directory" && touch "a file with a name of some length "{1..100})
    done
    head -c 70000000 /dev/zero >tree/large
    genisoimage -quiet -R -o disc.iso tree
    run peak_memory "$BIN/disc-extract" -C out disc.iso
    [ "$status" -eq 0 ]
    [ "$output" -lt 32768 ] || [[ $BIN == *asan* ]]
    [ "$(find out -type f | wc -l)" -eq 30001 ]
}
