-- SPDX-License-Identifier: MIT
-- Tables: arrays that grow, hashes that are filled and emptied, trees of small tables.
local rounds = tonumber(arg[1]) or 1

local function tree(depth)
  if depth == 0 then
    return {}
  end
  return { left = tree(depth - 1), right = tree(depth - 1), depth = depth }
end

local function count(node)
  if not node.left then
    return 1
  end
  return 1 + count(node.left) + count(node.right)
end

local total = 0
for round = 1, rounds do
  local array = {}
  for i = 1, 200000 do
    array[i] = i * round
  end
  local hash = {}
  for i = 1, 50000 do
    hash["key" .. i % 5000] = i
  end
  for key in pairs(hash) do
    hash[key] = nil
  end
  for _ = 1, 6 do
    total = total + count(tree(13))
  end
  total = total + #array + array[#array] + (next(hash) and 1 or 0)
end
print("tables", rounds, total)
