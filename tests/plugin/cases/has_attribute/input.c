/* SPDX-License-Identifier: MIT */
/* __has_attribute tells that the plugin is there. */
#if !__has_attribute(memscope) || !__has_attribute(__memscope__)
#    error the attribute is not known
#endif
__attribute__((__memscope__)) char *underscores;
