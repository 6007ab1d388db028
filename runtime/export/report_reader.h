/* SPDX-License-Identifier: MIT */
/*
 * The opposite of report_writer.h: a report out of the values of a document, as a parser comes upon
 * them. JSON and msgpack share it.
 *
 * Documents are not believed: values of the wrong kind, numbers out of range and lists that belong
 * together and differ in length are errors. Keys that are not known are skipped, whatever they
 * hold; what is missing or null is "not known", or empty. Memory grows with the document.
 *
 * Not thread-safe: one reader, one thread. The functions for values return false once something is
 * wrong, and a parser should stop then.
 */
#ifndef MS_EXPORT_REPORT_READER_H
#define MS_EXPORT_REPORT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "memscope/report.h"

struct ms_report_reader;

/* NULL when out of memory. */
struct ms_report_reader *ms_report_reader_new(void);

bool ms_report_reader_begin_object(struct ms_report_reader *reader);
bool ms_report_reader_end_object(struct ms_report_reader *reader);
bool ms_report_reader_begin_array(struct ms_report_reader *reader);
bool ms_report_reader_end_array(struct ms_report_reader *reader);
bool ms_report_reader_key(struct ms_report_reader *reader, const char *text, size_t size);
bool ms_report_reader_string(struct ms_report_reader *reader, const char *text, size_t size);
bool ms_report_reader_uint(struct ms_report_reader *reader, uint64_t value);
bool ms_report_reader_real(struct ms_report_reader *reader, double value);
bool ms_report_reader_bool(struct ms_report_reader *reader, bool value);
bool ms_report_reader_null(struct ms_report_reader *reader);

/* Keeps the first error: STATUS, and WHY as printf has it. Returns false. */
bool ms_report_reader_fail(struct ms_report_reader *reader, enum ms_status status, const char *why,
                           ...) __attribute__((format(printf, 3, 4)));

/* Frees READER. On MS_OK the report is in OUT, to be freed with ms_report_destroy. Otherwise WHY,
 * SIZE bytes, is a few words of what is wrong; "" where the status says it all. */
enum ms_status ms_report_reader_finish(struct ms_report_reader *reader,
                                       struct memscope_report **out, char *why, size_t size);

#endif
