-- SPDX-License-Identifier: MIT
-- Strings: building, splitting, replacing, sorting.
local rounds = tonumber(arg[1]) or 1

local checksum = 0
for round = 1, rounds do
  local words = {}
  for i = 1, 30000 do
    words[i] = string.format("w%07d-%s", (i * 7919 + round) % 1000003, string.rep("x", i % 23))
  end
  local text = table.concat(words, " ")
  local seen = {}
  for word in text:gmatch("%S+") do
    seen[word:sub(1, 4)] = (seen[word:sub(1, 4)] or 0) + 1
  end
  table.sort(words)
  local replaced, n = text:gsub("x+", function(run)
    return tostring(#run)
  end)
  checksum = (checksum + #text + #replaced + n + #words[1]) % 1000000007
  for prefix, times in pairs(seen) do
    checksum = (checksum + prefix:byte(4) * times) % 1000000007
  end
end
print("strings", rounds, checksum)
