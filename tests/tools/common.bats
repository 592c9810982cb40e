#!/usr/bin/env bats
# What all programs do alike: help, version, wrong use, the completion.

BIN=$(realpath "${BIN:-build/release}")

setup() {
    programs=("$BIN"/disc-*)
    [ -x "${programs[0]}" ]
}

long_options() { "$1" --help | sed -n '/^options:/,/^$/s/^  \(-., \|    \)\(--[a-z0-9-]*\).*/\2/p'; }

@test "--help has the usage, examples and the exit statuses" {
    for program in "${programs[@]}"; do
        run "$program" --help
        [ "$status" -eq 0 ]
        [[ $output == "usage: $(basename "$program") [OPTION...] "* ]]
        [[ $output == *$'\nexamples:\n  '* && $output == *"exit status: 0 done; 1 refused"* ]]
    done
}

@test "--version names the program" {
    for program in "${programs[@]}"; do
        run "$program" --version
        [ "$status" -eq 0 ]
        [[ $output =~ ^$(basename "$program")\ \(disckit\)\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    done
}

@test "an unknown option is wrong use, with a hint" {
    for program in "${programs[@]}"; do
        run "$program" --no-such-option
        [ "$status" -eq 2 ]
        [[ $output == *"try '$(basename "$program") --help'"* ]]
    done
}

@test "no operands are wrong use, with a hint" {
    for program in "${programs[@]}"; do
        run "$program"
        [ "$status" -eq 2 ]
        [[ $output == *"usage: "* || $output == *"--help"* ]]
    done
}

@test "a full stdout is a failure" {
    for program in "${programs[@]}"; do
        run bash -c "'$program' --help >/dev/full"
        [ "$status" -eq 1 ]
        [[ $output == *"cannot write to stdout"* ]]
    done
}

# What bash would offer for the words given, the last of which is being typed.
offered() {
    local name
    name=$(basename "$1")
    (
        set +e # compopt fails outside a completion, as it may
        . <("$1" --print-completion)
        shift
        COMP_WORDS=("$name" "$@") COMP_CWORD=$#
        "_${name//-/_}" 2>/dev/null
        printf '%s\n' "${COMPREPLY[@]}"
    )
}

@test "the completion offers every option of --help" {
    for program in "${programs[@]}"; do
        [ -n "$(long_options "$program")" ]
        diff <(long_options "$program" | sort) <(offered "$program" -- | sort)
    done
}

@test "the completion offers values, and files with blanks in their names" {
    cd "$BATS_TEST_TMPDIR"
    mkdir "Summer in Bergen"
    for program in "${programs[@]}"; do
        [ "$(offered "$program" --progress j)" = json ]
        [ "$(offered "$program" --progress = j)" = json ]
        [ "$(offered "$program" Summ)" = "Summer in Bergen" ]
    done
}

@test "a list of words is completed and checked word by word" {
    local found=0
    for program in "${programs[@]}"; do
        long_options "$program" | grep -qx -- --hash || continue
        found=1
        [ "$(offered "$program" --hash md5,sha2)" = md5,sha256 ]
        run "$program" --hash md5,md6 a b
        [ "$status" -eq 2 ]
        [[ $output == *"--hash takes some of these, with commas between: md5 sha1 sha256 crc32"* ]]
    done
    [ $found = 1 ]
}
