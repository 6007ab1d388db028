-- SPDX-License-Identifier: MIT
-- Closures, coroutines and objects with metatables.
local rounds = tonumber(arg[1]) or 1

local Account = {}
Account.__index = Account

function Account.new(owner)
  local balance = 0
  local self = setmetatable({ owner = owner }, Account)
  self.deposit = function(amount)
    balance = balance + amount
    return balance
  end
  return self
end

local function numbers(limit)
  return coroutine.wrap(function()
    for i = 1, limit do
      coroutine.yield(i)
    end
  end)
end

local total = 0
for round = 1, rounds do
  local accounts = {}
  for i = 1, 40000 do
    accounts[i] = Account.new(i)
    total = total + accounts[i].deposit(i % 100)
  end
  for i = 1, 2000 do
    for n in numbers(10) do
      total = total + n * round % 7
    end
  end
  local compose = function(x)
    return x
  end
  for i = 1, 100 do
    local inner = compose
    compose = function(x)
      return inner(x) + i
    end
  end
  total = total + compose(1)
end
print("closures", rounds, total)
