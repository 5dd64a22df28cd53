# vpcbox: `make demo` sets everything up and runs the main job; `make check` does and tests it.
# Every src/*/*.c is part of the program: adding a file needs no edit here.

CC ?= gcc
CLANG ?= clang
BUILD ?= build
MODE ?= release
PKGS = openssl sqlite3 libcurl jansson libxml-2.0 ldns libseccomp

WARN = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
       -Wformat -Wformat-security -Wwrite-strings -Wundef -Wimplicit-fallthrough
CPPFLAGS += -Isrc -I. -I$(BUILD)/gen -D_GNU_SOURCE
CFLAGS_release = -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
# Builds for tests have fault points (base/fault.h).
CFLAGS_san = -DVPCBOX_TEST_HOOKS -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_tsan = -DVPCBOX_TEST_HOOKS -O1 -g -fsanitize=thread -fno-omit-frame-pointer -Wno-format-truncation
CFLAGS += -std=gnu11 $(WARN) $(CFLAGS_$(MODE))
LDFLAGS_release = -Wl,--gc-sections
LDFLAGS_san = -fsanitize=address,undefined
LDFLAGS_tsan = -fsanitize=thread
LDFLAGS += $(LDFLAGS_$(MODE)) -pthread
LDLIBS += $(PKG_LIBS) -lwslay -lhttp_parser -lm

