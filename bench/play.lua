-- wrk script: each thread (one connection) plays the calls of its own file in order, see signing.py.
-- The agent whose phone was not reached is read from the answer that dials it; then that phone is reported back.
-- Whoever finds no agent free hangs up: what follows in the file would be told of legs that are not there, keep other
-- agents from other callers, and so spoil one call after another.
local threads = {}
local rows, pool, at, gone, turn, leaves = {}, {}, 0, nil, 0, false

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("number", #threads)
end

local function message(line)
  local mark, path, signed, body = line:match("^(%S+)\t(%S+)\t([^\t]+)\t(.*)$")
  local headers = {}
  for name, value in signed:gmatch("([^:|]+): ([^|]+)") do headers[name] = value end
  return mark, wrk.format("POST", path, headers, body)
end

function init(args)
  wrapped, unfilled, turn = 0, 0, number
  for line in io.lines(args[1] .. "/" .. number .. ".txt") do
    if line == "d" then
      rows[#rows + 1] = {"d"}
    else
      local mark, request = message(line)
      if mark:sub(1, 1) == "p" then
        local n = tonumber(mark:sub(2))
        pool[n] = pool[n] or {}
        table.insert(pool[n], request)
      else
        rows[#rows + 1] = {mark, request}
      end
    end
  end
end

local function step()
  at = at + 1
  if at > #rows then at, wrapped = 1, wrapped + 1 end
  return rows[at]
end

local function onwards(mark)
  local row = step()
  while row[1] ~= mark do row = step() end
  return row
end

function request()
  local row = leaves and onwards("c") or step()
  leaves = false
  if row[1] == "c" then gone = nil end
  if row[1] == "a" and gone == nil then
    row, leaves = onwards("e"), true
  end
  if row[2] then return row[2] end
  turn = (turn + 1) % 50
  local own = pool[gone or turn]
  if gone == nil then unfilled = unfilled + 1 end
  return table.remove(own) or rows[1][2]
end

function response(_, _, body)
  if gone == nil then
    local found = body:match('"address":"sip:a(%d%d)@bench"')
    if found then gone = tonumber(found) end
  end
end

function done(s, latency, _)
  local again, missing = 0, 0
  for _, thread in ipairs(threads) do
    again = again + thread:get("wrapped")
    missing = missing + thread:get("unfilled")
  end
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d\n", s.requests, s.duration, latency:percentile(50),
    latency:percentile(99), latency.max, s.errors.status, s.errors.read + s.errors.timeout + s.errors.connect, again, missing))
end
