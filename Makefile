# disckit: `make` builds into build/$(V); `make help` says the rest.
VERSION = 0.1.0
V ?= release
PREFIX ?= /usr/local
BUILD = build/$(V)
# Images with what independent programs say of them; they make more seeds and more tests where they are there.
CORPUS ?= ../shared/corpus

# --- what is needed ---------------------------------------------------------------------------------------------------
# pkg-config's name of a library and the Debian package that has it
LIBRARIES = libcdio:libcdio-dev libiso9660:libiso9660-dev libburn-1:libburn-dev jansson:libjansson-dev \
	libcrypto:libssl-dev libdeflate:libdeflate-dev zlib:zlib1g-dev flac:libflac-dev liblzma:liblzma-dev \
	libzstd:libzstd-dev liblz4:liblz4-dev lzo2:liblzo2-dev
# bzip2 comes without a file for pkg-config.
BZIP2 = echo '\#include <bzlib.h>' | $(CC) -E -x c -o /dev/null - 2>/dev/null
BUILD_PACKAGES = gcc libc6-dev pkg-config libbz2-dev $(foreach pair,$(LIBRARIES),$(lastword $(subst :, ,$(pair))))
# The demo and the tests: other programs that make images and say what is in them, compilers, checkers.
TEST_PACKAGES = check bats clang clang-format libclang-rt-14-dev mandoc universal-ctags python3-minimal python3 file \
	genisoimage xorriso libarchive-tools p7zip-full iat cdrdao bchunk jq bc udftools xz-utils procps strace \
	bzip2 lz4 zstd flac mame-tools ccd2iso daa2iso cuetools wit
# Drives in a virtual machine
LAB_PACKAGES = qemu-system-x86 busybox-static cpio kmod tgt open-iscsi linux-libc-dev
PACKAGES = $(BUILD_PACKAGES) $(TEST_PACKAGES) $(LAB_PACKAGES)

# --- how it is compiled -----------------------------------------------------------------------------------------------
CC_clang = clang
CC_fuzz = clang
CC = $(or $(CC_$(V)),gcc)
modules = $(foreach pair,$(LIBRARIES),$(firstword $(subst :, ,$(pair))))
ifeq ($(shell pkg-config --exists $(modules) 2>/dev/null && $(BZIP2) && command -v $(CC)),)
missing := $(foreach program,$(CC) pkg-config,$(shell command -v $(program) >/dev/null || echo $(program))) \
	$(foreach pair,$(LIBRARIES),$(shell pkg-config --exists $(firstword $(subst :, ,$(pair))) 2>/dev/null || \
	echo $(lastword $(subst :, ,$(pair))))) $(shell $(BZIP2) || echo libbz2-dev)
else
library_cflags := $(shell pkg-config --cflags $(modules))
library_libs := $(shell pkg-config --libs $(modules))
endif

CFLAGS_release = -O2
CFLAGS_clang = -O2
CFLAGS_debug = -O0
CFLAGS_asan = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_fuzz = $(CFLAGS_asan) -fsanitize=fuzzer-no-link -DFUZZING
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion -Wvla -Werror
ALL_CFLAGS = -std=c17 -g -fPIC -fvisibility=hidden -pthread $(WARNINGS) $(CFLAGS_$(V)) $(CFLAGS)
ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DDISCKIT_VERSION='"$(VERSION)"' -Iinclude -Isrc \
	$(library_cflags) $(CPPFLAGS)
ALL_LDLIBS = -pthread $(library_libs) -lbz2 $(LDLIBS)
COMPILE = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS)
LINK = $(CC) $(ALL_CFLAGS) $(LDFLAGS)

