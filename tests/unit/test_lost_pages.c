/* SPDX-License-Identifier: MIT */
/* A mapped file that is made shorter. */
#include "cli/lost_pages.h"

#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void s_test_shorter(void) {
    char path[] = "/tmp/memscope-lost-XXXXXX";
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = mkstemp(path);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    unlink(path);
    char *bytes = malloc(3 * page);
    memset(bytes, 'x', 3 * page);
    CU_ASSERT_EQUAL(write(fd, bytes, 3 * page), (ssize_t)(3 * page));
    const volatile char *mapped = mmap(NULL, 3 * page, PROT_READ, MAP_SHARED, fd, 0);
    CU_ASSERT_PTR_NOT_EQUAL_FATAL(mapped, MAP_FAILED);
    CU_ASSERT_EQUAL(mapped[2 * page], 'x');
    CU_ASSERT_EQUAL(ftruncate(fd, (off_t)page), 0);
    CU_ASSERT_EQUAL(mapped[page], 0);
    CU_ASSERT_EQUAL(mapped[3 * page - 1], 0);
    CU_ASSERT_EQUAL(mapped[0], 'x');
    free(bytes);
    close(fd);
}

int main(void) {
    ms_lost_pages_read_as_zeros();
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite suite = CU_add_suite("lost_pages", NULL, NULL);
    CU_ADD_TEST(suite, s_test_shorter);
    CU_basic_run_tests();
    return CU_get_number_of_failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