# build/vpcbox; for tests also build/vpcbox-san and build/vpcbox-tsan
PROGRAM = $(BUILD)/vpcbox$(if $(filter-out release,$(MODE)),-$(MODE))
OBJ = $(BUILD)/obj-$(MODE)
SRC := $(sort $(wildcard src/*/*.c src/*/*/*.c))
MAIN := src/daemon/main.c
LIB_OBJ := $(patsubst src/%.c,$(OBJ)/%.o,$(filter-out $(MAIN),$(SRC))) $(OBJ)/embed_data.o
DATA := $(sort $(shell find data -type f ! -name '.*'))
MAIN_OBJ := $(patsubst src/%.c,$(OBJ)/%.o,$(filter $(MAIN),$(SRC)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit-$(MODE)/%,$(UNIT_SRC))

ifneq ($(filter-out demo check check-fresh soak torture lint fuzz bench clean,$(or $(MAKECMDGOALS),all)),)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# libcurl and libxml2 are loaded when needed (base/lazy.h).
PKG_LIBS = $(filter-out -lcurl -lxml2,$(shell pkg-config --libs $(PKGS) 2>/dev/null))
CPPFLAGS += $(PKG_CFLAGS)

# The kernel flow cache's programs travel inside the program; without clang for bpf there are TAPs alone.
BPF_HEADERS := /usr/include/bpf/libbpf.h
BPF_FLAGS = -O2 -g -target bpf -mcpu=v2 -Wall -Werror -I/usr/include/$(shell $(CC) -dumpmachine)
BPF_LACKS := $(if $(shell echo 'int x;' | $(CLANG) -target bpf -x c -c - -o /dev/null 2>/dev/null || echo no),clang) \
    $(if $(wildcard $(BPF_HEADERS)),,libbpf-dev)
ifeq ($(strip $(BPF_LACKS)),)
BPF_OBJECT = $(BUILD)/gen/cache.bpf.o
CPPFLAGS += -DBPF_OBJECT='"$(BPF_OBJECT)"'
else
$(warning built without the kernel's flow cache (--dataplane kernel): install $(strip $(BPF_LACKS)))
endif
endif

.PHONY: all unit unit-programs demo check check-fresh soak torture lint fuzz fuzzers bench install clean
all: $(PROGRAM)

$(PROGRAM): $(MAIN_OBJ) $(BUILD)/libvpcbox-$(MODE).a
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(MAIN_OBJ) $(BUILD)/libvpcbox-$(MODE).a $(LDLIBS)

$(BUILD)/libvpcbox-$(MODE).a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(OBJ)/%.o: src/%.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -ffunction-sections -fdata-sections -MMD -MP -c -o $@ $<

$(BUILD)/gen/cache.bpf.o: bpf/cache.bpf.c bpf/cache.h
	@mkdir -p $(@D)
	@echo "  BPF $@"
	@$(CLANG) $(BPF_FLAGS) -c -o $@ $<

$(OBJ)/host/kernel_load.o $(BUILD)/obj-fuzz/host/kernel_load.o: $(BPF_OBJECT)

# Everything under data/ travels inside the program (base/embed.h).  The list is kept beside the
# source, so that a file that comes or goes is noticed as well as one that changes.
ifneq ($(file <$(OBJ)/embed.list),$(DATA))
.PHONY: $(OBJ)/embed_data.c
endif
$(OBJ)/embed_data.c: tools/embed $(DATA)
	@mkdir -p $(@D)
	@tools/embed >$@.tmp && mv $@.tmp $@ && echo '$(DATA)' >$(OBJ)/embed.list

$(OBJ)/embed_data.o: $(OBJ)/embed_data.c
	@echo "  CC $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# A unit test is one file that links the whole library; MODE=san builds it with sanitizers.
$(BUILD)/unit-$(MODE)/%: tests/unit/%.c $(BUILD)/libvpcbox-$(MODE).a
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libvpcbox-$(MODE).a -lcmocka $(LDLIBS)

unit-programs: $(UNIT)

unit: unit-programs
	@set -e; for t in $(UNIT); do echo "== $$t"; $$t; done

# Programs of the system tests.
SYSTEM := $(patsubst tests/system/%.c,$(BUILD)/system/%,$(wildcard tests/system/*.c))

$(BUILD)/system/%: tests/system/%.c $(BUILD)/libvpcbox-$(MODE).a
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libvpcbox-$(MODE).a $(LDLIBS)

system: $(SYSTEM)

# Fuzz targets: one file each, with clang's libFuzzer and sanitizers over the same sources.
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
FUZZ_FLAGS = -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wno-unknown-warning-option
FUZZ_OBJ := $(patsubst $(OBJ)/%,$(BUILD)/obj-fuzz/%,$(LIB_OBJ))

$(BUILD)/obj-fuzz/%.o: src/%.c
	@mkdir -p $(@D)
	@echo "  CLANG $@"
	@$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) $(WARN) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/obj-fuzz/embed_data.o: $(OBJ)/embed_data.c
	@mkdir -p $(@D)
	@$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -c -o $@ $<

$(BUILD)/libvpcbox-fuzz.a: $(FUZZ_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/libvpcbox-fuzz.a
	@mkdir -p $(@D)
	@echo "  CLANG $@"
	@$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -Itests -o $@ $< $(BUILD)/libvpcbox-fuzz.a $(LDLIBS) -pthread

fuzzers: $(FUZZ)

# Static analysis.  A mark for each file says that it was clean; any header makes all be looked at again.
# clang-tidy reports clang's own warnings too.  max-nodes: the analyzer gives a function up sooner, which
# finds the same and takes a fifth of the time.  Generated tables are data: the compilers see them.
HAND_WRITTEN := $(filter-out src/model/gen/%,$(SRC)) $(sort $(wildcard tests/*/*.c))
HAND_WRITTEN_H := $(sort $(filter-out src/model/gen/%,$(wildcard src/*/*.h src/*/*/*.h)) $(wildcard tests/*/*.h))
BPF_WRITTEN := $(sort $(wildcard bpf/*.[ch]))
LINT := $(patsubst %.c,$(BUILD)/lint/%.tidy,$(HAND_WRITTEN))
TIDY_FLAGS = $(CPPFLAGS) -Itests -std=gnu11 $(filter-out -Werror,$(WARN)) -Xclang -analyzer-config -Xclang max-nodes=30000

$(BUILD)/lint/%.tidy: %.c $(HAND_WRITTEN_H) .clang-tidy tests/.clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(TIDY_FLAGS) >$@.log 2>&1 || { grep -v 'warnings treated as errors' $@.log; exit 1; }
	@mv $@.log $@

$(BUILD)/lint/cppcheck: $(HAND_WRITTEN) $(HAND_WRITTEN_H) tools/cppcheck.suppress tools/cppcheck.cfg
	@mkdir -p $(@D)
	@cppcheck -q -j2 --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
	    --library=tools/cppcheck.cfg --suppressions-list=tools/cppcheck.suppress --template='{file}:{line}: {id}: {message}' \
	    -Isrc -I. -D_GNU_SOURCE $(filter src/%,$(HAND_WRITTEN))
	@touch $@

$(BUILD)/lint/format: $(HAND_WRITTEN) $(HAND_WRITTEN_H) $(BPF_WRITTEN) .clang-format
	@mkdir -p $(@D)
	@clang-format --dry-run -Werror $(HAND_WRITTEN) $(HAND_WRITTEN_H) $(BPF_WRITTEN)
	@touch $@

.PHONY: lint-files
lint-files: $(BUILD)/lint/format $(BUILD)/lint/cppcheck $(LINT)

# The two commands.  Each sets up what it needs and then calls make again, for only then pkg-config knows.
# They use every processor, unless the caller says how many.
AGAIN = --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

demo:
	@tools/setup build run
	@$(MAKE) $(AGAIN) all
	@tools/demo

# A part of check, and how long it took.
STAGE = @from=$$(date +%s); $(2) && echo "== $(1): $$(($$(date +%s) - from)) s"

# The system tests run the program that is built with sanitizers (tests/run).
check:
	@tools/setup build run test
	$(call STAGE,build,$(MAKE) $(AGAIN) all system)
	$(call STAGE,rooms and models,tools/rooms && tools/circles && tools/model-gen check)
	$(call STAGE,lint,$(MAKE) $(AGAIN) -k lint-files)
	$(call STAGE,build with sanitizers,$(MAKE) $(AGAIN) MODE=san all $(UNIT:$(BUILD)/unit-$(MODE)/%=$(BUILD)/unit-san/%))
	$(call STAGE,build for fuzzing,$(MAKE) $(AGAIN) fuzzers)
	$(call STAGE,tests,VPCBOX_BINARY=$(BUILD)/vpcbox-san tests/run)

# Both commands on a machine that has nothing yet: before a release, and when tools/setup or a test's programs change.
check-fresh:
	@tools/check-fresh

# The system tests again and again, with a sanitizer of threads; the last result is docs/soak.md.
soak:
	@tools/setup build run test
	@$(MAKE) $(AGAIN) all system
	@$(MAKE) $(AGAIN) MODE=tsan all
	@$(MAKE) $(AGAIN) MODE=san $(BUILD)/unit-san/test_compile_random
	@COMPILE_STEPS=10000 $(BUILD)/unit-san/test_compile_random
	@tools/soak

# Every allocation, write and sync of a region made to fail once; TORTURE_RUNS places of each kind.
torture:
	@tools/setup build run test
	@$(MAKE) $(AGAIN) all
	@tests/torture/run --runs $${TORTURE_RUNS:-200}

lint:
	@tools/setup build test
	@$(MAKE) $(AGAIN) -k lint-files

fuzz:
	@tools/setup build test
	@$(MAKE) $(AGAIN) fuzzers
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} tests/run fuzz

bench:
	@tools/setup build run bench
	@$(MAKE) $(AGAIN) all
	@bench/run --write

install: all
	install -D -m 755 -s $(BUILD)/vpcbox $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/vpcbox
	ln -sf vpcbox $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/session-manager-plugin
	install -d $(addprefix $(DESTDIR)$(or $(PREFIX),/usr/local)/share/,man/man1 bash-completion/completions zsh/site-functions)
	$(BUILD)/vpcbox man >$(DESTDIR)$(or $(PREFIX),/usr/local)/share/man/man1/vpcbox.1
	$(BUILD)/vpcbox completion bash >$(DESTDIR)$(or $(PREFIX),/usr/local)/share/bash-completion/completions/vpcbox
	$(BUILD)/vpcbox completion zsh >$(DESTDIR)$(or $(PREFIX),/usr/local)/share/zsh/site-functions/_vpcbox

clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(MAIN_OBJ:.o=.d) $(UNIT:=.d) $(FUZZ_OBJ:.o=.d)
