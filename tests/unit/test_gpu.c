/* SPDX-License-Identifier: MIT */
/* The reader of GPUs, on machines made of files. */
#include <CUnit/Basic.h>
#include <stdint.h>

#include "fake_machine.h"
#include "monitor/gpu.h"
#include "monitor/readers.h"
#include "platform/os.h"

#define GIB (UINT64_C(1) << 30)

/* A new reader, which looks for cards. */
static struct ms_tick s_gpus(const struct ms_moment *moment) {
    struct ms_gpu_reader reader = {0};
    struct ms_tick tick;
    ms_readers_clear(&tick);
    ms_gpu_read(&reader, moment, &tick);
    return tick;
}

static void s_check_no_gpu(const struct ms_moment *moment) {
    struct ms_tick tick = s_gpus(moment);
    CU_ASSERT_EQUAL(tick.gpu_count, 0);
    CU_ASSERT_EQUAL(tick.gpu_usage_permille, MS_UNKNOWN_PERMILLE);
    CU_ASSERT_EQUAL(tick.gpu_memory_used, MS_UNKNOWN_U64);
    CU_ASSERT_EQUAL(tick.gpu_memory_total, MS_UNKNOWN_U64);
    CU_ASSERT_EQUAL(tick.process_gpu_bytes, MS_UNKNOWN_U64);
}

static void test_gpus_of_sysfs(void) {
    struct ms_moment moment = s_machine();
    s_check_no_gpu(&moment);
    s_put("/sys/class/drm/card0/device/vendor", "0x1234\n"); /* a server's plain console */
    s_check_no_gpu(&moment);
    s_put("/sys/class/drm/card0/device/mem_info_vram_total", "8589934592\n");
    s_put("/sys/class/drm/card0/device/mem_info_vram_used", "1073741824\n");
    s_put("/sys/class/drm/card0/device/gpu_busy_percent", "42\n");
    struct ms_tick tick = s_gpus(&moment);
    CU_ASSERT_EQUAL(tick.gpu_count, 1);
    CU_ASSERT_EQUAL(tick.gpu_usage_permille, 420);
    CU_ASSERT_EQUAL(tick.gpu_memory_used, GIB);
    CU_ASSERT_EQUAL(tick.gpu_memory_total, 8 * GIB);
    /* One of Intel's, which says nothing of how busy it is. */
    s_put("/sys/class/drm/card12/lmem_total_bytes", "4294967296\n");
    s_put("/sys/class/drm/card12/lmem_avail_bytes", "3221225472\n");
    tick = s_gpus(&moment);
    CU_ASSERT_EQUAL(tick.gpu_count, 2);
    CU_ASSERT_EQUAL(tick.gpu_usage_permille, 420);
    CU_ASSERT_EQUAL(tick.gpu_memory_used, 2 * GIB);
    CU_ASSERT_EQUAL(tick.gpu_memory_total, 12 * GIB);
    CU_ASSERT_EQUAL(tick.gpus[0].usage_permille, 420);
    CU_ASSERT_EQUAL(tick.gpus[0].memory_total_kib, 8 * GIB / 1024);
    CU_ASSERT_EQUAL(tick.gpus[1].usage_permille, UINT16_MAX);
    CU_ASSERT_EQUAL(tick.gpus[1].memory_used_kib, GIB / 1024);
    /* A second that is busy: sums. */
    s_put("/sys/class/drm/card1/device/mem_info_vram_total", "1073741824\n");
    s_put("/sys/class/drm/card1/device/gpu_busy_percent", "100\n");
    tick = s_gpus(&moment);
    CU_ASSERT_EQUAL(tick.gpu_usage_permille, 1420);
    CU_ASSERT_EQUAL(tick.gpu_memory_used, 2 * GIB); /* it does not tell */
    CU_ASSERT_EQUAL(tick.gpus[1].memory_used_kib, UINT32_MAX);
    s_scrap_machine();
}

static void test_sleeping_gpu(void) {
    struct ms_moment moment = s_machine();
    s_put("/sys/class/drm/card0/device/mem_info_vram_total", "8589934592\n");
    s_put("/sys/class/drm/card0/device/gpu_busy_percent", "99\n");
    s_put("/sys/class/drm/card0/device/power/runtime_status", "suspended\n");
    CU_ASSERT_EQUAL(s_gpus(&moment).gpu_usage_permille, 0); /* and it was not asked */
    s_put("/sys/class/drm/card0/device/power/runtime_status", "active\n");
    CU_ASSERT_EQUAL(s_gpus(&moment).gpu_usage_permille, 990);
    s_put("/sys/class/drm/card0/device/gpu_busy_percent", "4294967295\n");
    CU_ASSERT_EQUAL(s_gpus(&moment).gpu_usage_permille, MS_UNKNOWN_PERMILLE);
    s_scrap_machine();
}

/* More than a tick has room for: the sums are of all. */
static void test_many_gpus(void) {
    struct ms_moment moment = s_machine();
    for (int card = 0; card < MS_GPU_CARDS; card++) {
        char path[80];
        snprintf(path, sizeof(path), "/sys/class/drm/card%d/device/mem_info_vram_total", card);
        s_put(path, "1073741824\n");
    }
    struct ms_tick tick = s_gpus(&moment);
    CU_ASSERT_EQUAL(tick.gpu_count, MS_GPU_CARDS);
    CU_ASSERT_EQUAL(tick.gpu_memory_total, MS_GPU_CARDS * GIB);
    CU_ASSERT_EQUAL(tick.gpus[MS_GPUS_PER_TICK - 1].memory_total_kib, GIB / 1024);
    s_scrap_machine();
}

static void test_published_gpus(void) {
    struct ms_moment moment = s_machine();
    char text[512];
    moment.gpu_feed = "/feed/gpu";
    s_check_no_gpu(&moment);
    uint64_t now = ms_os_now_monotonic();
    const char *form = "memscope-gpu 1\ntime %llu\ndevice 370 1024 1073741824\nprocess 1 5\n"
                       "process %d 2048\ndevice - - 2147483648\nprocess %d 1024\n";
    snprintf(text, sizeof(text), form, (unsigned long long)now, getpid(), getpid());
    s_put("/feed/gpu", text);
    struct ms_tick tick = s_gpus(&moment);
    CU_ASSERT_EQUAL(tick.gpu_count, 2);
    CU_ASSERT_EQUAL(tick.gpu_usage_permille, 370);
    CU_ASSERT_EQUAL(tick.gpu_memory_used, 1024);
    CU_ASSERT_EQUAL(tick.gpu_memory_total, 3 * GIB);
    CU_ASSERT_EQUAL(tick.process_gpu_bytes, 3072);
    CU_ASSERT_EQUAL(tick.gpus[0].memory_used_kib, 1);
    CU_ASSERT_EQUAL(tick.gpus[1].memory_used_kib, UINT32_MAX);
    char full[512];
    snprintf(full, sizeof(full), "%s/feed/gpu", s_root);
    if (geteuid() == 0) { /* somebody else's */
        CU_ASSERT_EQUAL(chown(full, 4001, 4001), 0);
        s_check_no_gpu(&moment);
        CU_ASSERT_EQUAL(chown(full, 0, 0), 0);
    }
    /* Whoever wrote it is gone, or it is of another start of the machine. */
    snprintf(text, sizeof(text), form, (unsigned long long)(now - 3 * GIB), getpid(), getpid());
    s_put("/feed/gpu", text);
    s_check_no_gpu(&moment);
    snprintf(text, sizeof(text), form, (unsigned long long)(now + 1000 * GIB), getpid(), getpid());
    s_put("/feed/gpu", text);
    s_check_no_gpu(&moment);
    s_put("/feed/gpu", "memscope-gpu 2\ntime 5\n");
    s_check_no_gpu(&moment);
    s_put("/feed/gpu", "");
    s_check_no_gpu(&moment);
    s_take("/feed/gpu");
    CU_ASSERT_EQUAL(mkfifo(full, 0600), 0); /* to open it would be to wait */
    s_check_no_gpu(&moment);
    s_scrap_machine();
}

static void test_bad_feeds(void) {
    static const char *const s_bad[] = {
        "memscope-gpu 1",
        "memscope-gpu 1\ntime \ndevice 1 2 3\n",
        "memscope-gpu 1\ntime 5",
        "memscope-gpu 1\ntime 5\ndevice\ndevice 1\ndevice 1 2\ndevice x 2 3\nprocess 1 2\n",
        "memscope-gpu 1\ndevice 1 2 3\ntime 5\n",
    };
    struct ms_gpus gpus;
    ms_gpus_clear(&gpus);
    for (size_t i = 0; i < sizeof(s_bad) / sizeof(s_bad[0]); i++)
        CU_ASSERT_FALSE(ms_gpu_parse_feed(ms_parse_text(s_bad[i], strlen(s_bad[i])), 5, 9, &gpus));
    CU_ASSERT(gpus.count == 0 && gpus.memory_used == MS_UNKNOWN_U64);
    const char *huge = "memscope-gpu 1\ntime 5\ndevice 70000 18446744073709551614 1\n"
                       "device 5 18446744073709551614 1\nprocess 9\n";
    CU_ASSERT(ms_gpu_parse_feed(ms_parse_text(huge, strlen(huge)), 5, 9, &gpus));
    CU_ASSERT_EQUAL(gpus.usage_permille, 5);
    CU_ASSERT_EQUAL(gpus.memory_used, MS_UNKNOWN_U64);
    CU_ASSERT_EQUAL(gpus.list[0].memory_used_kib, UINT32_MAX);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("gpu", NULL, NULL);
    CU_ADD_TEST(suite, test_gpus_of_sysfs);
    CU_ADD_TEST(suite, test_sleeping_gpu);
    CU_ADD_TEST(suite, test_many_gpus);
    CU_ADD_TEST(suite, test_published_gpus);
    CU_ADD_TEST(suite, test_bad_feeds);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
