#!/usr/bin/env bats
# disc-ls as a user runs it, on images that other programs make; what should be listed is asked of others, too.

bats_require_minimum_version 1.5.0
BIN=$(realpath "${BIN:-build/release}")

need() {
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

setup() {
    [ -x "$BIN/disc-ls" ]
    cd "$BATS_TEST_TMPDIR" || return 1
}

ls_() { "$BIN/disc-ls" "$@"; }

make_tree() {
    mkdir -p tree/docs/deep "tree/with spaces" tree/empty
    printf 'hello world\n' >tree/hello.txt
    seq 1 2000 >tree/docs/deep/numbers.txt
    : >tree/docs/nothing
    echo ä >"tree/with spaces/größe"
    ln -s docs/deep/numbers.txt tree/link
    ln -s /abs/./../x tree/docs/absolute
    mkfifo tree/docs/fifo
    chmod 4751 tree/docs/nothing
    chmod 1777 tree/empty
    touch -d '1999-12-31 23:59:58 UTC' tree/hello.txt
    touch -h -d '2005-06-07 08:09:10 UTC' tree/link
    find tree -depth -type d -exec touch -d '2011-02-03 04:05:06 UTC' {} +
}

# path, type, size of files, mode but of links, time, target: from the file system, and from a list.
facts_of_folder() {
    (cd "$1" && find . -mindepth 1 -printf '%P|%y|%s|%m|%Ts|%l\n') | python3 -c '
import sys
for line in sys.stdin:
    path, kind, size, mode, time, target = line.rstrip("\n").split("|")
    print(path, kind, size if kind == "f" else 0, mode if kind != "l" else "-", time, target)' | LC_ALL=C sort
}
facts_of_list() {
    python3 -c '
import datetime, json, sys
kinds = {"file": "f", "dir": "d", "symlink": "l", "fifo": "p", "char": "c", "block": "b", "socket": "s"}
for line in sys.stdin:
    e = json.loads(line)
    kind = kinds[e["type"]]
    time = int(datetime.datetime.fromisoformat(e["mtime"]).timestamp())
    print(e["path"], kind, e["size"] if kind == "f" else 0, e["mode"].lstrip("0") if kind != "l" else "-", time, e["target"] or "")' | LC_ALL=C sort
}

# The bytes of a record in the directories of an image, found by the name in it; a patch at an offset of the record.
patch_record() {
    python3 - "$@" <<'PY'
import struct, sys
image, name, at, number = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3]), int(sys.argv[4])
with open(image, "r+b") as f:
    start = f.read(400000).index(name) - 33
    f.seek(start + at)
    f.write(struct.pack("<I", number) + struct.pack(">I", number))
PY
}

