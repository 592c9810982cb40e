# disckit: `make` builds into build/$(V); `make help` says the rest.
VERSION = 0.1.0
V ?= release
CC = gcc
PREFIX ?= /usr/local
BUILD = build/$(V)

LIBRARIES = libcdio libiso9660 libburn-1 jansson libcrypto libdeflate zlib
# What Debian calls them, and what else the build, the tests and the demo use.
BUILD_PACKAGES = gcc make pkg-config libcdio-dev libiso9660-dev libburn-dev libjansson-dev libssl-dev libdeflate-dev zlib1g-dev
TEST_PACKAGES = check bats

CFLAGS_release = -O2
CFLAGS_debug = -O0
CFLAGS_asan = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_fuzz = $(CFLAGS_asan) -fsanitize=fuzzer-no-link -DFUZZING
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion -Wvla -Werror
ALL_CFLAGS = -std=c17 -g -fPIC -fvisibility=hidden -pthread $(WARNINGS) $(CFLAGS_$(V)) $(CFLAGS)
ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DDISCKIT_VERSION='"$(VERSION)"' -Iinclude -Isrc \
	$(shell pkg-config --cflags $(LIBRARIES)) $(CPPFLAGS)
ALL_LDLIBS = -pthread $(shell pkg-config --libs $(LIBRARIES)) $(LDLIBS)

rooms = util bytes sector formats volume drive jobs
objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(foreach room,$(rooms),$(wildcard src/$(room)/*.c)))
tool_objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out src/tools/disc-%.c,$(wildcard src/tools/*.c)))
programs = $(patsubst src/tools/%.c,$(BUILD)/%,$(wildcard src/tools/disc-*.c))
library = $(BUILD)/libdisckit.a
tests = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*/*_test.c))
support = $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(wildcard tests/support/*.c))

all: $(programs)

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(library): $(objects)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/disc-%: $(BUILD)/obj/tools/disc-%.o $(tool_objects) $(library)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests $(shell pkg-config --cflags check) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(support) $(library)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs check) $(ALL_LDLIBS)

check-units: $(tests)
	@set -e; for test in $(sort $(tests)); do $$test; done

clean:
	rm -rf build

-include $(shell find build/$(V) -name '*.d' 2>/dev/null)
.PHONY: all check-units clean
.SECONDARY:
