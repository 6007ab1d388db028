/* SPDX-License-Identifier: MIT */
/* What a call of gcc or g++ is going to do, as far as its arguments tell. */
#ifndef MS_CLI_COMPILE_ARGS_H
#define MS_CLI_COMPILE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct ms_compile_args {
    bool compiles;     /* has a source, so that the plugin is needed */
    bool links;        /* ends in a program or a shared library */
    bool shared;       /* -shared */
    bool is_static;    /* -static, -static-pie */
    bool without_libc; /* -nostdlib, -nodefaultlibs, -nolibc or -r: no runtime may be linked */
    bool foreign;      /* -ffreestanding, -m32 and the like: code that the runtime cannot serve */
    bool has_track;    /* says itself what the plugin tracks */
    size_t libraries;  /* index of the first shared library behind all archives; COUNT: none */
};

/* Looks at ARGUMENTS, COUNT of them, and into the response files (@FILE) they name. */
struct ms_compile_args ms_compile_args_read(char *const *arguments, size_t count);

#endif
