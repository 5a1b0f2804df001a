-- For wrk: asks for another job with each request. The argument makes the names of a run its own; a second one is the
-- number after which to begin.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  prefix, count = "/jobs/" .. arguments[1] .. "-" .. number .. "-", tonumber(arguments[2] or 0)
end

function request()
  count = count + 1
  return wrk.format(nil, prefix .. count)
end