@test "a Rock Ridge tree is the folder that it was made of" {
    need genisoimage python3
    make_tree
    genisoimage -quiet -R -J -V BASE -o a.iso tree
    ls_ -R --json a.iso >list
    facts_of_list <list | diff - <(facts_of_folder tree)
    # in the order of the bytes, and the same without sorting
    [ "$(ls_ -R a.iso)" = "$(ls_ -R --json a.iso | python3 -c 'import json, sys
for line in sys.stdin: print(json.loads(line)["path"])')" ]
    diff <(ls_ -R --unsorted a.iso | LC_ALL=C sort) <(ls_ -R a.iso | LC_ALL=C sort)
}

@test "so it is where xorriso wrote it" {
    need xorriso python3
    make_tree
    xorriso -as mkisofs -quiet -R -J -V BASE -o a.iso tree 2>/dev/null
    ls_ -R --json a.iso | facts_of_list | diff - <(facts_of_folder tree)
}

@test "bsdtar and isoinfo list the same paths" {
    need genisoimage bsdtar isoinfo
    make_tree
    genisoimage -quiet -R -V BASE -o a.iso tree
    diff <(ls_ -R a.iso | LC_ALL=C sort) <(LC_ALL=C.UTF-8 bsdtar -tf a.iso | sed 's|/$||' | grep -vx '\.' | LC_ALL=C sort)
    diff <(ls_ -R a.iso | LC_ALL=C sort) <(isoinfo -R -f -i a.iso | sed 's|^/||' | LC_ALL=C sort)
}

@test "a long list has mode, owner, size, time with zone, and target" {
    need genisoimage
    make_tree
    TZ=Asia/Kathmandu genisoimage -quiet -R -uid 1234 -gid 567 -V BASE -o a.iso tree
    run ls_ -l a.iso
    [ "$status" -eq 0 ]
    [[ ${lines[2]} =~ ^-rw-r--r--\ +1\ +1234\ +567\ +12\ 2000-01-01\ 05:44:58\ \+05:45\ hello\.txt$ ]]
    [[ ${lines[3]} =~ ^lrwxrwxrwx\ .*\ link\ -\>\ docs/deep/numbers\.txt$ ]]
    [[ ${lines[1]} == drwxrwxrwt*\ empty ]]
    run ls_ -l a.iso docs
    [[ $output == *"-rwsr-x--x "*" docs/nothing"* && $output == *" docs/absolute -> /abs/./../x"* && $output == *$'\npr'*" docs/fifo"* ]]
    run ls_ -l --tree iso a.iso
    [[ ${lines[2]} =~ ^-\?{9}\ +-\ +-\ +-\ .*\ HELLO\.TXT$ ]]
}

@test "--lba is where the contents are" {
    need genisoimage
    make_tree
    genisoimage -quiet -R -V BASE -o a.iso tree
    lba=$(ls_ --lba a.iso hello.txt | awk '{ print $1 }')
    [ "$(dd if=a.iso bs=2048 skip="$lba" count=1 status=none | head -c 12)" = "hello world" ]
}

@test "surrogate pairs in Joliet names are one character" {
    need xorriso
    mkdir t && : >"t/emoji-😀.txt"
    xorriso -as mkisofs -quiet -J -joliet-utf16 --norock -V E -o a.iso t 2>/dev/null
    [ "$(ls_ --tree joliet a.iso)" = "emoji-😀.txt" ]
}

@test "directories below the eighth stand where they were, and the folder that kept them is gone" {
    need genisoimage
    deep=d1/d2/d3/d4/d5/d6/d7/d8/d9/d10/d11
    mkdir -p "t/$deep" && echo x >"t/$deep/deep.txt"
    genisoimage -quiet -R -V DEEP -o a.iso t
    [ "$(ls_ -R a.iso | tail -n 1)" = "$deep/deep.txt" ]
    [ "$(ls_ -R a.iso | wc -l)" -eq 12 ]
    [ "$(ls_ a.iso $deep)" = "$deep/deep.txt" ]
}

@test "long names and long targets are whole" {
    need xorriso
    mkdir t
    name=$(printf 'n%.0s' {1..240})
    target=$(printf 'component-%02d/' {1..59})end
    : >"t/$name" && ln -s "$target" t/link
    xorriso -as mkisofs -quiet -R -V LONG -o a.iso t 2>/dev/null
    [ "$(ls_ --json a.iso link | grep -o '"target":"[^"]*"')" = "\"target\":\"$target\"" ]
    ls_ a.iso | grep -qx "$name"
}

@test "control characters never reach a terminal, and JSON keeps the bytes" {
    need xorriso python3
    mkdir t
    : >$'t/esc\e[31mred' && : >$'t/bell\a' && : >$'t/line\nfeed' && : >$'t/latin-\xe9'
    xorriso -as mkisofs -quiet -R -V CONTROL -o a.iso t 2>/dev/null
    run ls_ -l a.iso
    [ "${#lines[@]}" -eq 4 ]
    [[ $output == *'bell\x07'* && $output == *'esc\x1b[31mred'* && $output == *'line\x0afeed'* && $output == *'latin-\xe9'* ]]
    ls_ --json a.iso | python3 -c '
import json, sys
entries = [json.loads(line) for line in sys.stdin]
assert [e["path"] for e in entries] == ["bell\a", "esc\x1b[31mred", "latin-\\xe9", "line\nfeed"], entries
assert bytes.fromhex(entries[2]["name_hex"]) == b"latin-\xe9" and "name_hex" not in entries[0]'
}

@test "a packed file has the size that it unpacks to" {
    need genisoimage mkzftree
    mkdir t && seq 1 40000 >t/numbers
    mkzftree t packed
    genisoimage -quiet -R -z -V Z -o a.iso packed
    [ "$(ls_ --json a.iso | grep -o '"size":[0-9]*')" = "\"size\":$(stat -c %s t/numbers)" ]
}

@test "extents beyond 4 GiB" {
    need genisoimage python3
    mkdir t && echo far >t/far.txt && echo near >t/near.txt
    genisoimage -quiet -V FAR -o a.iso t
    patch_record a.iso 'FAR.TXT' 2 4000000
    truncate -s $((4000001 * 2048)) a.iso
    run ls_ --lba a.iso
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "  4000000 FAR.TXT" ]
    patch_record a.iso 'FAR.TXT' 2 4000001
    run ls_ --lba a.iso
    [ "$status" -eq 3 ]
    [[ $output == *"FAR.TXT: LBA 4000001 to 4000001 of its contents are not all in the image"* ]]
}

@test "a volume size that lies hides nothing" {
    need genisoimage python3
    make_tree
    genisoimage -quiet -R -V BASE -o a.iso tree
    ls_ -R a.iso >right
    for size in 0 20 4294967295; do
        python3 -c 'import struct, sys
with open("a.iso", "r+b") as f:
    f.seek(32768 + 80); f.write(struct.pack("<I", int(sys.argv[1])) + struct.pack(">I", int(sys.argv[1])))' $size
        run --separate-stderr ls_ -R a.iso
        [ "$status" -eq 0 ]
        [ "$output" = "$(cat right)" ]
        run "$BIN/disc-inspect" a.iso
        [ "$status" -eq 0 ]
        [[ $output == *"track 1 "*"$(($(stat -c %s a.iso) / 2048)) "*"volume "*"files end at"* ]]
    done
}

@test "the track of a later session counts from the start of its disc" {
    need genisoimage
    mkdir one two && echo one >one/one.txt && echo two >two/two.txt
    genisoimage -quiet -R -V ONE -o one.iso one
    genisoimage -quiet -R -V TWO -C 0,5000 -M one.iso -o two.iso two
    run ls_ two.iso
    [ "$status" -eq 3 ]
    [[ $output == *$'\ntwo.txt'* ]]
    [[ $output == *"counts its blocks from LBA -5000 on"* ]]
    [[ $output == *"one.txt: LBA -"*"of its contents are not all in the image"* ]]
    [[ $output != *"two.txt: "* ]]
}

@test "an image that was cut lists what is sound and names what is not" {
    need genisoimage
    make_tree
    genisoimage -quiet -R -J -no-pad -V BASE -o a.iso tree
    ls_ -R a.iso >right
    truncate -s -2048 a.iso
    run ls_ -R a.iso
    [ "$status" -eq 3 ]
    ls_ -R a.iso 2>/dev/null | diff - right
    [[ $output == *" of its contents are not all in the image"* ]]
    truncate -s $((17 * 2048)) a.iso # the descriptor alone
    run ls_ -R a.iso
    [ "$status" -eq 3 ]
    [[ $output == *"the root directory of the iso9660 volume \"BASE\""* ]]
}

@test "a volume of a kind that is not read is named" {
    need mkudffs
    truncate -s 8M udf.img
    LC_ALL=C.UTF-8 mkudffs --media-type=dvdram -b 2048 --label="Ein Bündel" udf.img >/dev/null
    run ls_ udf.img
    [ "$status" -eq 3 ]
    [[ $output == *'the volume "Ein Bündel" is UDF 2.01: it is recognised, and not read yet' ]]
    run "$BIN/disc-extract" -C out udf.img
    [ "$status" -eq 3 ]
    [[ $output == *'the volume "Ein Bündel" is UDF 2.01: it is recognised, and not read yet' ]]
    [ ! -e out ]
}

@test "a volume of HFS alone is named by every program, and taken for no failure of the image" {
    # 100 allocation blocks of 4096 bytes (Inside Macintosh: Files, 2-60)
    python3 -c '
image = bytearray(600 * 1024)
image[1024:1026] = b"BD"
image[1042:1048] = bytes((0, 100, 0, 0, 16, 0))
image[1060:1064] = b"\3Mac"
open("hfs.iso", "wb").write(image)'
    for program in "disc-ls" "disc-extract -C out" "disc-extract -O"; do
        run --separate-stderr "$BIN"/$program hfs.iso
        [ "$status" -eq 3 ]
        [ -z "$output" ]
        [[ $stderr == *': the volume "Mac" is HFS: it is recognised, and not read yet' ]]
        [ ! -e out ]
    done
    run ls_ --tree rr hfs.iso # asked for by name
    [ "$status" -eq 1 ]
    [[ $output == *"there is no Rock Ridge tree" ]]
}

@test "UDF and HFS beside ISO 9660 do not get in its way" {
    need genisoimage
    make_tree
    genisoimage -quiet -udf -R -V BRIDGE -o a.iso tree 2>/dev/null
    run ls_ a.iso link
    [ "$status" -eq 0 ]
    [ "$output" = link ]
    run ls_ -l --tree rr a.iso link
    [[ $output == *"link -> docs/deep/numbers.txt" ]]
}

@test "what can't be listed is refused with a sentence" {
    need genisoimage
    make_tree
    head -c 500000 /dev/zero >zeros.iso
    run ls_ zeros.iso
    [ "$status" -eq 1 ]
    [ -n "$output" ]
    genisoimage -quiet -R -V BASE -o a.iso tree
    run ls_ --tree joliet a.iso
    [ "$status" -eq 1 ]
    [[ $output == "disc-ls: there is no Joliet tree" ]]
    run ls_ a.iso no/such hello.txt
    [ "$status" -eq 1 ]
    [[ $output == *"there is no no/such in the image"* && $output == *"hello.txt" ]]
    run ls_ --tree beech a.iso
    [ "$status" -eq 2 ]
    [[ $output == *"--tree takes one of: iso rr joliet"* ]]
}

@test "a path may begin with ./ and have . in it, and . is the root" {
    need genisoimage
    make_tree
    genisoimage -quiet -R -V BASE -o a.iso tree
    [ "$(ls_ a.iso .)" = "$(ls_ a.iso)" ]
    [ "$(ls_ a.iso ./docs/./deep//)" = docs/deep/numbers.txt ]
    run ls_ a.iso ..
    [ "$status" -eq 1 ]
    [[ $output == *"there is no .. in the image" ]]
}

@test "a full disk under stdout is a failure" {
    need genisoimage
    [ -c /dev/full ] || skip "there is no /dev/full"
    make_tree
    genisoimage -quiet -R -V BASE -o a.iso tree
    run bash -c '"$0" -lR a.iso >/dev/full' "$BIN/disc-ls"
    [ "$status" -eq 1 ]
}
