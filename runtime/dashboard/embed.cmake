# SPDX-License-Identifier: MIT
# cmake -D PAGE=page.html -D STYLES=a.css,b.css -D SCRIPTS=a.js,b.js -D OUTPUT=page.c -P embed.cmake
#
# Puts style and scripts into the page, allows exactly them in its Content-Security-Policy (by SHA-256), cuts it
# where its policy may be added to and where the report's JSON goes, and writes the parts as C arrays.

# The base64 form of the SHA-256 of TEXT, as a policy names it.
function(policy_hash text result)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hex "${text}")
  set(base64 "")
  # 32 bytes are ten groups of three and one of two: that one is filled up with a zero byte and ends in "=".
  foreach(group RANGE 0 60 6)
    string(SUBSTRING "${hex}00" ${group} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 letter)
      string(APPEND base64 "${letter}")
    endforeach()
  endforeach()
  string(REGEX REPLACE ".$" "=" base64 "${base64}")
  set(${result} "sha256-${base64}" PARENT_SCOPE)
endfunction()

# TEXT as the array NAME and its size, appended to the variable SOURCE.
function(append_array name text)
  file(WRITE "${OUTPUT}.part" "${text}")
  file(READ "${OUTPUT}.part" hex HEX)
  file(REMOVE "${OUTPUT}.part")
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(source "${source}\nconst unsigned char ${name}[] = {\n${bytes}\n};\nconst size_t ${name}_size = sizeof(${name});\n"
      PARENT_SCOPE)
endfunction()

# Replaces the one MARKER of the page.
function(fill marker text)
  string(FIND "${page}" "${marker}" first)
  string(FIND "${page}" "${marker}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "${PAGE} must have ${marker} exactly once")
  endif()
  string(REPLACE "${marker}" "${text}" page "${page}")
  set(page "${page}" PARENT_SCOPE)
endfunction()

# The text of FILES, a list divided by commas, one after the other.
function(read_all files result)
  set(all "")
  string(REPLACE "," ";" files "${files}")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(APPEND all "${text}")
  endforeach()
  set(${result} "${all}" PARENT_SCOPE)
endfunction()

file(READ "${PAGE}" page)
string(REGEX REPLACE "^<!-- [^\n]*-->\n" "" page "${page}")
read_all("${STYLES}" style)
read_all("${SCRIPTS}" script)
set(script "\"use strict\";\n(() => {\n${script}})();\n")
string(FIND "${script}${style}" "</" closing)
if(NOT closing EQUAL -1)
  message(FATAL_ERROR "the scripts and the style must not have \"</\": it would end their element")
endif()

policy_hash("${style}" style_hash)
policy_hash("${script}" script_hash)
fill("@STYLE_HASH@" "${style_hash}")
fill("@SCRIPT_HASH@" "${script_hash}")
fill("@STYLE@" "${style}")
string(FIND "${page}" "@REPORT@" cut)
fill("@REPORT@" "")
string(SUBSTRING "${page}" 0 ${cut} head)
string(SUBSTRING "${page}" ${cut} -1 page)
fill("@SCRIPT@" "${script}")
set(tail "${page}")
set(page "${head}")
string(FIND "${page}" "@CONNECT@" cut)
fill("@CONNECT@" "")
string(SUBSTRING "${page}" 0 ${cut} policy)
string(SUBSTRING "${page}" ${cut} -1 head)

set(source "/* Made by embed.cmake. */\n#include \"dashboard/dashboard.h\"\n")
append_array(ms_dashboard_policy "${policy}")
append_array(ms_dashboard_head "${head}")
append_array(ms_dashboard_tail "${tail}")
file(WRITE "${OUTPUT}" "${source}")
