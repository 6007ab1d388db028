/* SPDX-License-Identifier: MIT */
/* The monitor's readers of the kernel's files, fed with text; rates and cadences. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "monitor/cadence.h"
#include "monitor/cgroup.h"
#include "monitor/disk.h"
#include "monitor/follow.h"
#include "monitor/io.h"
#include "monitor/network.h"
#include "monitor/parse.h"
#include "monitor/process.h"
#include "monitor/rate.h"
#include "monitor/system.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct ms_text s_text(const char *string) {
    return ms_parse_text(string, strlen(string));
}

/* ---- the cursor ---- */

static void test_numbers(void) {
    uint64_t value = 7;
    struct ms_text text = s_text(" \t18446744073709551615 0x");
    CU_ASSERT(ms_parse_number(&text, &value));
    CU_ASSERT_EQUAL(value, UINT64_MAX);
    CU_ASSERT(ms_parse_number(&text, &value));
    CU_ASSERT_EQUAL(value, 0);
    CU_ASSERT_FALSE(ms_parse_number(&text, &value));
    CU_ASSERT_EQUAL(*text.at, 'x');
    static const char *const s_none[] = {
        "", " ", "-1", "+1", "x", "\n1", "18446744073709551616", "99999999999999999999999999999999",
    };
    for (size_t i = 0; i < LENGTH(s_none); i++) {
        struct ms_text none = s_text(s_none[i]), before = none;
        value = 7;
        CU_ASSERT_FALSE(ms_parse_number(&none, &value));
        CU_ASSERT_EQUAL(value, 7);
        CU_ASSERT_PTR_EQUAL(none.at, before.at);
    }
}

static void test_words_and_lines(void) {
    struct ms_text text = s_text("one two\n\nthree"), line, word;
    CU_ASSERT(ms_parse_line(&text, &line));
    CU_ASSERT_FALSE(ms_parse_skip_words(&line, 3));
    CU_ASSERT(ms_parse_skip_words(&line, 1));
    CU_ASSERT(ms_parse_word(&line, &word) && ms_parse_equals(word, "two"));
    CU_ASSERT_FALSE(ms_parse_equals(word, "tw"));
    CU_ASSERT_FALSE(ms_parse_equals(word, "two "));
    CU_ASSERT_FALSE(ms_parse_word(&line, &word));
    CU_ASSERT(ms_parse_line(&text, &line) && line.at == line.end);
    CU_ASSERT(ms_parse_line(&text, &line) && ms_parse_equals(line, "three"));
    CU_ASSERT_FALSE(ms_parse_line(&text, &line));
    text = s_text("a:b:c");
    CU_ASSERT(ms_parse_until(&text, ':', &word) && ms_parse_equals(word, "a"));
    CU_ASSERT(ms_parse_behind_last(&text, ':') && ms_parse_equals(text, "c"));
    CU_ASSERT_FALSE(ms_parse_until(&text, ':', &word));
    CU_ASSERT_FALSE(ms_parse_behind_last(&text, ':'));
}

static void test_put(void) {
    char text[8];
    size_t used = 0;
    CU_ASSERT(ms_parse_put(text, sizeof(text), &used, "abcd", 4));
    CU_ASSERT_FALSE(ms_parse_put(text, sizeof(text), &used, "efgh", 4));
    CU_ASSERT_STRING_EQUAL(text, "abcd");
    CU_ASSERT(ms_parse_put(text, sizeof(text), &used, "efg", 3));
    CU_ASSERT_STRING_EQUAL(text, "abcdefg");
    CU_ASSERT_FALSE(ms_parse_put(text, sizeof(text), &used, "", 1));
    CU_ASSERT_FALSE(ms_parse_put(text, sizeof(text), &used, "", SIZE_MAX));
}

/* ---- the files ---- */

#define STAT_REST                                                                                  \
    " S 1 42 42 0 -1 4194560 1234 9 56 7 100 50 0 0 20 0 17 0 12345 1024 99 "                      \
    "18446744073709551615\n"

static void test_process_stat(void) {
    static const char *const s_names[] = {
        "(cat)",   "()",   "(a b)",
        "(S 1 2)", "() (", "() R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 (",
        "(((()",   "(\n)",
    };
    for (size_t i = 0; i < LENGTH(s_names); i++) {
        char line[512];
        struct ms_process_stat stat;
        snprintf(line, sizeof(line), "42 (%s)" STAT_REST, s_names[i]);
        CU_ASSERT_FATAL(ms_process_parse_stat(s_text(line), &stat));
        CU_ASSERT_EQUAL(stat.minor_faults, 1234);
        CU_ASSERT_EQUAL(stat.major_faults, 56);
        CU_ASSERT_EQUAL(stat.threads, 17);
    }
    static const char *const s_bad[] = {
        "",
        "42",
        "42 (cat",
        "42 (cat)",
        "42 (cat) S 1 42 42 0 -1 4194560 1234 9 56",
        "42 (cat) S 1 42 42 0 -1 4194560 x 9 56 7 100 50 0 0 20 0 17",
        "42 (cat) S 1 42 42 0 -1 4194560 1 9 56 7 100 50 0 0 20 0 -17",
    };
    struct ms_process_stat stat = {1, 2, 3};
    for (size_t i = 0; i < LENGTH(s_bad); i++)
        CU_ASSERT_FALSE(ms_process_parse_stat(s_text(s_bad[i]), &stat));
    CU_ASSERT(stat.minor_faults == 1 && stat.major_faults == 2 && stat.threads == 3);
}

static void test_process_statm(void) {
    uint64_t pages = 5;
    CU_ASSERT(ms_process_parse_statm(s_text("1681 415 386 5 0 1145 0\n"), &pages));
    CU_ASSERT_EQUAL(pages, 415);
    CU_ASSERT_FALSE(ms_process_parse_statm(s_text("0 0 0 0 0 0 0\n"), &pages)); /* a zombie */
    CU_ASSERT_FALSE(ms_process_parse_statm(s_text("1681\n"), &pages));
    CU_ASSERT_FALSE(ms_process_parse_statm(s_text(""), &pages));
    CU_ASSERT_EQUAL(pages, 415);
}

static void test_process_pss(void) {
    uint64_t bytes = 5;
    CU_ASSERT(ms_process_parse_pss(s_text("5594-7ffe ---p 00000000 00:00 0  [rollup]\n"
                                          "Rss:   2652 kB\nPss:   1179 kB\nPss_Dirty: 9 kB\n"),
                                   &bytes));
    CU_ASSERT_EQUAL(bytes, 1179 * 1024);
    static const char *const s_bad[] = {"", "Rss: 1 kB\nPss_Anon: 2 kB\n", "Pss: x kB\n",
                                        "Pss: 18446744073709551615 kB\n"};
    for (size_t i = 0; i < LENGTH(s_bad); i++)
        CU_ASSERT_FALSE(ms_process_parse_pss(s_text(s_bad[i]), &bytes));
    CU_ASSERT_EQUAL(bytes, 1179 * 1024);
}

static void test_io(void) {
    uint64_t read = 1, written = 2;
    CU_ASSERT(ms_io_parse(s_text("rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: 4096\n"
                                 "write_bytes: 8192\ncancelled_write_bytes: 77\n"),
                          &read, &written));
    CU_ASSERT_EQUAL(read, 4096);
    CU_ASSERT_EQUAL(written, 8192);
    CU_ASSERT_FALSE(ms_io_parse(s_text("read_bytes: 4096\n"), &read, &written));
    CU_ASSERT_FALSE(ms_io_parse(s_text("read_bytes: x\nwrite_bytes: 1\n"), &read, &written));
    CU_ASSERT_FALSE(ms_io_parse(s_text(""), &read, &written));
    CU_ASSERT(read == 4096 && written == 8192);
}

static void test_system_stat(void) {
    struct ms_system_cpu cpu = {1, 2};
    CU_ASSERT(
        ms_system_parse_stat(s_text("cpu  10 20 30 400 50 6 7 8 1000 2000\ncpu0 1 1 1 1\n"), &cpu));
    CU_ASSERT_EQUAL(cpu.total, 531); /* guest time is user time already */
    CU_ASSERT_EQUAL(cpu.idle, 450);
    CU_ASSERT(ms_system_parse_stat(s_text("cpu 1 2 3 4"), &cpu)); /* Linux 2.4 */
    CU_ASSERT(cpu.total == 10 && cpu.idle == 4);
    static const char *const s_bad[] = {
        "",
        "cpu",
        "cpu 1 2 3\n",
        "cpu0 1 2 3 4 5 6 7 8\n",
        "intr 5\ncpu 1 2 3 4\n",
        "cpu 18446744073709551615 1 1 1\n",
    };
    for (size_t i = 0; i < LENGTH(s_bad); i++)
        CU_ASSERT_FALSE(ms_system_parse_stat(s_text(s_bad[i]), &cpu));
    CU_ASSERT(cpu.total == 10 && cpu.idle == 4);
}

static void test_system_busy(void) {
    struct ms_system_cpu a = {1000, 500};
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &(struct ms_system_cpu){1200, 650}), 250);
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &(struct ms_system_cpu){1200, 500}), 1000);
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &(struct ms_system_cpu){1200, 700}), 0);
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &(struct ms_system_cpu){1200, 900}), 0);
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &a), MS_UNKNOWN_PERMILLE);
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &(struct ms_system_cpu){900, 500}),
                    MS_UNKNOWN_PERMILLE);
    CU_ASSERT_EQUAL(ms_system_busy_permille(&a, &(struct ms_system_cpu){1200, 499}),
                    MS_UNKNOWN_PERMILLE);
}

static void test_meminfo(void) {
    struct ms_system_memory memory = {1, 2};
    CU_ASSERT(ms_system_parse_meminfo(
        s_text(
            "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    600 kB\nBuffers: 1 kB\n"),
        &memory));
    CU_ASSERT_EQUAL(memory.total_bytes, 1024000);
    CU_ASSERT_EQUAL(memory.available_bytes, 614400);
    static const char *const s_bad[] = {
        "",
        "MemTotal: 1000 kB\n",
        "MemAvailable: 1 kB\n",
        "MemTotal: 5 kB\nMemAvailable: 6 kB\n",
        "MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n",
    };
    for (size_t i = 0; i < LENGTH(s_bad); i++)
        CU_ASSERT_FALSE(ms_system_parse_meminfo(s_text(s_bad[i]), &memory));
    CU_ASSERT_EQUAL(memory.total_bytes, 1024000);
}

static bool s_group_is(const char *text, const char *path, bool version2) {
    struct ms_text group;
    bool found;
    return ms_cgroup_parse_group(s_text(text), "memory", &group, &found) &&
           ms_parse_equals(group, path) && found == version2;
}

static void test_cgroup(void) {
    CU_ASSERT(s_group_is("0::/user.slice/a:b\n", "/user.slice/a:b", true));
    CU_ASSERT(s_group_is("9:name=systemd:/x\n4:cpu,memory:/job\n0::/\n", "/job", false));
    CU_ASSERT(s_group_is("0::/y\n4:memory:/job", "/job", false));
    CU_ASSERT(s_group_is("5:memoryx,xmemory:/no\n0::/yes\n", "/yes", true));
    struct ms_text group;
    bool version2;
    CU_ASSERT_FALSE(ms_cgroup_parse_group(s_text("1:cpu:/x\n0:cpu:/x\nbad\n0:\n0::x\n"), "memory",
                                          &group, &version2));
    CU_ASSERT_FALSE(ms_cgroup_parse_group(s_text(""), "memory", &group, &version2));
    uint64_t limit = 3;
    CU_ASSERT_FALSE(ms_cgroup_parse_limit(s_text("max\n"), &limit));
    CU_ASSERT(ms_cgroup_parse_limit(s_text("1048576\n"), &limit) && limit == 1048576);
    CU_ASSERT(ms_cgroup_parse_quota(s_text("150000 100000\n"), &limit) && limit == 1500000000);
    static const char *const s_none[] = {
        "max 100000\n", "150000\n", "150000 0\n", "0 100000\n", "18446744073709551615 1\n", ""};
    for (size_t i = 0; i < LENGTH(s_none); i++)
        CU_ASSERT_FALSE(ms_cgroup_parse_quota(s_text(s_none[i]), &limit));
    CU_ASSERT_EQUAL(limit, 1500000000);
}

#define DISK(name, read, written) "   8       0 " name " 1 2 " read " 4 5 6 " written " 8 9 10 11\n"

static void test_disks(void) {
    struct ms_disk_totals totals = {0};
    CU_ASSERT(ms_disk_parse(
        s_text(DISK("sda", "10", "1") DISK("sda1", "999", "999") DISK("sda15", "999", "999")
                   DISK("sdaa", "20", "2") DISK("nvme0n1", "40", "4")
                       DISK("nvme0n1p1", "999", "999") DISK("nvme0n10", "80", "8")
                           DISK("xvda1", "160", "16") DISK("mmcblk0", "320", "32")
                               DISK("mmcblk0p2", "999", "999") DISK("sr0", "640", "64")),
        &totals));
    CU_ASSERT_EQUAL(totals.read_bytes, (10 + 20 + 40 + 80 + 160 + 320 + 640) * 512);
    CU_ASSERT_EQUAL(totals.write_bytes, (1 + 2 + 4 + 8 + 16 + 32 + 64) * 512);
    CU_ASSERT_EQUAL(totals.devices, 7);
    CU_ASSERT(ms_disk_parse(
        s_text(DISK("loop0", "9", "9") DISK("ram0", "9", "9") DISK("zram0", "9", "9")
                   DISK("dm-0", "9", "9") DISK("md127", "9", "9") DISK("md_d0", "9", "9")
                       DISK("bcache0", "9", "9") DISK("drbd1", "9", "9") DISK("nvme0c0n1", "9", "9")
                           DISK("vda", "5", "6")),
        &totals));
    CU_ASSERT(totals.read_bytes == 5 * 512 && totals.write_bytes == 6 * 512);
    CU_ASSERT_EQUAL(totals.devices, 1);
}

static void test_bad_disks(void) {
    struct ms_disk_totals totals = {1, 2, 3, 4};
    CU_ASSERT_FALSE(ms_disk_parse(s_text(""), &totals));
    CU_ASSERT_FALSE(
        ms_disk_parse(s_text("\n\n8 0\n8 0 sda 1 2\n8 0 sda 1 2 x 4 5 6 7\n"), &totals));
    CU_ASSERT_FALSE(ms_disk_parse(s_text(DISK("sda", "18446744073709551615", "1")), &totals));
    CU_ASSERT_FALSE(ms_disk_parse(
        s_text(DISK("sda", "18446744073709551615", "1") DISK("sdb", "1", "1")), &totals));
    CU_ASSERT(totals.read_bytes == 1 && totals.write_bytes == 2 && totals.devices == 3);
    CU_ASSERT(ms_disk_parse(s_text("garbage\n" DISK("sda", "1", "2")), &totals));
    CU_ASSERT(totals.read_bytes == 512 && totals.write_bytes == 1024 && totals.devices == 1);
}

static void test_network(void) {
    struct ms_network_totals totals = {1, 2, 3, 4};
    struct ms_moment moment = {.root = "/nowhere"};
    CU_ASSERT_FALSE(ms_network_parse(s_text(""), &moment, &totals));
    CU_ASSERT_FALSE(
        ms_network_parse(s_text("Inter-|   Receive\n face |bytes packets\n"), &moment, &totals));
    CU_ASSERT_FALSE(ms_network_parse(s_text("eth0: 1 2 3\n"), &moment, &totals));
    CU_ASSERT_FALSE(ms_network_parse(s_text("a: 18446744073709551615 0 0 0 0 0 0 0 1\n"
                                            "b: 1 0 0 0 0 0 0 0 1\n"),
                                     &moment, &totals));
    CU_ASSERT(totals.rx_bytes == 1 && totals.tx_bytes == 2 && totals.interfaces == 3);
    CU_ASSERT(ms_network_parse(
        s_text(
            "Inter-|   Receive                |  Transmit\n"
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
            "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n"
            "  eth0:  10 1 0 0 0 0 0 0  1 1 0 0 0 0 0 0\n"
            "eth0:1:20 1 0 0 0 0 0 0  2 1 0 0 0 0 0 0\n"
            "lo2: 40 1 0 0 0 0 0 0  4 1 0 0 0 0 0 0\n"),
        &moment, &totals));
    CU_ASSERT_EQUAL(totals.rx_bytes, 70);
    CU_ASSERT_EQUAL(totals.tx_bytes, 7);
    CU_ASSERT_EQUAL(totals.interfaces, 3);
}

static void test_status(void) {
    struct ms_credentials found;
    CU_ASSERT(ms_follow_parse_status(
        s_text("Name:\tUid: 9 9 9 9\nState:\tS\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"), &found));
    CU_ASSERT(found.uid[0] == 1 && found.uid[1] == 2 && found.uid[2] == 3);
    CU_ASSERT(found.gid[0] == 5 && found.gid[1] == 6 && found.gid[2] == 7);
    CU_ASSERT_FALSE(ms_follow_parse_status(s_text("Uid:\t1\t2\t3\t4\n"), &found));
    CU_ASSERT_FALSE(ms_follow_parse_status(s_text("Uid:\t1\t2\nGid:\t5\t6\t7\t8\n"), &found));
    CU_ASSERT_FALSE(
        ms_follow_parse_status(s_text("Uid:\t1\t2\t4294967296\nGid:\t5\t6\t7\n"), &found));
    CU_ASSERT_FALSE(ms_follow_parse_status(s_text(""), &found));
}

/* ---- any text ---- */

static void s_parse_all(struct ms_text text) {
    struct ms_process_stat stat;
    struct ms_system_cpu cpu;
    struct ms_system_memory memory;
    struct ms_disk_totals disks;
    struct ms_network_totals network;
    struct ms_moment moment = {0};
    struct ms_credentials credentials;
    struct ms_text group;
    uint64_t a, b;
    bool version2;
    ms_process_parse_stat(text, &stat);
    ms_process_parse_statm(text, &a);
    ms_process_parse_pss(text, &a);
    ms_io_parse(text, &a, &b);
    ms_system_parse_stat(text, &cpu);
    ms_system_parse_meminfo(text, &memory);
    ms_cgroup_parse_group(text, "cpu", &group, &version2);
    ms_cgroup_parse_limit(text, &a);
    ms_cgroup_parse_quota(text, &a);
    ms_disk_parse(text, &disks);
    ms_network_parse(text, &moment, &network);
    ms_follow_parse_status(text, &credentials);
}

/* Every beginning of every text, right before a page that cannot be read. */
static void test_no_byte_too_far(void) {
    static const char *const s_texts[] = {
        "42 (c) (a)" STAT_REST,
        "rchar: 9\nread_bytes: 4096\nwrite_bytes: 8192\n",
        "cpu  10 20 30 400 50 6 7 8 1000 2000\ncpu0 1 1 1 1\n",
        "MemTotal:       1000 kB\nMemAvailable:    600 kB\n",
        "9:name=systemd:/x\n4:cpu,memory:/job\n0::/\n",
        DISK("sda", "10", "1") DISK("sda1", "10", "1") DISK("nvme0c0n1", "1", "2"),
        "Inter-|\n  eth0:  10 1 0 0 0 0 0 0  1 1 0 0 0 0 0 0\n",
        "Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n",
    };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    for (size_t i = 0; i < LENGTH(s_texts); i++) {
        for (size_t length = 0; length <= strlen(s_texts[i]); length++) {
            char *at = pages + page - length;
            memcpy(at, s_texts[i], length);
            s_parse_all(ms_parse_text(at, length));
        }
    }
    munmap(pages, 2 * page);
}

static void test_huge_and_random(void) {
    enum { SIZE = 1 << 16 };
    char *text = malloc(SIZE);
    static const char s_alphabet[] = "0123456789 :()\n\tcpudiskUid-,/\0\xff";
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    srand(1);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < SIZE; i++)
            text[i] = s_alphabet[(size_t)rand() % sizeof(s_alphabet)];
        s_parse_all(ms_parse_text(text, SIZE));
    }
    memset(text, '9', SIZE);
    s_parse_all(ms_parse_text(text, SIZE));
    uint64_t value;
    struct ms_text all = ms_parse_text(text, SIZE);
    CU_ASSERT_FALSE(ms_parse_number(&all, &value));
    /* A thousand disks. */
    size_t used = 0;
    for (int i = 0; i < 1000; i++)
        used += (size_t)sprintf(text + used, "8 0 sd%c%c%c 1 2 3 4 5 6 7 8\n", 'a' + i % 26,
                                'a' + i / 26 % 26, 'a' + i / 676);
    struct ms_disk_totals totals;
    CU_ASSERT(ms_disk_parse(ms_parse_text(text, used), &totals));
    CU_ASSERT(totals.devices == 1000 && totals.read_bytes == 3000 * 512);
    free(text);
}

/* ---- rates and cadences ---- */

static void test_rate(void) {
    struct ms_rate rate = {0};
    const uint64_t second = 1000000000;
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
    ms_rate_update(&rate, 10 * second, 1000, 1000);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
    ms_rate_update(&rate, 10 * second + second / 2, 1600, 1000);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), 1200);
    /* Too short an interval: the rate stays, and the next one counts from where it did. */
    ms_rate_update(&rate, 10 * second + second / 2 + 999, 9999, 1000);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), 1200);
    ms_rate_update(&rate, 12 * second + second / 2, 1700, 1000);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), 50);
    ms_rate_update(&rate, 13 * second, 1699, 1000); /* backwards */
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
    ms_rate_update(&rate, 13 * second - 1, 1699, 0);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
    ms_rate_update(&rate, 14 * second, 1799, 1000);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), 100);
    ms_rate_update(&rate, 14 * second, 5000, 0); /* no time has passed */
    CU_ASSERT_EQUAL(ms_rate_get(&rate), 100);
    ms_rate_update(&rate, 13 * second, 5000, 0); /* nor backwards */
    CU_ASSERT_EQUAL(ms_rate_get(&rate), 100);
    ms_rate_update(&rate, 1000 * second, 1798, 0);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
    ms_rate_lose(&rate);
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
    ms_rate_update(&rate, second, 0, 0);
    ms_rate_update(&rate, second + 1, UINT64_MAX, 0); /* more than fits */
    CU_ASSERT_EQUAL(ms_rate_get(&rate), MS_UNKNOWN_U64);
}

static void test_cadence(void) {
    const uint64_t second = 1000000000;
    CU_ASSERT_EQUAL(ms_cadence_next(7, 100, 0), 107);
    CU_ASSERT_EQUAL(ms_cadence_next(7, second / 2, 10000), 7 + second / 2);
    /* 1 ms of work is 1/2000 of 2 s. */
    CU_ASSERT_EQUAL(ms_cadence_next(7, second / 2, 1000000), 7 + 2 * second);
    CU_ASSERT_EQUAL(ms_cadence_next(7, second / 2, second / 10), 7 + 5 * second);
    CU_ASSERT_EQUAL(ms_cadence_next(7, second / 2, UINT64_MAX), 7 + 5 * second);
    CU_ASSERT_EQUAL(ms_cadence_next(7, 10 * second, second), 7 + 10 * second);
    struct ms_cadence cadence = {0};
    struct ms_moment moment = {0};
    CU_ASSERT(ms_cadence_begin(&cadence, &moment));
    ms_cadence_end(&cadence, 60 * second);
    CU_ASSERT_FALSE(ms_cadence_begin(&cadence, &moment));
    moment.all = true;
    CU_ASSERT(ms_cadence_begin(&cadence, &moment));
}

static void test_deadline(void) {
    CU_ASSERT_EQUAL(ms_cadence_deadline(1000, 0, 100), 1000);
    CU_ASSERT_EQUAL(ms_cadence_deadline(1000, 999, 100), 1000);
    CU_ASSERT_EQUAL(ms_cadence_deadline(1000, 1000, 100), 1100);
    CU_ASSERT_EQUAL(ms_cadence_deadline(1000, 1099, 100), 1100);
    CU_ASSERT_EQUAL(ms_cadence_deadline(1000, 1100, 100), 1200);
    CU_ASSERT_EQUAL(ms_cadence_deadline(1000, 4567, 100), 4600);
}

static void test_load(void) {
    char buffer[64], path[] = "memscope-test-readers.XXXXXX";
    struct ms_moment moment = {.buffer = buffer, .buffer_size = sizeof(buffer)};
    struct ms_source source = {0};
    struct ms_text text;
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, "first", 5) == 5);
    CU_ASSERT(ms_moment_load(&moment, &source, path, &text) && ms_parse_equals(text, "first"));
    CU_ASSERT_EQUAL(source.kept, 0); /* shared descriptors: not kept */
    moment.own_files = true;
    CU_ASSERT(ms_moment_load(&moment, NULL, path, &text) && ms_parse_equals(text, "first"));
    CU_ASSERT(ms_moment_load(&moment, &source, path, &text) && ms_parse_equals(text, "first"));
    CU_ASSERT_FATAL(source.kept != 0);
    CU_ASSERT_EQUAL(pwrite(fd, "other", 5, 0), 5);
    unlink(path); /* it is still read: through the descriptor */
    CU_ASSERT(ms_moment_load(&moment, &source, path, &text) && ms_parse_equals(text, "other"));
    CU_ASSERT(ms_moment_load_start(&moment, &source, path, 3, &text) &&
              ms_parse_equals(text, "oth"));
    CU_ASSERT_EQUAL(ftruncate(fd, 64), 0);
    CU_ASSERT_FALSE(ms_moment_load(&moment, &source, path, &text)); /* perhaps longer */
    close(source.kept - 1);
    CU_ASSERT_FALSE(ms_moment_load(&moment, &source, path, &text));
    CU_ASSERT_EQUAL(source.kept, 0);
    close(fd);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("readers", NULL, NULL);
    CU_ADD_TEST(suite, test_numbers);
    CU_ADD_TEST(suite, test_words_and_lines);
    CU_ADD_TEST(suite, test_put);
    CU_ADD_TEST(suite, test_process_stat);
    CU_ADD_TEST(suite, test_process_statm);
    CU_ADD_TEST(suite, test_process_pss);
    CU_ADD_TEST(suite, test_io);
    CU_ADD_TEST(suite, test_system_stat);
    CU_ADD_TEST(suite, test_system_busy);
    CU_ADD_TEST(suite, test_meminfo);
    CU_ADD_TEST(suite, test_cgroup);
    CU_ADD_TEST(suite, test_disks);
    CU_ADD_TEST(suite, test_bad_disks);
    CU_ADD_TEST(suite, test_network);
    CU_ADD_TEST(suite, test_status);
    CU_ADD_TEST(suite, test_no_byte_too_far);
    CU_ADD_TEST(suite, test_huge_and_random);
    CU_ADD_TEST(suite, test_rate);
    CU_ADD_TEST(suite, test_cadence);
    CU_ADD_TEST(suite, test_deadline);
    CU_ADD_TEST(suite, test_load);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
