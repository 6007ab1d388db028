/* SPDX-License-Identifier: MIT */
/*
 * A system call and nothing else: no errno, no cancellation point, no thread-local storage. The
 * result is the kernel's: a value or -errno. For the .c files of this folder alone.
 */
#ifndef MS_PLATFORM_RAW_CALL_H
#define MS_PLATFORM_RAW_CALL_H

#if defined(__x86_64__)
static inline long ms_raw_call(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
static inline long ms_raw_call(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
#else
#    error "memscope knows the system calls of x86-64 and aarch64 Linux"
#endif

#define CALL0(n)             ms_raw_call(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a)          ms_raw_call(n, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b)       ms_raw_call(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c)    ms_raw_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) ms_raw_call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL5(n, a, b, c, d, e)                                                                    \
    ms_raw_call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define CALL6(n, a, b, c, d, e, f)                                                                 \
    ms_raw_call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
