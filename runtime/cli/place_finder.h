/* SPDX-License-Identifier: MIT */
/*
 * Where the files are that a report names: compilers write names down as they were given, so many
 * are relative to the directory that the compiler ran in.
 */
#ifndef MS_CLI_PLACE_FINDER_H
#define MS_CLI_PLACE_FINDER_H

struct ms_place_finder;
struct ms_source;

/* Why a file was not found. X(NAME, "words behind its name") */
#define MS_PLACE_LACKS(X)                                                                          \
    X(MISSING, "")                                                                                 \
    X(SEVERAL, " (there are different files of that name where it was compiled)")                  \
    X(UNTOLD, " (nothing tells where it was compiled: an export does not, nor a program without "  \
              "debug information)")

enum ms_place_lack {
#define X(name, words) MS_PLACE_##name,
    MS_PLACE_LACKS(X)
#undef X
};

const char *ms_place_lack_words(enum ms_place_lack lack);

/* For the report of SOURCE, which must live as long. FOLDERS: "DIR:DIR", where the user says that
 * names are; they come before where the program was compiled. NULL: none. */
struct ms_place_finder *ms_place_finder_new(const struct ms_source *source, const char *folders);
void ms_place_finder_destroy(struct ms_place_finder *finder);

/* The path of the file NAME, for the caller to free; NULL: it is not there, and *LACK tells why. A
 * path of several compile directories is one where all of those files are the same. */
char *ms_place_finder_find(struct ms_place_finder *finder, const char *name,
                           enum ms_place_lack *lack);

#endif
