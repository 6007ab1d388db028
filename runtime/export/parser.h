/* SPDX-License-Identifier: MIT */
/* The documents that a report can be read from, as parsers that tell a reader what they come upon.
 * Any thread. */
#ifndef MS_EXPORT_PARSER_H
#define MS_EXPORT_PARSER_H

#include "export/report_reader.h"

/* Tells READER the values in BYTES, until it says that something is wrong. Errors of the document
 * itself are told by ms_report_reader_fail. */
void ms_json_parse(const unsigned char *bytes, size_t size, struct ms_report_reader *reader);
void ms_msgpack_parse(const unsigned char *bytes, size_t size, struct ms_report_reader *reader);

#endif