rooms = util bytes sector formats volume drive jobs
objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(foreach room,$(rooms),$(wildcard src/$(room)/*.c)))
tool_objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out src/tools/disc-%.c,$(wildcard src/tools/*.c)))
names = $(patsubst src/tools/%.c,%,$(wildcard src/tools/disc-*.c))
programs = $(names:%=$(BUILD)/%)
completions = $(names:%=$(BUILD)/completions/%)
library = $(BUILD)/libdisckit.a
shared = $(BUILD)/libdisckit.so.0
tests = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*/*_test.c))
support = $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(wildcard tests/support/*.c))
fuzzers = $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
replays = $(fuzzers:%=$(BUILD)/tests/fuzz/%_replay)

all: $(programs) $(shared) $(completions)

# Objects are made again when the compiler or its options change; and nothing is compiled while a package is missing.
flags := $(BUILD)/flags
ifeq ($(strip $(missing)),)
$(shell mkdir -p $(BUILD); printf '%s\n' '$(subst ','\'',$(COMPILE) $(LDFLAGS))' | cmp -s - $(flags) || \
	printf '%s\n' '$(subst ','\'',$(COMPILE) $(LDFLAGS))' >$(flags))
else
.PHONY: $(flags)
$(flags):
	@echo "disckit needs these Debian packages, which are not installed: $(strip $(missing))" >&2
	@echo "'make demo' installs them, or: apt-get install $(strip $(missing))" >&2
	@exit 1
endif

$(BUILD)/obj/%.o: src/%.c $(flags)
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

$(library): $(objects)
	@rm -f $@
	$(AR) rcs $@ $^

$(shared): $(objects)
	$(LINK) -shared -Wl,-soname,$(@F) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/disc-%: $(BUILD)/obj/tools/disc-%.o $(tool_objects) $(library)
	$(LINK) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/completions/%: $(BUILD)/%
	@mkdir -p $(@D)
	$< --print-completion >$@

$(BUILD)/tests/%.o: tests/%.c $(flags)
	@pkg-config --exists check || { echo "the tests need the Debian package check; 'make check' installs it" >&2; exit 1; }
	@mkdir -p $(@D)
	$(COMPILE) -Itests -MMD -MP -c -o $@ $<

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(support) $(library)
	$(LINK) -o $@ $^ $(shell pkg-config --libs check) $(ALL_LDLIBS)

# The same targets twice: with libFuzzer's main (V=fuzz), and with one that runs the inputs it is given.
$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(library)
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/tests/fuzz/%_replay: $(BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/tests/fuzz/replay.o $(library)
	$(LINK) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(library)
	$(LINK) -o $@ $^ $(ALL_LDLIBS)

# --- set-up: what a bare Debian lacks ---------------------------------------------------------------------------------
set-up:
	@.ci/set-up $(PACKAGES)
	@tests/lab/get-kernel || echo 'without that kernel, check-drive leaves out what needs a virtual machine'

# Programs that the tests ask have to know what a name in UTF-8 is, wherever they run.
export LC_ALL = C.UTF-8

# --- for people -------------------------------------------------------------------------------------------------------
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
FRESH = @$(MAKE) --no-print-directory

demo: set-up
	$(FRESH) -s $(JOBS) all
	@tests/demo/demo $(BUILD) $(IMAGE)

check: set-up
	$(FRESH) -s $(JOBS) all tests
	$(FRESH) check-units check-fuzz check-tools check-man check-install lint check-drive

tests: $(tests) $(replays)

# One test program on each processor; what each says comes in one piece.
EACH = xargs -P $(shell nproc) -I {} sh -c 'out=$$({} 2>&1); status=$$?; printf "%s\n" "$$out"; exit $$status'

check-units: $(tests)
	@printf '%s\n' $(sort $(tests)) | $(EACH)

check-fuzz: $(replays)
	@for name in $(fuzzers); do $(BUILD)/tests/fuzz/$${name}_replay tests/fuzz/seeds/$$name || exit 1; done

check-tools: all
	@printf 'env BIN=$(CURDIR)/$(BUILD) bats %s\n' $(wildcard tests/tools/*.bats) | $(EACH)

check-man: all
	@tests/man/check $(BUILD)
	@tests/man/readme $(BUILD)

check-install: all
	@tests/install/check $(MAKE) $(V)

check-drive: all
	@[ ! -x tests/lab/check-drive ] || tests/lab/check-drive $(BUILD)

lint:
	@tests/lint/check

# All targets side by side for SECONDS.
SECONDS ?= 60
fuzz:
	$(FRESH) -s $(JOBS) V=fuzz $(fuzzers:%=build/fuzz/tests/fuzz/%_fuzz)
	@tests/fuzz/run build/fuzz/tests/fuzz $(SECONDS) $(CORPUS) $(fuzzers)

bench: all $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
	@tests/bench/run $(BUILD)

# --- install ----------------------------------------------------------------------------------------------------------
into = $(DESTDIR)$(PREFIX)
installed = $(names:%=bin/%) $(patsubst include/%,include/%,$(wildcard include/disckit/*.h)) lib/libdisckit.a \
	lib/libdisckit.so.0 lib/libdisckit.so lib/pkgconfig/disckit.pc $(names:%=share/bash-completion/completions/%) \
	$(foreach page,$(wildcard man/*.[17]),share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

install: all $(library)
	install -d $(addprefix $(into)/,bin include/disckit lib/pkgconfig share/bash-completion/completions share/man/man1 share/man/man7)
	install $(programs) $(into)/bin
	install -m 644 include/disckit/*.h $(into)/include/disckit
	install -m 644 $(library) $(shared) $(into)/lib
	ln -sf $(notdir $(shared)) $(into)/lib/libdisckit.so
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' 'Name: disckit' \
		'Description: disc images of any kind, opened and read' 'Version: $(VERSION)' 'Libs: -L$${libdir} -ldisckit' \
		'Libs.private: -pthread -lbz2' 'Requires.private: $(modules)' 'Cflags: -I$${includedir}' >$(into)/lib/pkgconfig/disckit.pc
	install -m 644 $(completions) $(into)/share/bash-completion/completions
	install -m 644 $(wildcard man/*.1) $(into)/share/man/man1
	install -m 644 $(wildcard man/*.7) $(into)/share/man/man7

uninstall:
	rm -f $(addprefix $(into)/,$(installed))
	-rmdir $(into)/include/disckit

dist:
	@mkdir -p build
	git archive --prefix=disckit-$(VERSION)/ -o build/disckit-$(VERSION).tar.gz HEAD
	@echo build/disckit-$(VERSION).tar.gz

# What was fetched for the virtual machine stays.
clean:
	rm -rf $(filter-out build/lab,$(wildcard build/*))

help:
	@printf '%s\n' 'make            the programs, the library, completions: build/release' \
		'make demo       install what is missing, build, show the main job; IMAGE=path for one of yours' \
		'make check      install what is missing, build, run every test' \
		'make install    into PREFIX (/usr/local), below DESTDIR; make uninstall' \
		'make bench      time against the other programs that are installed; MB= and FILES= for the sizes' \
		'make fuzz       all fuzz targets for SECONDS (60)' \
		'make lint       layers, format, pages; make check-units, -tools, -man, -install, -fuzz, -drive' \
		'make dist       a tar of the sources; make clean' \
		'V=debug, V=clang, V=asan (both sanitizers): builds of their own, in build/$$V; all targets take it'

-include $(shell find build/$(V) -name '*.d' 2>/dev/null)
.PHONY: all set-up demo check tests check-units check-fuzz check-tools check-man check-install check-drive lint fuzz bench \
	install uninstall dist clean help
.SECONDARY:
.DELETE_ON_ERROR:
