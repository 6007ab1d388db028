/* SPDX-License-Identifier: MIT */
/* The monitor's readers on machines that are not this one: containers, devices that come and go. */
#include <CUnit/Basic.h>
#include <stdint.h>

#include "fake_machine.h"
#include "monitor/cgroup.h"
#include "monitor/disk.h"
#include "monitor/network.h"
#include "monitor/readers.h"

#define MIB (UINT64_C(1) << 20)

/* ---- control groups ---- */

static void s_check_memory(const struct ms_moment *moment, uint64_t usage, uint64_t total) {
    struct ms_cgroup_limit reader = {0};
    uint64_t found_usage = 900 * MIB, found_total = 1000 * MIB;
    ms_cgroup_read(&reader, moment, &found_usage, &found_total);
    CU_ASSERT_EQUAL(found_usage, usage);
    CU_ASSERT_EQUAL(found_total, total);
}

static void test_cgroup_version2(void) {
    struct ms_moment moment = s_machine();
    s_check_memory(&moment, 900 * MIB, 1000 * MIB); /* nothing there */
    s_put("/proc/self/cgroup", "0::/outer/inner\n");
    s_put("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
    s_put("/sys/fs/cgroup/outer/inner/memory.current", "1048576\n");
    s_check_memory(&moment, 900 * MIB, 1000 * MIB);
    /* The group around it has the limit: its own usage is what counts against it. */
    s_put("/sys/fs/cgroup/outer/memory.max", "104857600\n");
    s_put("/sys/fs/cgroup/outer/memory.current", "52428800\n");
    s_check_memory(&moment, 50 * MIB, 100 * MIB);
    s_put("/sys/fs/cgroup/outer/inner/memory.max", "10485760\n");
    s_check_memory(&moment, 1 * MIB, 10 * MIB);
    s_put("/sys/fs/cgroup/outer/inner/memory.max", "209715200\n"); /* the outer one is less */
    s_check_memory(&moment, 50 * MIB, 100 * MIB);
    s_take("/sys/fs/cgroup/outer/memory.current"); /* not to be read: the machine's numbers */
    s_check_memory(&moment, 900 * MIB, 1000 * MIB);
    s_scrap_machine();
}

/* In a container the root of the hierarchy is the group, whatever path the kernel tells. */
static void test_cgroup_of_container(void) {
    struct ms_moment moment = s_machine();
    s_put("/proc/self/cgroup", "0::/\n");
    s_put("/sys/fs/cgroup/memory.max", "209715200\n");
    s_put("/sys/fs/cgroup/memory.current", "20971520\n");
    s_check_memory(&moment, 20 * MIB, 200 * MIB);
    s_put("/proc/self/cgroup", "0::/../../docker/0123\n");
    s_check_memory(&moment, 20 * MIB, 200 * MIB);
    s_put("/sys/fs/cgroup/memory.max", "2097152000\n"); /* more than the machine has */
    s_check_memory(&moment, 900 * MIB, 1000 * MIB);
    s_scrap_machine();
}

static void test_cgroup_version1(void) {
    struct ms_moment moment = s_machine();
    s_put("/proc/self/cgroup", "5:memory:/job\n1:name=systemd:/x\n0::/\n");
    s_put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    s_put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "943718400\n");
    s_put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "104857600\n");
    s_put("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "5242880\n");
    s_check_memory(&moment, 5 * MIB, 100 * MIB);
    s_put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    s_check_memory(&moment, 900 * MIB, 1000 * MIB);
    s_scrap_machine();
}

/* The share between two readings of FILE. */
static uint32_t s_cpu_share(const struct ms_moment *moment, const char *file, const char *before,
                            const char *after) {
    struct ms_cgroup_cpu reader = {0};
    uint32_t permille = 123;
    s_put(file, before);
    CU_ASSERT(ms_cgroup_read_cpu(&reader, moment, &permille));
    CU_ASSERT_EQUAL(permille, MS_UNKNOWN_PERMILLE); /* since when? */
    usleep(100000);
    s_put(file, after);
    CU_ASSERT(ms_cgroup_read_cpu(&reader, moment, &permille));
    return permille;
}

static void test_cgroup_quota(void) {
    struct ms_moment moment = s_machine();
    struct ms_cgroup_cpu reader = {0};
    uint32_t permille = 123;
    s_put("/proc/self/cgroup", "0::/outer/inner\n");
    s_put("/sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n");
    s_put("/sys/fs/cgroup/outer/inner/cpu.stat", "usage_usec 5\n");
    CU_ASSERT_FALSE(ms_cgroup_read_cpu(&reader, &moment, &permille));
    CU_ASSERT_EQUAL(permille, 123);
    s_put("/sys/fs/cgroup/outer/cpu.max", "50000 100000\n");
    /* 25 ms in 100 ms or more, of half a processor: half of it, or less on a machine that is busy.
     */
    const char *file = "/sys/fs/cgroup/outer/cpu.stat";
    permille = s_cpu_share(&moment, file, "usage_usec 70000\nuser_usec 1\n",
                           "usage_usec 95000\nuser_usec 9\n");
    CU_ASSERT(permille > 50 && permille <= 500);
    CU_ASSERT_EQUAL(s_cpu_share(&moment, file, "usage_usec 7\n", "usage_usec 7\n"), 0);
    CU_ASSERT_EQUAL(s_cpu_share(&moment, file, "usage_usec 7\n", "usage_usec 99999999\n"), 1000);
    CU_ASSERT_EQUAL(s_cpu_share(&moment, file, "usage_usec 7\n", "usage_usec 6\n"),
                    MS_UNKNOWN_PERMILLE);
    s_put(file, "nr_periods 5\n");
    CU_ASSERT_FALSE(ms_cgroup_read_cpu(&reader, &moment, &permille));
    s_scrap_machine();
}

static void test_cgroup_quota_version1(void) {
    struct ms_moment moment = s_machine();
    struct ms_cgroup_cpu reader = {0};
    uint32_t permille = 123;
    s_put("/proc/self/cgroup", "5:cpu,cpuacct:/job\n4:memory:/x\n0::/\n");
    s_put("/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n");
    s_put("/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
    s_put("/sys/fs/cgroup/cpu/job/cpuacct.usage", "70000000\n");
    CU_ASSERT_FALSE(ms_cgroup_read_cpu(&reader, &moment, &permille));
    s_put("/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "50000\n");
    permille =
        s_cpu_share(&moment, "/sys/fs/cgroup/cpu/job/cpuacct.usage", "70000000\n", "95000000\n");
    CU_ASSERT(permille > 50 && permille <= 500);
    s_scrap_machine();
}

/* Another group has the limit from now on. */
static void test_cgroup_of_quota_changes(void) {
    struct ms_moment moment = s_machine();
    struct ms_cgroup_cpu reader = {0};
    uint32_t permille = 123;
    s_put("/proc/self/cgroup", "0::/a\n");
    s_put("/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
    s_put("/sys/fs/cgroup/a/cpu.stat", "usage_usec 5\n");
    CU_ASSERT(ms_cgroup_read_cpu(&reader, &moment, &permille));
    usleep(60000);
    s_put("/proc/self/cgroup", "0::/b\n");
    s_put("/sys/fs/cgroup/b/cpu.max", "50000 100000\n");
    s_put("/sys/fs/cgroup/b/cpu.stat", "usage_usec 500000000\n");
    CU_ASSERT(ms_cgroup_read_cpu(&reader, &moment, &permille));
    CU_ASSERT_EQUAL(permille, MS_UNKNOWN_PERMILLE);
    s_scrap_machine();
}

/* What percent refers to, by all readers together. */
static void test_cgroup_in_tick(void) {
    static struct ms_readers s_readers;
    static struct ms_tick s_tick;
    struct ms_moment moment = s_machine();
    s_put("/proc/meminfo", "MemTotal: 1048576 kB\nMemAvailable: 524288 kB\n");
    ms_readers_clear(&s_tick);
    ms_readers_read(&s_readers, &moment, &s_tick);
    CU_ASSERT_EQUAL(s_tick.memory_usage_bytes, 512 * MIB);
    CU_ASSERT_EQUAL(s_tick.memory_total_bytes, 1024 * MIB);
    s_put("/proc/self/cgroup", "0::/\n");
    s_put("/sys/fs/cgroup/memory.max", "209715200\n");
    s_put("/sys/fs/cgroup/memory.current", "20971520\n");
    s_put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    s_put("/sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
    ms_readers_read(&s_readers, &moment, &s_tick);
    CU_ASSERT_EQUAL(s_tick.memory_usage_bytes, 20 * MIB);
    CU_ASSERT_EQUAL(s_tick.memory_total_bytes, 200 * MIB);
    usleep(60000);
    ms_readers_read(&s_readers, &moment, &s_tick);
    CU_ASSERT_EQUAL(s_tick.cpu_usage_permille, 0);
    s_scrap_machine();
}

/* ---- devices that come and go ---- */

#define DISK(name, read, written) "   8       0 " name " 1 2 " read " 4 5 6 " written " 8 9 10 11\n"

static void s_wait_for_rate(void) {
    usleep(60000); /* shorter intervals tell nothing */
}

static void test_disks_come_and_go(void) {
    struct ms_moment moment = s_machine();
    struct ms_disk_reader reader = {0};
    struct ms_tick tick = {0};
    s_put("/proc/diskstats", DISK("sda", "100", "10") DISK("sda1", "100", "10"));
    ms_disk_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.disk_read_bps, MS_UNKNOWN_U64); /* since when? */
    s_wait_for_rate();
    s_put("/proc/diskstats", DISK("sda", "300", "10") DISK("sda1", "300", "10"));
    ms_disk_read(&reader, &moment, &tick);
    CU_ASSERT(tick.disk_read_bps > 0 && tick.disk_read_bps < 200 * 512 * 20);
    CU_ASSERT_EQUAL(tick.disk_write_bps, 0);
    /* Another disk in its place, with a past of its own. */
    s_wait_for_rate();
    s_put("/proc/diskstats", DISK("sdb", "999999999", "999999999"));
    ms_disk_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.disk_read_bps, MS_UNKNOWN_U64);
    CU_ASSERT_EQUAL(tick.disk_write_bps, MS_UNKNOWN_U64);
    s_wait_for_rate();
    s_put("/proc/diskstats", DISK("sdb", "999999999", "999999999") DISK("sdc", "5", "5"));
    ms_disk_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.disk_read_bps, MS_UNKNOWN_U64);
    s_wait_for_rate();
    ms_disk_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.disk_read_bps, 0);
    s_wait_for_rate();
    s_put("/proc/diskstats", DISK("sdb", "7", "999999999") DISK("sdc", "5", "5")); /* wrapped */
    ms_disk_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.disk_read_bps, MS_UNKNOWN_U64);
    CU_ASSERT_EQUAL(tick.disk_write_bps, 0);
    s_scrap_machine();
}

#define INTERFACE(name, rx, tx) name ": " rx " 1 0 0 0 0 0 0 " tx " 1 0 0 0 0 0 0\n"

static struct ms_network_totals s_network(const struct ms_moment *moment) {
    struct ms_network_totals totals = {0};
    struct ms_text text;
    CU_ASSERT(ms_moment_load(moment, NULL, "/proc/net/dev", &text) &&
              ms_network_parse(text, moment, &totals));
    return totals;
}

static void test_virtual_interfaces(void) {
    struct ms_moment moment = s_machine();
    s_put("/proc/net/dev", INTERFACE("lo", "1", "1") INTERFACE("eth0", "100", "10")
                               INTERFACE("docker0", "1000", "1000") INTERFACE("veth1", "5", "7"));
    s_put("/sys/devices/virtual/net/lo/ifindex", "1\n");
    s_put("/sys/devices/virtual/net/docker0/ifindex", "3\n");
    s_put("/sys/devices/virtual/net/veth1/ifindex", "4\n");
    struct ms_network_totals host = s_network(&moment);
    CU_ASSERT(host.rx_bytes == 100 && host.tx_bytes == 10 && host.interfaces == 1);
    /* A container has an end of a pair alone. */
    s_put("/proc/net/dev", INTERFACE("lo", "1", "1") INTERFACE("veth1", "5", "7"));
    struct ms_network_totals container = s_network(&moment);
    CU_ASSERT(container.rx_bytes == 5 && container.tx_bytes == 7 && container.interfaces == 1);
    CU_ASSERT_NOT_EQUAL(container.names, host.names);
    /* A machine with no network. */
    s_put("/proc/net/dev", INTERFACE("lo", "1", "1"));
    CU_ASSERT_EQUAL(s_network(&moment).interfaces, 0);
    s_scrap_machine();
}

static void test_interfaces_come_and_go(void) {
    struct ms_moment moment = s_machine();
    struct ms_network_reader reader = {0};
    struct ms_tick tick = {0};
    s_put("/proc/net/dev", INTERFACE("eth0", "100", "10"));
    ms_network_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.network_rx_bps, MS_UNKNOWN_U64);
    s_wait_for_rate();
    s_put("/proc/net/dev", INTERFACE("eth0", "200", "10"));
    ms_network_read(&reader, &moment, &tick);
    CU_ASSERT(tick.network_rx_bps > 0 && tick.network_rx_bps < 100 * 20);
    CU_ASSERT_EQUAL(tick.network_tx_bps, 0);
    s_wait_for_rate();
    s_put("/proc/net/dev", INTERFACE("eth1", "999999", "999999"));
    ms_network_read(&reader, &moment, &tick);
    CU_ASSERT_EQUAL(tick.network_rx_bps, MS_UNKNOWN_U64);
    CU_ASSERT_EQUAL(tick.network_tx_bps, MS_UNKNOWN_U64);
    s_scrap_machine();
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("machine", NULL, NULL);
    CU_ADD_TEST(suite, test_cgroup_version2);
    CU_ADD_TEST(suite, test_cgroup_of_container);
    CU_ADD_TEST(suite, test_cgroup_version1);
    CU_ADD_TEST(suite, test_cgroup_quota);
    CU_ADD_TEST(suite, test_cgroup_quota_version1);
    CU_ADD_TEST(suite, test_cgroup_of_quota_changes);
    CU_ADD_TEST(suite, test_cgroup_in_tick);
    CU_ADD_TEST(suite, test_disks_come_and_go);
    CU_ADD_TEST(suite, test_virtual_interfaces);
    CU_ADD_TEST(suite, test_interfaces_come_and_go);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
